// Started by the engine with its control socket as descriptor 3 and no others, no arguments and an
// empty environment. See docs/SECURITY.md.
import Glibc
import Runtime

exit(runLauncher(control: 3))
