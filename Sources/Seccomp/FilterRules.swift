import CSandbox
import Glibc
import Wire

extension FilterRule {
  /// The guest's 4 GiB: all of the address but its low half is fixed, and the size has 32 bits.
  private static let inGuest: [Condition] = [
    .masked(argument: 0, mask: 0xffff_ffff_0000_0000, CSB_BASE),
    .masked(argument: 1, mask: 0xffff_ffff_0000_0000, 0),
  ]

  /// What the launcher's filter allows. It has it before its first fork, so that no sandbox loads one
  /// (which takes longer than all else): what only the launcher may do needs the launcher's secret in
  /// two argument registers that the call does not use, and no sandbox knows it (csandbox.h).
  static func launcher(_ powers: Powers) -> [FilterRule] {
    let vouched: [Condition] = [
      .equal(argument: 4, CSB_SECRET_0), .equal(argument: 5, CSB_SECRET_1),
    ]
    let high: UInt64 = 0xffff_ffff_0000_0000
    return sandbox(powers) + [
      // First things of a sandbox: it ends with the launcher, and starts no process.
      FilterRule(
        "prctl",
        where: [
          .equal(argument: 0, UInt64(PR_SET_PDEATHSIG)), .equal(argument: 1, UInt64(SIGKILL)),
        ]),
      FilterRule("getppid"),
      FilterRule(
        "prlimit64",
        where: [
          .equal(argument: 0, 0), .equal(argument: 1, UInt64(__RLIMIT_NPROC.rawValue)),
          .equal(argument: 3, 0),
        ]),
      FilterRule(
        "clone",
        where: [
          .masked(
            argument: 0, mask: ~UInt64(CSB_FORK_WATCHED | CSB_FORK_NOTED), UInt64(CSB_FORK_FLAGS)),
          .equal(argument: 1, 0),
        ] + vouched),
      FilterRule("close", where: vouched), FilterRule("recvmsg", where: vouched),
      FilterRule("sendmsg", where: vouched),
      // The one sandbox of a launcher for one session, when the engine has hung up.
      FilterRule(
        "pidfd_send_signal",
        where: [.equal(argument: 1, UInt64(SIGKILL)), .equal(argument: 2, 0)] + vouched),
      // Where a sandbox gets its first turn.
      FilterRule("getcpu", where: vouched), FilterRule("sched_setaffinity", where: vouched),
      // Its own pages of start-up, once.
      FilterRule("madvise", where: [.equal(argument: 2, UInt64(MADV_DONTNEED))] + vouched),
      // The next sandbox's shared memory. All arguments are used: the secret is in the halves of
      // flags and descriptor that the kernel does not look at.
      FilterRule(
        "mmap",
        where: [
          .equal(argument: 0, CSB_SHARED), .equal(argument: 1, UInt64(csb_shared_size())),
          .equal(argument: 2, UInt64(PROT_READ | PROT_WRITE)),
          .equal(argument: 3, CSB_SECRET_0 & high | UInt64(MAP_SHARED | MAP_FIXED)),
          .masked(argument: 4, mask: high, CSB_SECRET_1 & high), .equal(argument: 5, 0),
        ]),
    ]
  }

  /// Nothing but moving bytes between descriptors it was given, growing malloc's heap inside the
  /// memory limit, and ending. Everything else kills the process.
  private static func sandbox(_ powers: Powers) -> [FilterRule] {
    let control = UInt64(CSB_CONTROL)
    var rules = [
      FilterRule("read"), FilterRule("write"), FilterRule("pread64"), FilterRule("pwrite64"),
      FilterRule("exit_group"), FilterRule("brk"), FilterRule("sched_yield"),
      // malloc asks when its heap is full; "out of memory" is the answer.
      FilterRule("mmap", .refuse(errno: ENOMEM), where: [.equal(argument: 0, 0)]),
      FilterRule("recvmsg", where: [.equal(argument: 0, control)]),
      // The heap and the user manifest: never executable.
      FilterRule(
        "mprotect",
        where: inGuest + [.masked(argument: 2, mask: ~UInt64(PROT_READ | PROT_WRITE), 0)]),
      // Between two sessions: the guest's memory back to its initial image, old descriptors closed.
      FilterRule("madvise", where: inGuest + [.equal(argument: 2, UInt64(MADV_DONTNEED))]),
      FilterRule(
        "close_range",
        where: [
          .equal(argument: 0, control + 1), .equal(argument: 1, UInt64(UInt32.max)),
          .equal(argument: 2, 0),
        ]),
    ]
    if powers.contains(.jail) {
      // Validated heap memory: executable, and then not writable.
      rules.append(
        FilterRule(
          "mprotect", where: inGuest + [.equal(argument: 2, UInt64(PROT_READ | PROT_EXEC))]))
    }
    if powers.contains(.fork) {
      rules += [
        // Copies of this process, whose parent is the engine.
        FilterRule(
          "clone",
          where: [
            .equal(argument: 0, UInt64(CSB_FORK_FLAGS)), .equal(argument: 1, 0),
          ]),
        // In the copy: its own shared memory and its own control socket.
        FilterRule(
          "mmap",
          where: [
            .equal(argument: 0, CSB_SHARED), .equal(argument: 1, UInt64(csb_shared_size())),
            .equal(argument: 2, UInt64(PROT_READ | PROT_WRITE)),
            .equal(argument: 3, UInt64(MAP_SHARED | MAP_FIXED)), .equal(argument: 5, 0),
          ]),
        FilterRule("dup2", where: [.equal(argument: 1, control)]),
      ]
    }
    return rules
  }
}
