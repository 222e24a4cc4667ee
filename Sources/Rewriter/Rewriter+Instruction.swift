/// Which rule an instruction falls under.
extension Rewriter {
  /// Never allowed in a guest, whatever its operands (RULES.md 5, 12).
  private static let refused: Set<String> = [
    "syscall", "sysenter", "sysexit", "sysret", "int", "int3", "into", "icebp", "iret", "iretl",
    "iretq", "in", "inb", "inw", "inl", "out", "outb", "outw", "outl", "insb", "insw", "insl",
    "outsb", "outsw", "outsl", "enter", "xlat", "xlatb", "cli", "sti", "popf", "popfq", "popfl",
    "lret", "lcall", "ljmp", "rdmsr", "wrmsr", "rdpmc", "rdfsbase", "rdgsbase", "wrfsbase",
    "wrgsbase", "swapgs", "rdpid",
    "sgdt", "sidt", "sldt", "str", "smsw", "lar", "lsl", "xbegin", "xend", "xabort", "xtest",
  ]

  mutating func rewrite(_ instruction: Instruction) throws(RewriteError) {
    // A jump that is not taken changes nothing; behind one that always is, there comes a label.
    defer { if !Self.isBranch(instruction.mnemonic) { bounds.pass(instruction) } }
    let mnemonic = instruction.mnemonic
    guard !mnemonic.isEmpty else { throw fail("a prefix without instruction", instruction.source) }
    guard !Self.refused.contains(mnemonic) else {
      throw fail("this instruction is not allowed in a guest", instruction.source)
    }
    switch mnemonic {
    case "ret", "retq": return try rewriteReturn(instruction)
    case "call", "callq": return try rewriteCall(instruction)
    case "leave", "leaveq": return rewriteLeave()
    // Both mean "must not get here"; hlt is the one that the rules allow.
    case "ud2", "hlt": return writer.one("hlt", byteCount: 1)
    // What the processor is, is the same everywhere: guest/zgcc/cpuid.c has the answer, and of the states
    // that a system may save there are x87 and SSE.
    case "cpuid": return writer.call(["call __zvm_cpuid"])
    case "xgetbv":
      writer.one("movl $3, %eax", byteCount: 5)
      return writer.one("movl $0, %edx", byteCount: 5)
    case "rdtsc", "rdtscp": return rewriteCounter(hasProcessor: mnemonic == "rdtscp")
    case "rdrand", "rdseed", "rdrandl", "rdseedl", "rdrandq", "rdseedq":
      return try rewriteRandom(instruction)
    case "pushf", "pushfq": return writer.one("pushfq", byteCount: 1)
    default: break
    }
    if Self.isBranch(mnemonic) { return try rewriteBranch(instruction) }
    if let string = StringOperation(instruction) { return try rewrite(string, instruction) }
    try checkReservedRegisters(instruction)
    if mnemonic == "lea" || mnemonic == "leal" || mnemonic == "leaq" || mnemonic == "leaw" {
      return try rewriteLea(instruction)
    }
    if let test = BitTest(instruction) { return try rewrite(test, instruction) }
    if writesStackOrFramePointer(instruction) { return try rewriteStackWrite(instruction) }
    try rewriteOrdinary(instruction)
  }

  /// The time stamp counter: another thousand cycles at each look (guest/zgcc/counter.c), on processor 0. No flag changes.
  private mutating func rewriteCounter(hasProcessor: Bool) {
    writer.one("movq __zvm_counter(%rip), %rax", byteCount: 7)
    writer.one("leaq 1000(%rax), %rax", byteCount: 7)
    writer.one("movq %rax, __zvm_counter(%rip)", byteCount: 7)
    writer.one("movl %eax, %eax", byteCount: 2)
    writer.one("movl __zvm_counter+4(%rip), %edx", byteCount: 6)
    if hasProcessor { writer.one("movl $0, %ecx", byteCount: 5) }
  }

  /// There is never a random number to be had: zero, and no carry.
  private mutating func rewriteRandom(_ instruction: Instruction) throws(RewriteError) {
    try checkReservedRegisters(instruction)
    guard instruction.operands.count == 1, let register = instruction.operands[0].register,
      register.width >= 32, !register.isStackOrFramePointer
    else { throw fail("an operand that is not understood", instruction.source) }
    writer.one("movl $0, \(Register.long(register.number))", byteCount: 6)
    writer.one("clc", byteCount: 1)
  }

