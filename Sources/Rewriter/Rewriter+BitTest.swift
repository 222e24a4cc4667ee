/// bt, bts, btr and btc with the bit's number in a register: the rules refuse them (RULES.md 12),
/// so shifts and masks do their work. The carry flag gets the old bit as it should; the zero flag,
/// which the instruction leaves alone, is lost.
struct BitTest {
  enum Kind {
    case test, set, reset, complement

    /// What brings the bit's mask (for `reset` its complement) into the value.
    var operation: String {
      switch self {
      case .test, .set: "or"
      case .reset: "and"
      case .complement: "xor"
      }
    }
  }
  let kind: Kind
  let index: Register
  let target: Register

  /// nil for the immediate forms, which are allowed as they are.
  init?(_ instruction: Instruction) {
    let kinds: [(String, Kind)] = [
      ("bts", .set), ("btr", .reset), ("btc", .complement), ("bt", .test),
    ]
    guard let (name, kind) = kinds.first(where: { instruction.mnemonic.hasPrefix($0.0) }),
      ["", "w", "l", "q"].contains(instruction.mnemonic.dropFirst(name.count)),
      instruction.operands.count == 2, let index = instruction.operands[0].register
    else { return nil }
    self.kind = kind
    self.index = index
    // A register-indexed bit in memory is found out by the caller: target rsp never is one.
    target = instruction.operands[1].register ?? index
  }
}

extension Rewriter {
  mutating func rewrite(_ test: BitTest, _ instruction: Instruction) throws(RewriteError) {
    guard let target = instruction.operands[1].register, target.width >= 32,
      !target.isStackOrFramePointer, !test.index.isStackOrFramePointer
    else {
      throw fail(
        "a bit test with the bit's number in a register has no sandboxed form here",
        instruction.source)
    }
    let wide = target.width == 64
    let suffix = wide ? "q" : "l"
    let scratch = wide ? "%r11" : "%r11d"
    let targetName = wide ? Register.quad(target.number) : Register.long(target.number)
    let index = Register.quad(test.index.number)
    let swap = test.index.number != 1  // shifts count in cl

    func shift(_ operation: String) {
      if swap { writer.one("xchgq %rcx, \(index)") }
      writer.one("\(operation)\(suffix) %cl, \(scratch)")
      if swap { writer.one("xchgq %rcx, \(index)") }
    }
    if test.kind == .test {
      writer.one("mov\(suffix) \(targetName), \(scratch)")
    } else {
      // The index is needed once more after the target has changed.
      guard test.index.number != target.number else {
        throw fail("a bit number that is its own target has no sandboxed form", instruction.source)
      }
      // The new value in r11, then the two change places: the old one is left for the carry flag.
      writer.one("mov\(suffix) $1, \(scratch)")
      shift("shl")
      if test.kind == .reset { writer.one("not\(suffix) \(scratch)") }
      writer.one("\(test.kind.operation)\(suffix) \(targetName), \(scratch)")
      writer.one("xchg\(suffix) \(targetName), \(scratch)")
    }
    shift("shr")
    writer.one("btl $0, %r11d")
  }
}
