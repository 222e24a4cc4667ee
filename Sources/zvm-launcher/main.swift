// Started by the engine with its control socket as descriptor 3 and no others, no arguments and an
// empty environment. See docs/SECURITY.md.
import CSandbox
import Glibc
import Runtime

exit(csb_on_whole_pages { runLauncher(control: 3) })
