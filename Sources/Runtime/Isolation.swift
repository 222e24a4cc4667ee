import CSandbox
import Glibc

/// What the launcher takes away from itself, and so from every sandbox, once, before the first
/// fork. Hosts differ in what they allow: each step says whether it was taken, in words that end up
/// in the report. None of them is what the filter rests on.
enum Isolation {
  /// Carries out every step; one statement a step.
  static func apply() -> [String] {
    [
      // Together or not at all: the others need the rights that the user namespace gives.
      state(
        "namespaces user,mount,net,ipc,uts",
        csb_unshare(CSB_NEW_NAMESPACES)),
      state("landlock", csb_landlock()),
      state("no capabilities", csb_drop_capabilities()),
    ]
  }

  private static func state(_ step: String, _ result: Int32) -> String {
    result >= 0 ? "\(step): yes" : unsafe "\(step): no (\(String(cString: strerror(-result))))"
  }
}
