/// movs, stos, lods, cmps, scas with implicit operands.
struct StringOperation {
  let mnemonic: String
  let usesSource: Bool
  let usesDestination: Bool

  private static let kinds: [(String, source: Bool, destination: Bool)] = [
    ("movs", true, true), ("stos", false, true), ("lods", true, false), ("cmps", true, true),
    ("scas", false, true),
  ]

  /// nil for anything else; `movsd` and `movsl` with operands are SSE and sign extension.
  init?(_ instruction: Instruction) {
    let written = instruction.mnemonic
    guard written.utf8.count == 5, let kind = Self.kinds.first(where: { written.hasPrefix($0.0) }),
      let suffix = written.last
    else { return nil }
    let implicit = instruction.operands.allSatisfy { operand in
      // Hand-written assembly may spell the implicit operands out.
      switch operand {
      case .memory(let memory):
        memory.displacement.isEmpty && memory.index == nil
          && (memory.base == 6 || memory.base == 7)
      case .register(let register, _): register.number == 0
      default: false
      }
    }
    guard implicit, instruction.operands.isEmpty || instruction.operands.count == 2,
      !instruction.operands.contains(where: { if case .otherRegister = $0 { true } else { false } })
    else { return nil }
    switch suffix {
    case "b", "w", "l", "q": mnemonic = written
    case "d": mnemonic = String(written.dropLast()) + "l"
    default: return nil
    }
    usesSource = kind.source
    usesDestination = kind.destination
  }
}

extension Rewriter {
  /// The sandboxed form is one superinstruction (RULES.md 10). Behind it the pointers are made
  /// 32-bit again, since code goes on to use them as such.
  mutating func rewrite(_ string: StringOperation, _ instruction: Instruction)
    throws(RewriteError)
  {
    var group: [String] = []
    var registers: [Int] = []
    if string.usesSource { registers.append(6) }
    if string.usesDestination { registers.append(7) }
    let repeats = instruction.prefixes.contains { $0.hasPrefix("rep") }
    if repeats, instruction.isAddress32 { writer.one("movl %ecx, %ecx") }
    for number in registers {
      let name = Register.quad(number)
      group.append("movl \(Register.long(number)), \(Register.long(number))")
      group.append("leaq (%r15,\(name),1), \(name)")
    }
    var sandboxed = instruction
    sandboxed.mnemonic = string.mnemonic
    group.append(sandboxed.text([]))
    writer.group(group, byteCount: 16)
    writer.flush()
    for number in registers {
      writer.one("movl \(Register.long(number)), \(Register.long(number))")
    }
  }
}
