extension Definition {
  /// The operand sizes of a row, with the prefix byte and the REX states that select each.
  ///
  /// 66 together with REX.W on the same operand is refused: two prefixes for one decision.
  var sizeVariants: [(size: Int, prefix: UInt8, rexStates: [Int])] {
    let sizes = Set(operands.map(\.size))
    var variants: [(size: Int, prefix: UInt8, rexStates: [Int])]
    if sizes.contains("v") {
      variants = [(16, 0x66, [0, 1]), (32, prefix, [0, 1]), (64, prefix, [2])]
    } else if sizes.contains("y") {
      variants = [(32, prefix, [0, 1]), (64, prefix, [2])]
    } else {
      // The size is fixed: REX.W would mean nothing, and is allowed only where a mark says so.
      let allowsW = requiresW || marks.contains("anyW") || marks.contains("rexOnlyW")
      variants = [(32, prefix, allowsW ? [0, 1, 2] : [0, 1])]
    }
    for index in variants.indices {
      variants[index].rexStates.removeAll { state in
        (marks.contains("noW") && state == 2) || (marks.contains("norex") && state != 0)
          || (marks.contains("rexOnlyW") && state == 1) || (requiresW && state != 2)
      }
    }
    return variants
  }

  /// The prefix classes of a row whose mandatory prefix, or operand-size prefix, is `prefix`.
  func prefixClasses(with prefix: UInt8) -> [InstructionSet.PrefixClass] {
    switch prefix {
    case 0x66: marks.contains("lock") ? [.operandSize, .lockedOperandSize] : [.operandSize]
    case 0xF3: [.repeatF3]
    case 0xF2: [.repeatF2]
    default:
      [.none] + (marks.contains("lock") ? [.lock] : [])
        + (marks.contains("rep") || marks.contains("condrep") ? [.repeatF3] : [])
        + (marks.contains("condrep") ? [.repeatF2] : [])
    }
  }

  /// What the row says, for that operand size in bits.
  func form(operandSize: Int) -> Form {
    var bits = Form.validBit | featureIndex << Form.featureShift
    bits |= UInt32(immediateByteCount(operandSize: operandSize))
    if modrm != nil { bits |= Form.modrmBit }
    if !marks.contains("noaccess") { bits |= Form.accessBit }
    if operands.contains(where: { "GPV".contains($0.type) }) { bits |= Form.usesRegBit }
    if opcodeHasRegister || operands.contains(where: { $0.type == "Z" }) {
      bits |= Form.usesOpcodeRegisterBit
    }
    if vex != nil, !operands.contains(where: { $0.type == "H" || $0.type == "B" }) {
      bits |= Form.vvvvUnusedBit
    }
    bits |= destination.rawValue << Form.destinationShift
    bits |= width(operandSize: operandSize).rawValue << Form.widthShift
    bits |= kind.rawValue << Form.kindShift
    return Form(bits: bits)
  }

  private func immediateByteCount(operandSize: Int) -> Int {
    operands.reduce(0) { count, operand in
      switch (operand.type, operand.size) {
      case ("L", _): count + 1
      case ("I", "b"), ("J", "b"): count + 1
      case ("I", "w"): count + 2
      case ("I", "d"), ("J", "d"): count + 4
      case ("I", "z"): count + min(operandSize, 32) / 8
      case ("I", "v"): count + operandSize / 8
      default: count
      }
    }
  }

  private var destination: Form.Destination {
    switch operands.filter(\.isWritten).map(\.type) {
    case []: .none
    case ["G"]: .modrmReg
    case ["E"]: .modrmRM
    case ["Z"]: .opcode
    case ["A"]: .accumulator
    case ["B"]: .vvvv
    case ["E", "G"]: .modrmRMAndReg
    case ["G", "B"]: .modrmRegAndVVVV
    default: preconditionFailure("instruction table: destinations of \(name)")
    }
  }

  private func width(operandSize: Int) -> Form.Width {
    guard let operand = operands.first(where: \.isWritten) else { return .plain }
    switch operand.size {
    case "b": return .byte
    case "d", "v", "y":
      let is32 = operand.size == "d" || operandSize == 32
      return is32 && marks.contains("zx") ? .zeroExtending : .plain
    default: return .plain
    }
  }

  private var kind: Form.Kind {
    if marks.contains("nop") { return .nop }
    if marks.contains("rsi") { return .stringRSI }
    if marks.contains("rdi") { return .stringRDI }
    if marks.contains("rsi-rdi") { return .stringRSIAndRDI }
    if marks.contains("indirect") { return marks.contains("call") ? .indirectCall : .indirectJump }
    if operands.contains(where: { $0.type == "L" }) { return .registerInLastByte }
    guard let distance = operands.first(where: { $0.type == "J" }) else { return .general }
    if distance.size == "b" { return .jump8 }
    return marks.contains("call") ? .call32 : .jump32
  }
}

extension Definition.ModRMPattern {
  /// Whether a row with this pattern covers that ModRM byte.
  func contains(_ modrm: Int) -> Bool {
    switch self {
    case .any(let reg, let registers, let memory):
      (reg == nil || reg == modrm >> 3 & 7) && (modrm >= 0xC0 ? registers : memory)
    case .exact(let first, let count):
      modrm >= Int(first) && modrm < Int(first) + count
    }
  }
}
