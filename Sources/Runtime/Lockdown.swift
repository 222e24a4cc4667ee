// Unsafe: the compiled filter is a buffer that lives as long as the process and is only read.
import CSandbox
import Glibc
import Seccomp

/// Wall two: what a sandbox process may still do.
struct Lockdown {
  private let filter: [UInt8]
  private let launcherProcess: pid_t
  /// Descriptor of the sandbox's own control socket: the only one it may receive from.
  static let controlDescriptor: Int32 = 3

  /// Nothing but moving bytes between descriptors it was given, growing malloc's heap inside the
  /// memory limit, and ending. Everything else kills the process.
  private static let rules: [FilterRule] = [
    FilterRule("read"), FilterRule("write"), FilterRule("pread64"), FilterRule("pwrite64"),
    FilterRule("exit_group"), FilterRule("brk"),
    // malloc asks when its heap is full; "out of memory" is the answer.
    FilterRule("mmap", .refuse(errno: ENOMEM)),
    FilterRule("recvmsg", where: [.equal(argument: 0, UInt64(controlDescriptor))]),
    // The heap and the user manifest: in the guest's 4 GiB, and never executable.
    FilterRule(
      "mprotect",
      where: [
        .masked(argument: 0, mask: 0xffff_ffff_0000_0000, CSB_BASE),
        .masked(argument: 1, mask: 0xffff_ffff_0000_0000, 0),
        .masked(argument: 2, mask: ~UInt64(PROT_READ | PROT_WRITE), 0),
      ]),
    // Between two sessions: the guest's memory back to its initial image, old descriptors closed.
    FilterRule(
      "madvise",
      where: [
        .masked(argument: 0, mask: 0xffff_ffff_0000_0000, CSB_BASE),
        .masked(argument: 1, mask: 0xffff_ffff_0000_0000, 0),
        .equal(argument: 2, UInt64(MADV_DONTNEED)),
      ]),
    FilterRule(
      "close_range",
      where: [
        .equal(argument: 0, UInt64(controlDescriptor) + 1), .equal(argument: 1, UInt64(UInt32.max)),
        .equal(argument: 2, 0),
      ]),
  ]

  /// Compiles the filter, once. `filtered` false leaves it out (tests of wall one only).
  init(filtered: Bool) throws(RuntimeError) {
    launcherProcess = getpid()
    guard filtered else {
      filter = []
      return
    }
    let file = unsafe csb_memory_file("filter")
    guard file >= 0 else { throw RuntimeError("memory file for the filter", errno: -file) }
    defer { close(file) }
    do throws(FilterError) {
      try Filter.export(Self.rules, to: file)
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
    filter = bytes
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
    csb_tame_malloc()
  }

  /// Locks this freshly forked process in. `control` becomes descriptor 3, all others are closed; the
  /// shared memory has been mapped.
  func lockSandbox(control: Int32) throws(RuntimeError) {
    try Self.check(csb_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0), "PR_SET_PDEATHSIG")
    // The launcher may have died before the line above.
    guard getppid() == launcherProcess else { throw RuntimeError("the launcher is gone") }
    if control != Self.controlDescriptor {
      guard dup2(control, Self.controlDescriptor) == Self.controlDescriptor else {
        throw RuntimeError("move the control socket", errno: errno)
      }
    }
    // 0 to 2 are /dev/null: a last word of the Swift runtime must not land in a channel.
    try Self.closeChannels()
    try Self.check(csb_limit(Int32(__RLIMIT_NPROC.rawValue), 0), "RLIMIT_NPROC")
    // The guest's 4 GiB, and what a decoder may need beside it.
    try Self.check(csb_limit(Int32(RLIMIT_DATA.rawValue), 4864 << 20), "RLIMIT_DATA")
    // rdtsc faults: a program that could count cycles could see its neighbours. Not every host can.
    _ = csb_prctl(PR_SET_TSC, UInt(PR_TSC_SIGSEGV), 0)
    _ = csb_cpuid_faulting()
    guard !filter.isEmpty else { return }
    let result = unsafe filter.withUnsafeBytes {
      unsafe csb_load_filter($0.baseAddress!, UInt16($0.count / 8))
    }
    try Self.check(result, "load the system-call filter")
  }

  /// Closes every descriptor but the standard three and the control socket.
  static func closeChannels() throws(RuntimeError) {
    try check(csb_close_range(UInt32(controlDescriptor) + 1, .max), "close_range")
  }

  private static func check(_ result: Int32, _ what: String) throws(RuntimeError) {
    if result < 0 { throw RuntimeError(what, errno: -result) }
  }
}
