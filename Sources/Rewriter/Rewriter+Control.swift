/// Calls, jumps and returns (RULES.md 3, 4, 9).
extension Rewriter {
  private static let maskAndAdd = ["andl $-32, %r11d", "addq %r15, %r11"]

  /// Whether the mnemonic is a direct branch that may stay as it is: all jcc, loop, jrcxz, jmp.
  static func isBranch(_ mnemonic: String) -> Bool {
    mnemonic.hasPrefix("j") || mnemonic.hasPrefix("loop")
  }

  mutating func rewriteReturn(_ instruction: Instruction) throws(RewriteError) {
    guard instruction.operands.isEmpty else {
      throw fail("a return that pops arguments", instruction.source)
    }
    writer.one("popq %r11")
    writer.group(Self.maskAndAdd + ["jmpq *%r11"], byteCount: 10)
    writer.flush()
  }

  mutating func rewriteCall(_ instruction: Instruction) throws(RewriteError) {
    guard instruction.operands.count == 1 else {
      throw fail("a call needs one target", instruction.source)
    }
    if case .indirect(let target) = instruction.operands[0] {
      try loadTarget(target, instruction)
      writer.call(Self.maskAndAdd + ["callq *%r11"])
    } else if labels.mayBeUndefined(instruction.operands[0].text[...]) {
      writer.one("movl $\(instruction.operands[0].text), %r11d")
      writer.call(Self.maskAndAdd + ["callq *%r11"])
    } else {
      writer.call(["call \(instruction.operands[0].text)"])
    }
  }

  mutating func rewriteBranch(_ instruction: Instruction) throws(RewriteError) {
    guard instruction.operands.count == 1 else {
      throw fail("a jump needs one target", instruction.source)
    }
    guard case .indirect(let target) = instruction.operands[0] else {
      guard case .memory(let memory) = instruction.operands[0], memory.base == nil,
        memory.index == nil, !memory.isThreadLocal, !memory.isRIPRelative
      else { throw fail("a jump target cannot be understood", instruction.source) }
      let mnemonic = instruction.mnemonic
      // jecxz has an address-size prefix, which the rules refuse.
      if mnemonic == "jcxz" || mnemonic == "jecxz" {
        throw fail("this jump has no sandboxed form", instruction.source)
      }
      if mnemonic == "jmp", labels.mayBeUndefined(memory.text[...]) {
        writer.one("movl $\(memory.text), %r11d")
        writer.group(Self.maskAndAdd + ["jmpq *%r11"], byteCount: 10)
        return writer.flush()
      }
      writer.one(instruction.text())
      writer.flush()
      return
    }
    guard instruction.mnemonic == "jmp" || instruction.mnemonic == "jmpq" else {
      throw fail("an indirect jump must be jmp", instruction.source)
    }
    try loadTarget(target, instruction)
    if jumpTargets.keepsFlags {
      for instruction in JumpTargets.save { writer.one(instruction) }
    }
    writer.group(Self.maskAndAdd + ["jmpq *%r11"], byteCount: 10)
    writer.flush()
  }

  /// Leaves the target address in r11d.
  private mutating func loadTarget(_ target: Operand, _ instruction: Instruction)
    throws(RewriteError)
  {
    switch target {
    case .register(let register, _) where register.width >= 32:
      guard register.number != Register.scratch, register.number != Register.base else {
        throw fail("r11 and r15 belong to the sandbox", instruction.source)
      }
      writer.one("movl \(Register.long(register.number)), %r11d")
    case .memory(let memory):
      let load = Instruction(
        mnemonic: "movl", operands: [.memory(memory)], source: instruction.source)
      let address = try sandboxed(memory, load)
      writer.group(
        address.setup + ["movl \(address.operand), %r11d"],
        byteCount: address.setupByteCount + 9)
    default:
      throw fail("a jump target cannot be understood", instruction.source)
    }
    writer.flush()
  }
}