  private mutating func rewriteOrdinary(_ instruction: Instruction) throws(RewriteError) {
    let memoryIndexes = instruction.operands.indices.filter {
      if case .memory = instruction.operands[$0] { true } else { false }
    }
    guard let memoryIndex = memoryIndexes.first else {
      if let narrowed = instruction.copyOfStackOrFramePointer {
        return writer.one(
          narrowed.text, byteCount: 3, restricted: narrowed.register,
          effects: effects(of: instruction))
      }
      if instruction.operands.contains(where: { if case .indirect = $0 { true } else { false } }) {
        throw fail("an indirect operand on something that is no jump", instruction.source)
      }
      writer.one(
        instruction.text(), byteCount: instruction.encodedByteCount,
        restricted: instruction.zeroExtendedRegister, effects: effects(of: instruction))
      return
    }
    guard memoryIndexes.count == 1 else {
      throw fail("two memory operands", instruction.source)
    }
    if let high = instruction.operands.lazy.compactMap(\.register).first(where: \.isHighByte) {
      return try rewriteHighByteAccess(instruction, memoryIndex: memoryIndex, high: high)
    }
    try rewriteAccess(instruction, memoryIndex: memoryIndex)
  }

  /// r15 is never touched, r11 is the rewriter's scratch.
  private func checkReservedRegisters(_ instruction: Instruction) throws(RewriteError) {
    for operand in instruction.operands {
      switch operand {
      case .register(let register, _):
        guard register.number != Register.scratch, register.number != Register.base else {
          throw fail("r11 and r15 belong to the sandbox", instruction.source)
        }
      case .memory(let memory):
        for number in [memory.base, memory.index] {
          guard number != Register.scratch, number != Register.base else {
            throw fail("r11 and r15 belong to the sandbox", instruction.source)
          }
        }
      case .otherRegister(let name):
        guard !["%cs", "%ds", "%es", "%fs", "%gs", "%ss"].contains(name),
          !name.hasPrefix("%cr"), !name.hasPrefix("%dr")
        else { throw fail("segment and control registers are out of reach", instruction.source) }
      default: break
      }
    }
  }

  /// lea only computes: its operand is not an access (RULES.md 7).
  private mutating func rewriteLea(_ instruction: Instruction) throws(RewriteError) {
    guard instruction.operands.count == 2, case .memory(let memory) = instruction.operands[0],
      let destination = instruction.operands[1].register, !memory.isThreadLocal
    else { throw fail("lea needs an address and a register", instruction.source) }
    let bare = memory.base == nil && memory.index == nil && !memory.isRIPRelative
    let address =
      bare && integer(memory.displacement) == nil
      ? memory.displacement + "(%rip)" : memory.leaOperand
    if destination.isStackOrFramePointer {
      return setStackOrFramePointer(
        destination.number, with: ["leal \(address), \(Register.long(destination.number))"],
        byteCount: 9)
    }
    if destination.width == 16 {
      return writer.one("leaw \(address), \(instruction.operands[1].text)")
    }
    // 32-bit address registers wrap at 4 GiB, which a 32-bit result does as well. An address on the
    // stack is 32 bits of it: callees rely on the upper half of a pointer being nothing, and the
    // sandbox's place in memory is none of the guest's business.
    let narrow =
      destination.width == 32 || memory.isAddress32 || memory.base == Register.stackPointer
      || memory.base == Register.framePointer
    let target = narrow ? Register.long(destination.number) : Register.quad(destination.number)
    writer.one(
      "\(narrow ? "leal" : "leaq") \(address), \(target)",
      byteCount: instruction.encodedByteCount, restricted: narrow ? destination.number : nil,
      effects: effects(of: instruction))
  }
}

extension Instruction {
  /// `movq %rsp, %rax` as the guest means it: a 32-bit address.
  var copyOfStackOrFramePointer: (text: String, register: Int)? {
    guard mnemonic == "movq" || mnemonic == "mov", operands.count == 2,
      let source = operands[0].register, source.width == 64, source.isStackOrFramePointer,
      let destination = operands[1].register, destination.width == 64
    else { return nil }
    return (
      "movl \(Register.long(source.number)), \(Register.long(destination.number))",
      destination.number
    )
  }
}
