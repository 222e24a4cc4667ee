// Unsafe: the compiled filter is a buffer that lives as long as the process and is only read.
import CSandbox
import Glibc
import Seccomp
import Wire

/// Wall two: what a sandbox process may still do.
struct Lockdown {
  /// A compiled filter; empty where tests of wall one have it left out.
  struct CompiledFilter {
    fileprivate let instructions: [UInt8]
  }

  private let filtered: Bool
  /// What a sandbox sees as its parent while the launcher lives.
  private let parent: pid_t
  private var compiled: [Powers: CompiledFilter] = [:]
  /// Descriptor of the sandbox's own control socket: the only one it may receive from.
  static let controlDescriptor: Int32 = 3
  /// Most processes of a launcher's user once one of them may fork.
  private static let maximumProcessCount: UInt64 = 4096

  /// `filtered` false leaves the filter out (tests of wall one only). `hasProcessNamespace`:
  /// sandboxes cannot see the launcher.
  init(filtered: Bool, hasProcessNamespace: Bool) {
    self.filtered = filtered
    parent = hasProcessNamespace ? 0 : getpid()
  }

  /// The filter for sandboxes with these powers, compiled once, before the fork.
  mutating func filter(for powers: Powers) throws(RuntimeError) -> CompiledFilter {
    if let filter = compiled[powers] { return filter }
    let filter = CompiledFilter(
      instructions: filtered ? try Self.compile(FilterRule.sandbox(powers)) : [])
    compiled[powers] = filter
    return filter
  }

  private static func compile(_ rules: [FilterRule]) throws(RuntimeError) -> [UInt8] {
    let file = unsafe csb_memory_file("filter")
    guard file >= 0 else { throw RuntimeError("memory file for the filter", errno: -file) }
    defer { close(file) }
    do throws(FilterError) {
      try Filter.export(rules, to: file)
    } catch {
      throw RuntimeError(error.description)
    }
    let count = Int(lseek(file, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: max(0, count))
    let read = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(file, $0.baseAddress, $0.count, 0)
    }
    guard count > 0, count % 8 == 0, count / 8 <= 4096, read == count else {
      throw RuntimeError("the filter has \(count) bytes")
    }
    return bytes
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
    csb_tame_malloc()
  }

  /// Locks this freshly forked process in. `control` becomes descriptor 3, all others are closed; the
  /// shared memory has been mapped.
  func lockSandbox(control: Int32, _ powers: Powers, _ filter: CompiledFilter)
    throws(RuntimeError)
  {
    try Self.check(csb_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0), "PR_SET_PDEATHSIG")
    // The launcher may have died before the line above.
    guard getppid() == parent else { throw RuntimeError("the launcher is gone") }
    if control != Self.controlDescriptor {
      guard dup2(control, Self.controlDescriptor) == Self.controlDescriptor else {
        throw RuntimeError("move the control socket", errno: errno)
      }
    }
    // 0 to 2 are /dev/null: a last word of the Swift runtime must not land in a channel.
    try Self.closeChannels()
    let processes = powers.contains(.fork) ? Self.maximumProcessCount : 0
    try Self.check(csb_limit(Int32(__RLIMIT_NPROC.rawValue), processes), "RLIMIT_NPROC")
    guard !filter.instructions.isEmpty else { return }
    let result = unsafe filter.instructions.withUnsafeBytes {
      unsafe csb_load_filter($0.baseAddress!, UInt16($0.count / 8))
    }
    try Self.check(result, "load the system-call filter")
  }

  /// Closes every descriptor but the standard three and the control socket.
  static func closeChannels() throws(RuntimeError) {
    try check(csb_close_range(UInt32(controlDescriptor) + 1, .max), "close_range")
  }

  static func check(_ result: Int32, _ what: String) throws(RuntimeError) {
    if result < 0 { throw RuntimeError(what, errno: -result) }
  }
}
