/// How a memory operand becomes one that the rules allow (RULES.md 7).
struct SandboxedAddress {
  /// Instructions that must come directly before the access, in the same bundle.
  var setup: [String]
  /// Upper bound of the setup's size in bytes.
  var setupByteCount: Int
  /// The operand to use after the setup.
  var operand: String
  /// When the address is `displacement(register)`: that register, and the operand that can be
  /// used without any setup directly behind a 32-bit write of it.
  var direct: (register: Int, operand: String)?
}

extension Rewriter {
  /// Largest displacement beside a masked base: the 64 KiB below and above the address space stay
  /// unmapped, so a sum that should have wrapped faults instead of reading elsewhere.
  private static let maximumDisplacement: Int64 = 0x10000

  func sandboxed(_ memory: MemoryOperand, _ instruction: Instruction) throws(RewriteError)
    -> SandboxedAddress
  {
    if memory.isThreadLocal { return threadLocal(memory) }
    if memory.base == Register.scratch || memory.index == Register.scratch
      || memory.base == Register.base || memory.index == Register.base
    {
      throw fail("r11 and r15 belong to the sandbox", instruction.source)
    }
    if memory.isRIPRelative {
      return SandboxedAddress(
        setup: [], setupByteCount: 0, operand: memory.displacement + "(%rip)")
    }
    if memory.base == nil, memory.index == nil {
      // An absolute number is a guest address; a symbol is nearest through rip.
      let base = integer(memory.displacement) == nil ? "(%rip)" : "(%r15)"
      return SandboxedAddress(
        setup: [], setupByteCount: 0, operand: memory.displacement + base)
    }
    if let base = memory.base, memory.index == nil,
      base == Register.stackPointer || base == Register.framePointer
    {
      return SandboxedAddress(
        setup: [], setupByteCount: 0, operand: memory.displacement + "(\(Register.quad(base)))")
    }
    let single = memory.base == nil && memory.scale == "1" ? memory.index : memory.base
    if let single, memory.base == nil || memory.index == nil, isSmall(memory.displacement),
      !(single == Register.stackPointer || single == Register.framePointer)
    {
      let displacement = memory.displacement
      return SandboxedAddress(
        setup: ["movl \(Register.long(single)), %r11d"], setupByteCount: 3,
        operand: "\(displacement)(%r15,%r11)",
        direct: (single, "\(displacement)(%r15,\(Register.quad(single)))"))
    }
    if let small = smallIndex(memory) { return small }
    return SandboxedAddress(
      setup: ["leal \(memory.leaOperand), %r11d"], setupByteCount: 8, operand: "(%r15,%r11)")
  }

  /// `symbol(,index,scale)` or `number(%rsp,index,scale)` with an index that is known to be small: then no
  /// wrap at 4 GiB can be meant, since symbols are below 2 GiB (their relocation would not fit otherwise)
  /// and the stack pointer is an address as it is.
  private func smallIndex(_ memory: MemoryOperand) -> SandboxedAddress? {
    let isOnStack = memory.base == Register.stackPointer
    let hasTwo = memory.base != nil && memory.index != nil
    guard isOnStack ? hasTwo : !hasTwo else { return nil }
    let index = isOnStack || memory.base == nil ? memory.index : memory.base
    let scale = isOnStack || memory.base == nil ? memory.scale : "1"
    let isSymbol =
      integer(memory.displacement) == nil && memory.displacement.first.map { $0 != "-" } ?? false
    let hasRoom = isSymbol != isOnStack && (isSymbol || isSmall(memory.displacement))
    guard let index, index != Register.stackPointer, index != Register.framePointer, hasRoom,
      let largest = bounds[index], largest * (Int64(scale) ?? 8) <= Int64(Int32.max)
    else { return nil }
    let base = isOnStack ? "%rsp" : "%r15"
    return SandboxedAddress(
      setup: ["movl \(Register.long(index)), %r11d"], setupByteCount: 3,
      operand: "\(memory.displacement)(\(base),%r11,\(scale))",
      direct: (index, "\(memory.displacement)(\(base),\(Register.quad(index)),\(scale))"))
  }

  /// The thread pointer is a global: segment registers are out of a guest's reach (RULES.md 14).
  private func threadLocal(_ memory: MemoryOperand) -> SandboxedAddress {
    let load = "movl __zvm_tp(%rip), %r11d"
    if memory.base == nil, memory.index == nil {
      if integer(memory.displacement) == 0 {
        return SandboxedAddress(setup: [], setupByteCount: 0, operand: "__zvm_tp(%rip)")
      }
      return SandboxedAddress(
        setup: [load], setupByteCount: 7, operand: "\(memory.displacement)(%r15,%r11)")
    }
    // lea, since code may still want the flags.
    var setup = [load]
    if let base = memory.base { setup.append("leal (%r11,\(Register.quad(base))), %r11d") }
    let index = memory.index.map { ",\(Register.quad($0)),\(memory.scale)" } ?? ""
    setup.append("leal \(memory.displacement)(%r11\(index)), %r11d")
    return SandboxedAddress(setup: setup, setupByteCount: 18, operand: "(%r15,%r11)")
  }

