// Started by the engine with its control socket as descriptor 3 and no others, an empty environment, and an
// argument if it is for one session only. See docs/SECURITY.md.
import CSandbox
import Glibc
import Runtime

exit(csb_on_own_stack(launcherMain))
