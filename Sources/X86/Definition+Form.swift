extension Definition {
  /// The operand sizes of a row, with the prefix byte and the REX states that select each.
  ///
  /// 66 together with REX.W on the same operand is refused: two prefixes for one decision.
  var sizeVariants: [(size: Int, prefix: UInt8, rexStates: [Int])] {
    func has(_ size: UInt8) -> Bool { operands.contains { $0.size == size } }
    var variants: [(size: Int, prefix: UInt8, rexStates: [Int])]
    if has(UInt8(ascii: "v")) {
      variants = [(16, 0x66, [0, 1]), (32, prefix, [0, 1]), (64, prefix, [2])]
    } else if has(UInt8(ascii: "y")) {
      variants = [(32, prefix, [0, 1]), (64, prefix, [2])]
    } else {
      // The size is fixed: REX.W means nothing unless a mark says so.
      variants = [(32, prefix, [0, 1, 2])]
    }
    for index in variants.indices {
      let mandatory = variants[index].prefix
      variants[index].rexStates.removeAll { state in
        (marks.contains(.noW) && state == 2) || (marks.contains(.norex) && state != 0)
          || (marks.contains(.rexOnlyW) && state == 1) || (requiresW && state != 2)
          || (marks.contains(.prefixed) && state == 0 && mandatory == 0)
      }
    }
    return variants
  }

  /// The prefix classes of a row whose mandatory prefix, or operand-size prefix, is `prefix`.
  func prefixClasses(with prefix: UInt8) -> [InstructionSet.PrefixClass] {
    switch prefix {
    case 0x66: marks.contains(.lock) ? [.operandSize, .lockedOperandSize] : [.operandSize]
    case 0xF3: [.repeatF3]
    case 0xF2: [.repeatF2]
    default:
      [.none] + (marks.contains(.lock) ? [.lock] : [])
        + (marks.contains(.rep) || marks.contains(.condrep) ? [.repeatF3] : [])
        + (marks.contains(.condrep) ? [.repeatF2] : [])
        + (marks.contains(.hint) ? [.branchHint] : [])
    }
  }

  /// What the row says, for that operand size in bits.
  func form(operandSize: Int) -> Form {
    var bits = Form.validBit | featureIndex << Form.featureShift
    bits |= UInt32(immediateByteCount(operandSize: operandSize))
    if modrm != nil { bits |= Form.modrmBit }
    if !marks.contains(.noaccess) { bits |= Form.accessBit }
    if vex != nil, hasOperand("GPV") { bits |= Form.usesRegBit }
    if vex != nil, !hasOperand("HB") {
      bits |= Form.vvvvUnusedBit
    }
    bits |= destination.rawValue << Form.destinationShift
    bits |= width(operandSize: operandSize).rawValue << Form.widthShift
    bits |= kind.rawValue << Form.kindShift
    return Form(bits: bits)
  }

  /// Whether an operand has one of these types.
  private func hasOperand(_ types: StaticString) -> Bool {
    types.withUTF8Buffer { types in
      operands.contains { operand in unsafe types.contains(operand.type) }
    }
  }

  private func immediateByteCount(operandSize: Int) -> Int {
    operands.reduce(0) { count, operand in
      switch (Unicode.Scalar(operand.type), Unicode.Scalar(operand.size)) {
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
    let written = operands.filter(\.isWritten).map { Unicode.Scalar($0.type) }
    guard let first = written.first else { return .none }
    switch (first, written.count > 1 ? written[1] : nil) {
    case ("G", nil): return .modrmReg
    case ("E", nil): return .modrmRM
    case ("Z", nil): return .opcode
    case ("A", nil): return .accumulator
    case ("B", nil): return .vvvv
    case ("E", "G"): return .modrmRMAndReg
    case ("G", "B"): return .modrmRegAndVVVV
    default: preconditionFailure("instruction table: destinations of \(name)")
    }
  }

  private func width(operandSize: Int) -> Form.Width {
    guard let operand = operands.first(where: \.isWritten) else { return .plain }
    switch Unicode.Scalar(operand.size) {
    case "b": return .byte
    case "d", "v", "y":
      let is32 = operand.size == UInt8(ascii: "d") || operandSize == 32
      if !is32 { return .plain }
      if marks.contains(.zxB) { return .zeroExtendingWithB }
      return marks.contains(.zx) ? .zeroExtending : .plain
    default: return .plain
    }
  }

  private var kind: Form.Kind {
    if marks.contains(.rsi) { return .stringRSI }
    if marks.contains(.rdi) { return .stringRDI }
    if marks.contains(.rsiAndRDI) { return .stringRSIAndRDI }
    if marks.contains(.indirect) { return marks.contains(.call) ? .indirectCall : .indirectJump }
    if hasOperand("L") { return .registerInLastByte }
    guard let distance = operands.first(where: { $0.type == UInt8(ascii: "J") }) else {
      return .general
    }
    if distance.size == UInt8(ascii: "b") { return .jump8 }
    return marks.contains(.call) ? .call32 : .jump32
  }
}
