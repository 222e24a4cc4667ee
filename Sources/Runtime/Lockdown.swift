// Unsafe: the compiled filter is handed to the shim for the length of one call.
import CSandbox
import Glibc
import Wire

/// Wall two: what a sandbox process may still do.
struct Lockdown {
  /// What a sandbox sees as its parent, the engine, while that lives.
  private let parent: pid_t
  /// Descriptor of a sandbox's own control socket: the only one it may receive from.
  static let controlDescriptor = Int32(CSB_CONTROL)
  /// In the launcher: the engine's socket.
  static let engineDescriptor: Int32 = 4
  /// Most processes of a launcher's user once one of them may fork.
  private static let maximumProcessCount: UInt64 = 4096

  /// `hasProcessNamespace`: sandboxes cannot see the engine.
  init(hasProcessNamespace: Bool) { parent = hasProcessNamespace ? 0 : getppid() }

  /// Loads the filter, which everything that is forked inherits.
  static func load(filter instructions: [UInt8]) throws(RuntimeError) {
    guard instructions.count % 8 == 0, instructions.count / 8 <= 4096 else {
      throw RuntimeError("the filter has \(instructions.count) bytes")
    }
    let result = unsafe instructions.withUnsafeBytes {
      unsafe csb_load_filter($0.baseAddress!, UInt16($0.count / 8))
    }
    try check(result, "load the system-call filter")
  }

  /// What holds for the launcher and everything it forks. Before the first fork.
  static func lockLauncher() throws(RuntimeError) {
    try check(csb_prctl(PR_SET_NO_NEW_PRIVS, 1, 0), "no_new_privs")
    try check(csb_prctl(PR_SET_DUMPABLE, 0, 0), "dumpable off")
    try check(csb_plain_personality(), "personality without READ_IMPLIES_EXEC")
    try check(csb_limit(Int32(RLIMIT_CORE.rawValue), 0), "RLIMIT_CORE")
    var files = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    try check(csb_limit(Int32(RLIMIT_NOFILE.rawValue), UInt64(files.rlim_max)), "RLIMIT_NOFILE")
    // The guest's 4 GiB, and what a decoder may need beside it.
    try check(csb_limit(Int32(RLIMIT_DATA.rawValue), 4864 << 20), "RLIMIT_DATA")
  }

  /// Locks this freshly forked process in. The control socket is descriptor 3 already, and the shared
  /// memory is mapped; the filter was there before the process was.
  func lockSandbox(mayFork: Bool) throws(RuntimeError) {
    // 0 to 2 are /dev/null: a last word of the Swift runtime must not land in a channel.
    try Self.check(
      csb_lock_child(
        parent, UInt32(Self.controlDescriptor) + 1, mayFork ? Self.maximumProcessCount : 0),
      "lock the process")
  }

  /// Closes every descriptor but the standard three and the control socket.
  static func closeChannels() throws(RuntimeError) {
    try check(csb_close_range(UInt32(controlDescriptor) + 1, .max), "close_range")
  }

  static func check(_ result: Int32, _ what: String) throws(RuntimeError) {
    if result < 0 { throw RuntimeError(what, errno: -result) }
  }
}
