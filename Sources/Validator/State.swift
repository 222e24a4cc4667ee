import X86

/// What the check of a text gathers: where instructions start, where jumps go, what is wrong.
struct State: ~Escapable {
  private(set) var violations: [Violation] = []
  /// A bit a byte: an instruction starts here and may be jumped to.
  private var targets: [UInt64]
  private var jumps: [Jump] = []

  private struct Jump {
    var from: Int
    var to: Int
    var byteCount: Int
  }

  @_lifetime(copy text)
  init(text: Span<UInt8>, profile: Profile) {
    targets = [UInt64](repeating: 0, count: text.count / 64 + 1)
  }

  @_lifetime(self: copy self)
  mutating func start(at offset: Int, isTarget: Bool) {
    if isTarget { targets[offset / 64] |= 1 << UInt64(offset % 64) }
  }

  /// The instruction at `offset` turned out to be the inside of a superinstruction.
  @_lifetime(self: copy self)
  mutating func forbid(_ offset: Int) {
    targets[offset / 64] &= ~(1 << UInt64(offset % 64))
  }

  @_lifetime(self: copy self)
  mutating func jump(from: Int, to: Int, _ byteCount: Int) {
    jumps.append(Jump(from: from, to: to, byteCount: byteCount))
  }

  @_lifetime(self: copy self)
  mutating func report(_ rule: Rule, _ offset: Int, _ count: Int, _ text: Span<UInt8>) {
    let last = min(offset + min(count, 15), text.count)
    var bytes: [UInt8] = []
    if offset < last { for index in offset..<last { bytes.append(text[index]) } }
    violations.append(Violation(offset: offset, bytes: bytes, rule: rule))
  }

  /// A 32-bit write of esp or ebp that the next instruction did not restore.
  @_lifetime(self: copy self)
  mutating func unrestored(_ register: Int?, _ offset: Int, _ text: Span<UInt8>) {
    report(
      register == 4 ? .stackPointerSandboxing : .framePointerSandboxing, offset,
      min(15, text.count - offset), text)
  }

  /// RULES.md 7. Answers whether the instruction may be jumped to: not when it relies on the one
  /// before it.
  @_lifetime(self: copy self)
  mutating func checkMemory(
    _ instruction: Instruction, _ restricted: Int?, _ offset: Int, _ count: Int,
    _ text: Span<UInt8>
  ) -> Bool {
    switch instruction.base {
    case Instruction.rip, 4, 5, 15: break
    default: report(.badBase, offset, count, text)
    }
    guard instruction.index != Instruction.none else { return true }
    if instruction.index == restricted, instruction.index != 4, instruction.index != 5 {
      return false
    }
    report(.badIndex, offset, count, text)
    return true
  }

  /// RULES.md 6 and 8. Answers the register that is restricted from here.
  @_lifetime(self: copy self)
  mutating func checkWrites(
    _ instruction: Instruction, _ offset: Int, _ count: Int, _ text: Span<UInt8>
  ) -> Int? {
    var restricted: Int?
    for write in instruction.writes {
      switch write.register {
      case 15: report(.baseRegisterWritten, offset, count, text)
      case 4, 5:
        if write.zeroExtends {
          restricted = write.register
        } else {
          report(
            write.register == 4 ? .stackPointerWritten : .framePointerWritten, offset, count, text)
        }
      default: if write.zeroExtends { restricted = write.register }
      }
    }
    return restricted
  }

  /// RULES.md 3.
  @_lifetime(self: copy self)
  mutating func checkJumps(_ text: Span<UInt8>, _ outside: Range<Int>?) {
    for jump in jumps {
      if jump.to >= 0, jump.to < text.count {
        if targets[jump.to / 64] >> UInt64(jump.to % 64) & 1 == 0 {
          report(.badJumpTarget, jump.from, jump.byteCount, text)
        }
      } else {
        let aligned = jump.to & (Validator.bundleByteCount - 1) == 0
        let allowed = outside.map { $0.contains(jump.to) } ?? true
        if !aligned || !allowed { report(.jumpOutOfRange, jump.from, jump.byteCount, text) }
      }
    }
  }
}
