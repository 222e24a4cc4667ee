/// bt, bts, btr and btc with the bit's number in a register: the rules refuse them (RULES.md 12),
/// so shifts and masks do their work.
struct BitTest {
  enum Kind { case test, set, reset, complement }
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

    if test.kind != .test {
      // Compilers use these without looking at the carry flag, which the replacement does not set;
      // people may look at it.
      guard !inInlineAssembly else {
        throw fail("the old bit in the carry flag would be lost", instruction.source)
      }
      writer.one("mov\(suffix) $1, \(scratch)")
      if swap { writer.one("xchgq %rcx, \(index)") }
      writer.one("shl\(suffix) %cl, \(scratch)")
      if swap { writer.one("xchgq %rcx, \(index)") }
      switch test.kind {
      case .set: writer.one("or\(suffix) \(scratch), \(targetName)")
      case .complement: writer.one("xor\(suffix) \(scratch), \(targetName)")
      default:
        writer.one("not\(suffix) \(scratch)")
        writer.one("and\(suffix) \(scratch), \(targetName)")
      }
      return
    }
    writer.one("mov\(suffix) \(targetName), \(scratch)")
    if swap { writer.one("xchgq %rcx, \(index)") }
    writer.one("shr\(suffix) %cl, \(scratch)")
    if swap { writer.one("xchgq %rcx, \(index)") }
    writer.one("btl $0, %r11d")
  }
}
