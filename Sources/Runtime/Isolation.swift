import CSandbox
import Glibc

/// What the launcher takes away from itself, and so from every sandbox, once, before the first
/// fork. Hosts differ in what they allow: each step says whether it was taken, in words that end up
/// in the report. None of them is what the filter rests on.
struct Isolation {
  /// One statement a step, a line each.
  private(set) var statements = ""
  /// Whether sandboxes have a process namespace: then the first process that is forked is its init.
  private(set) var hasProcessNamespace = false

  /// User and group of sandboxes where the launcher is started by root: nobody's, so that no limit
  /// and no check is waived for them.
  private static let userIdentifier: UInt32 = 0x7a76_6d00

  /// Carries out every step.
  init() {
    if geteuid() == 0 {
      hasProcessNamespace =
        note("namespaces mount,net,ipc,uts,process", csb_unshare(CSB_NEW_NAMESPACES))
      if hasProcessNamespace { note("empty root", csb_empty_root()) }
      note("own user", csb_become(Self.userIdentifier))
      note("namespace user", csb_unshare(CSB_NEW_USER))
    } else {
      // Together or not at all: the others need the rights that the user namespace gives.
      hasProcessNamespace = note(
        "namespaces user,mount,net,ipc,uts,process",
        csb_unshare(CSB_NEW_USER | CSB_NEW_NAMESPACES))
      if hasProcessNamespace { note("empty root", csb_empty_root()) }
    }
    note("landlock", csb_landlock())
    note("no capabilities", csb_drop_capabilities())
    // A program that could count cycles could see its neighbours. From here on the launcher has no
    // clock either, and what it forks inherits that.
    note("rdtsc faults", csb_prctl(PR_SET_TSC, UInt(PR_TSC_SIGSEGV), 0))
  }

  @discardableResult
  private mutating func note(_ step: String, _ result: Int32) -> Bool {
    if !statements.isEmpty { statements += "\n" }
    // Put together by hand: joining a list makes types first, which takes longer than a step.
    statements += step
    statements +=
      result >= 0 ? ": yes" : unsafe ": no (" + String(cString: strerror(-result)) + ")"
    return result >= 0
  }
}
