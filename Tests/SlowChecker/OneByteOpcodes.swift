extension Instruction {
  /// Instructions with one opcode byte. Each line is one family of the manuals.
  mutating func oneByte(_ opcode: UInt8) -> Bool {
    switch opcode {
    case 0x00...0x3F where opcode & 7 < 6: return arithmetic(opcode)
    case 0x50...0x5F, 0x68, 0x6A, 0x8F: return stack(opcode)
    case 0x63: return toRegister(zeroExtends: true)
    case 0x69:
      guard toRegister(zeroExtends: true) else { return false }
      immediate(has66 ? 2 : 4)
      return true
    case 0x6B:
      guard toRegister(zeroExtends: true) else { return false }
      immediate(1)
      return true
    case 0x70...0x7F, 0xE3: return hint && relative(1)
    case 0xE0...0xE2, 0xEB: return hasNoPrefix && relative(1)
    case 0xE8, 0xE9: return hasNoPrefix && relative(4)
    case 0x80, 0x81, 0x83: return arithmeticImmediate(opcode)
    case 0x84, 0x85: return test(opcode)
    case 0x86, 0x87: return exchange(opcode)
    case 0x88...0x8B: return move(opcode)
    case 0x8D:
      guard let size = size() else { return false }
      operands()
      onlyComputes()
      writeReg(size)
      countsAsZeroExtended()
      return !isRegister
    case 0x90...0x97: return exchangeWithAccumulator(opcode)
    case 0x98, 0x99: return onlyPrefixes(optional: [0x66]) && !(has66 && isWide)
    case 0x9B, 0x9E, 0x9F, 0xF4, 0xF5, 0xF8, 0xF9, 0xFC, 0xFD: return hasNoPrefix
    case 0xA4...0xA7, 0xAA...0xAF: return string(opcode)
    case 0xA8:
      immediate(1)
      return hasNoPrefix
    case 0xA9:
      guard let size = size() else { return false }
      immediate(size == 16 ? 2 : 4)
      return true
    case 0xB0...0xB7:
      writeOpcodeRegister(opcode, 8)
      immediate(1)
      return hasNoPrefix
    case 0xB8...0xBF:
      guard let size = size() else { return false }
      writeOpcodeRegister(opcode, size)
      countsAsZeroExtended()
      immediate(size / 8)
      return true
    case 0xC0, 0xC1, 0xD0...0xD3: return shift(opcode)
    case 0xC6, 0xC7:
      operands()
      guard digit == 0, modify(opcode, zeroExtends: true, lock: false) else { return false }
      immediate(opcode == 0xC6 ? 1 : has66 ? 2 : 4)
      return true
    case 0xD8...0xDF: return x87(opcode)
    case 0xF6, 0xF7: return group3(opcode)
    case 0xFE, 0xFF: return group5(opcode)
    default: return false
    }
  }

  /// Size of an instruction whose opcode's last bit tells 8 bits from more.
  private func size(_ opcode: UInt8, lock: Bool) -> Int? {
    if opcode & 1 == 1 { return size(lock: lock) }
    return onlyPrefixes(optional: lock ? [0xF0] : []) ? 8 : nil
  }

  /// Writes the register or memory operand, already read.
  private mutating func modify(_ opcode: UInt8, zeroExtends: Bool, lock: Bool) -> Bool {
    guard let size = size(opcode, lock: lock && !isRegister) else { return false }
    writeRM(size)
    if zeroExtends { countsAsZeroExtended() }
    return true
  }

  private mutating func toRegister(zeroExtends: Bool) -> Bool {
    guard let size = size() else { return false }
    operands()
    writeReg(size)
    if zeroExtends { countsAsZeroExtended() }
    return true
  }

  /// add or adc sbb and sub xor cmp. Carries are no business of addresses: adc and sbb do not count.
  private mutating func arithmetic(_ opcode: UInt8) -> Bool {
    let operation = opcode >> 3
    let counts = operation != 2 && operation != 3
    let isCompare = operation == 7
    switch opcode & 7 {
    case 0, 1:
      operands()
      if isCompare { return size(opcode, lock: false) != nil }
      return modify(opcode, zeroExtends: counts, lock: true)
    case 2, 3:
      guard let size = size(opcode, lock: false) else { return false }
      operands()
      if !isCompare { writeReg(size) }
    default:
      guard let size = size(opcode, lock: false) else { return false }
      immediate(size == 8 ? 1 : size == 16 ? 2 : 4)
      if !isCompare { write(0, size) }
    }
    if counts, !isCompare { countsAsZeroExtended() }
    return true
  }

  private mutating func arithmeticImmediate(_ opcode: UInt8) -> Bool {
    operands()
    let isKnown =
      digit == 7
      ? size(opcode, lock: false) != nil
      : modify(opcode, zeroExtends: digit != 2 && digit != 3, lock: true)
    immediate(opcode == 0x81 ? (has66 ? 2 : 4) : 1)
    return isKnown
  }

  /// 64 bits wide whatever REX.W says, 16 with 66.
  private mutating func stack(_ opcode: UInt8) -> Bool {
    guard onlyPrefixes(optional: opcode == 0x6A ? [] : [0x66]), !(has66 && isWide) else {
      return false
    }
    switch opcode {
    case 0x58...0x5F: writeOpcodeRegister(opcode, has66 ? 16 : 64)
    case 0x68: immediate(has66 ? 2 : 4)
    case 0x6A: immediate(1)
    case 0x8F:
      operands()
      writeRM(has66 ? 16 : 64)
      return digit == 0
    default: break
    }
    return true
  }

  private mutating func test(_ opcode: UInt8) -> Bool {
    operands()
    return size(opcode, lock: false) != nil
  }

  private mutating func exchange(_ opcode: UInt8) -> Bool {
    operands()
    guard let size = size(opcode, lock: !isRegister) else { return false }
    writeRM(size)
    writeReg(size)
    if isRegister { countsAsZeroExtended() }
    return true
  }

  private mutating func move(_ opcode: UInt8) -> Bool {
    operands()
    guard let size = size(opcode, lock: false) else { return false }
    if opcode < 0x8A { writeRM(size) } else { writeReg(size) }
    countsAsZeroExtended()
    return true
  }

  private mutating func exchangeWithAccumulator(_ opcode: UInt8) -> Bool {
    // pause and nop are not exchanges; nop with REX is one by its encoding. To the processor it is none
    // without REX.B, and clears nothing: only the others count. That with r8d does.
    if opcode == 0x90, !hasREX, hasNoPrefix || onlyPrefixes([0xF3]) { return true }
    guard let size = size() else { return false }
    writeOpcodeRegister(opcode, size)
    write(0, size)
    if opcode != 0x90 || (rexByte ?? 0) & 1 != 0 { countsAsZeroExtended() }
    return true
  }

  private mutating func string(_ opcode: UInt8) -> Bool {
    let isByte = opcode & 1 == 0
    let compares = opcode == 0xA6 || opcode == 0xA7 || opcode >= 0xAE
    let repeats: [UInt8] = compares ? [0xF2, 0xF3] : [0xF3]
    if has66 {
      guard !isByte, !hasREX, onlyPrefixes([0x66]) else { return false }
    } else {
      guard onlyPrefixes(optional: repeats), !onlyPrefixes([0xF2, 0xF3], optional: []) else {
        return false
      }
      guard !hasREX || !isByte && rexByte == 0x48 else { return false }
    }
    if opcode <= 0xA7 { return needs(.rsiAndRDI) }
    return needs(opcode == 0xAC || opcode == 0xAD ? .rsi : .rdi)
  }

  private mutating func shift(_ opcode: UInt8) -> Bool {
    operands()
    if opcode < 0xD0 { immediate(1) }
    return digit != 6 && modify(opcode, zeroExtends: false, lock: false)
  }

  private mutating func group3(_ opcode: UInt8) -> Bool {
    operands()
    switch digit {
    case 0:
      immediate(opcode == 0xF6 ? 1 : has66 ? 2 : 4)
      return size(opcode, lock: false) != nil
    case 1: return false
    case 2, 3: return modify(opcode, zeroExtends: true, lock: true)
    default: return size(opcode, lock: false) != nil
    }
  }

  private mutating func group5(_ opcode: UInt8) -> Bool {
    operands()
    switch digit {
    case 0, 1: return modify(opcode, zeroExtends: true, lock: true)
    case 2, 4: return opcode == 0xFF && isRegister && hasNoPrefix && needs(.mask(modrmRM))
    case 6: return opcode == 0xFF && onlyPrefixes(optional: [0x66]) && !(has66 && isWide)
    default: return false
    }
  }

  private mutating func x87(_ opcode: UInt8) -> Bool {
    operands()
    guard hasNoPrefix else { return false }
    guard isRegister else {
      return !(x87Holes[opcode] ?? []).contains(digit)
    }
    if x87Rows[opcode]?.contains(digit) == true { return true }
    return x87Single[opcode]?.contains(exactModRM) == true
  }
}

/// The holes of the manuals' table of memory forms.
private let x87Holes: [UInt8: [Int]] = [0xD9: [1], 0xDB: [4, 6], 0xDD: [5]]
/// Rows with all eight stack registers.
private let x87Rows: [UInt8: [Int]] = [
  0xD8: [0, 1, 2, 3, 4, 5, 6, 7], 0xD9: [0, 1], 0xDA: [0, 1, 2, 3], 0xDB: [0, 1, 2, 3, 5, 6],
  0xDC: [0, 1, 4, 5, 6, 7], 0xDD: [0, 2, 3, 4, 5], 0xDE: [0, 1, 4, 5, 6, 7], 0xDF: [5, 6],
]
/// Instructions that are one ModRM byte exactly.
private let x87Single: [UInt8: [UInt8]] = [
  0xD9: [0xD0, 0xE0, 0xE1, 0xE4, 0xE5, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE]
    + Array(0xF0...0xFF),
  0xDA: [0xE9], 0xDB: [0xE2, 0xE3], 0xDE: [0xD9], 0xDF: [0xE0],
]