  private func isSmall(_ displacement: String) -> Bool {
    if displacement.isEmpty { return true }
    guard let value = integer(displacement) else { return false }
    return abs(value) < Self.maximumDisplacement
  }

  /// An instruction with one memory operand and no rule of its own.
  mutating func rewriteAccess(_ instruction: Instruction, memoryIndex: Int) throws(RewriteError) {
    guard case .memory(let memory) = instruction.operands[memoryIndex] else { return }
    let address = try sandboxed(memory, instruction)
    var operands = instruction.operands.map(\.text)
    let size = instruction.encodedByteCount
    let restricted = instruction.zeroExtendedRegister
    let effects = effects(of: instruction)
    if let direct = address.direct {
      operands[memoryIndex] = direct.operand
      if writer.join(
        instruction.text(operands), byteCount: size, after: direct.register,
        restricted: restricted, effects: effects)
      {
        return
      }
    }
    operands[memoryIndex] = address.operand
    writer.group(
      address.setup + [instruction.text(operands)], byteCount: address.setupByteCount + size,
      restricted: restricted, effects: effects)
  }

  /// ah, bh, ch and dh cannot stand beside the REX prefix that r15 needs: the halves change places
  /// around the access.
  mutating func rewriteHighByteAccess(
    _ instruction: Instruction, memoryIndex: Int, high: Register
  ) throws(RewriteError) {
    guard case .memory(let memory) = instruction.operands[memoryIndex] else { return }
    let address = try sandboxed(memory, instruction)
    let needsREX =
      !address.setup.isEmpty
      || instruction.operands.contains { ($0.register?.number ?? 0) >= 8 }
      || address.operand.hasSuffix("(%r15)")
    guard needsREX else {
      return try rewriteAccess(instruction, memoryIndex: memoryIndex)
    }
    let highName = instruction.operands.first { $0.register == high }?.text ?? ""
    // The address may use the very register whose halves are about to change places.
    writer.one("leal \(addressForLea(memory)), %r11d")
    writer.one("xchgb \(high.lowByteName), \(highName)")
    var operands = instruction.operands.map { operand in
      operand.register == high ? high.lowByteName : operand.text
    }
    operands[memoryIndex] = "(%r15,%r11)"
    writer.group(["movl %r11d, %r11d", instruction.text(operands)], byteCount: 20)
    writer.one("xchgb \(high.lowByteName), \(highName)")
  }

  private func addressForLea(_ memory: MemoryOperand) -> String {
    memory.base == nil && memory.index == nil && integer(memory.displacement) == nil
      && !memory.isRIPRelative
      ? memory.displacement + "(%rip)" : memory.leaOperand
  }
}

extension Instruction {
  /// The register that this instruction surely zero-extends from 32 bits (RULES.md 6), or nil.
  var zeroExtendedRegister: Int? {
    guard prefixes.isEmpty, let destination = operands.last?.register,
      destination.width == 32, !destination.isStackOrFramePointer
    else { return nil }
    let names = operands.count == 1 ? Self.zeroExtendingAlone : Self.zeroExtending
    return names.contains(mnemonic) ? destination.number : nil
  }

  private static let zeroExtendingAlone: Set<String> = [
    "notl", "negl", "incl", "decl",
  ]

  private static let zeroExtending: Set<String> = [
    "mov", "movl", "movzbl", "movzwl", "movsbl", "movswl", "movzb", "movzw", "lea", "leal",
    "add", "addl", "sub", "subl", "and", "andl", "or", "orl", "xor", "xorl", "imul", "imull",
    "movd",
  ]

  /// An upper bound of the encoded size in bytes.
  var encodedByteCount: Int {
    // Prefixes, REX or VEX, up to three opcode bytes, ModRM and SIB.
    var size = mnemonic.hasPrefix("v") ? 7 : 6
    size += prefixes.count + 1
    for operand in operands {
      switch operand {
      case .immediate(let text):
        if mnemonic.hasPrefix("movabs") {
          size += 8
        } else {
          size += integer(text.dropFirst()).map { (-128...127).contains($0) ? 1 : 4 } ?? 4
        }
      case .memory(let memory):
        if memory.displacement.isEmpty { break }
        size += integer(memory.displacement).map { (-128...127).contains($0) ? 1 : 4 } ?? 4
      default: break
      }
    }
    return size
  }
}
