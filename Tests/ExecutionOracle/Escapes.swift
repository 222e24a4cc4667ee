import COracle

/// Texts that reach outside, each in another way. The validator refuses them all; the oracle, which
/// does not ask it, must notice each, or it would notice nothing in accepted code either.
struct Escape {
  let name: String
  let code: [UInt8]

  /// `movabs $value,%rax` and the like.
  private static func load(_ register: UInt8, _ value: UInt64) -> [UInt8] {
    [0x48 | register >> 3, 0xB8 | register & 7]
      + (0..<UInt64(8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static var all: [Escape] {
    let canaries = (0..<Int32(ORACLE_CANARIES)).map { number in
      Escape(
        name: "write to canary \(number + 1)",
        // mov %eax,(%rax)
        code: load(0, oracle_canary(number)) + [0x89, 0x00])
    }
    return canaries + [
      Escape(
        name: "write to the trap's context",
        // mov %rcx,(%rax)
        code: load(0, oracle_context()) + [0x48, 0x89, 0x08]),
      Escape(
        // It holds whether a trap leaves the guest: a pointer at 56 is where it goes.
        name: "write to the trap's handler",
        code: load(0, oracle_context() + 56) + [0x48, 0xFF, 0x00]),
      Escape(
        name: "write to trusted private memory",
        // A byte that is hashed: behind the context. incb (%rax)
        code: load(0, oracle_context() + 88) + [0xFE, 0x00]),
      Escape(
        name: "write to nothing, far outside", code: load(0, 0x7000_0000_0000) + [0x89, 0x00]),
      Escape(name: "write to the host's low memory", code: load(0, 0x3_0000) + [0x89, 0x00]),
      Escape(name: "read of nothing, far outside", code: load(0, 0x5000_0000_0000) + [0x8B, 0x00]),
      Escape(name: "system call getppid", code: [0xB8, 110, 0, 0, 0, 0x0F, 0x05]),
      Escape(name: "system call exit", code: [0xB8, 60, 0, 0, 0, 0x0F, 0x05]),
      Escape(name: "jump to a canary", code: load(0, oracle_canary(2)) + [0xFF, 0xE0]),
      Escape(name: "jump to the host's low memory", code: load(0, 0x4_0000) + [0xFF, 0xE0]),
      Escape(name: "r15 written", code: [0x49, 0xFF, 0xC7]),  // inc %r15
      Escape(name: "rsp without its restore", code: [0x89, 0xC4]),  // mov %eax,%esp
      Escape(name: "rsp to a canary", code: load(4, oracle_canary(0))),
      Escape(name: "rbp to a canary", code: load(5, oracle_canary(1))),
      Escape(name: "push over a canary", code: load(4, oracle_canary(3)) + [0x50]),
      Escape(
        name: "an index that was not made small",
        // mov %rax,(%r15,%rcx), rcx so that it is canary 3
        code: load(1, oracle_canary(2) &- ProgramGenerator.base) + [0x49, 0x89, 0x04, 0x0F]),
      Escape(
        // Found by running random code: no exchange of eax with itself, which would make rax small.
        name: "an index behind a nop with REX",
        code: load(0, oracle_canary(2) &- ProgramGenerator.base) + [0x40, 0x90]
          + [0x41, 0x89, 0x0C, 0x07]),
      Escape(
        name: "an index beyond the guard",
        code: load(1, 60 << 30) + [0x49, 0x89, 0x04, 0x0F]),
      Escape(
        name: "a string store outside",
        code: load(7, oracle_canary(1)) + [0xB9, 4, 0, 0, 0, 0xF3, 0xAA]),
    ]
  }

  var text: [UInt8] {
    let count = (code.count + 31) / 32 * 32
    return code + [UInt8](repeating: 0xF4, count: count - code.count)
  }
}
