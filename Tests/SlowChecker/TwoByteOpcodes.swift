/// Opcodes of a map as the manuals print them: rows of sixteen, columns in hexadecimal.
private func opcodes(_ rows: [UInt8: String]) -> Set<UInt8> {
  var result: Set<UInt8> = []
  for (row, columns) in rows {
    for column in columns { result.insert(row << 4 | UInt8(column.hexDigitValue!)) }
  }
  return result
}

/// Vector instructions without general-purpose registers, by mandatory prefix (0 for none). In
/// these, a register operand is a vector register.
private let vectors: [UInt8: Set<UInt8>] = [
  0: opcodes([
    0x1: "012456", 0x2: "89EF", 0x5: "123456789ABCDEF", 0x6: "0123456789ABF", 0x7: "0456F",
    0xC: "26", 0xD: "1234589ABCDEF", 0xE: "01234589ABCDEF", 0xF: "12345689ABCDE",
  ]),
  0x66: opcodes([
    0x1: "0145", 0x2: "89EF", 0x5: "1456789ABCDEF", 0x6: "0123456789ABCDF", 0x7: "0456CDF",
    0xC: "26", 0xD: "01234589ABCDEF6", 0xE: "012345689ABCDEF", 0xF: "12345689ABCDE",
  ]),
  0xF3: opcodes([0x1: "0126", 0x5: "12389ABCDEF", 0x6: "F", 0x7: "0EF", 0xC: "2", 0xE: "6"]),
  0xF2: opcodes([0x1: "012", 0x5: "189ACDEF", 0x7: "0CD", 0xC: "2", 0xD: "0", 0xE: "6"]),
]
/// The same with a memory operand only, with a register operand only.
private let onlyMemory: [UInt8: Set<UInt8>] = [
  0: opcodes([0x1: "37", 0x2: "B", 0xE: "7"]), 0x66: opcodes([0x1: "2367", 0x2: "B", 0xE: "7"]),
  0xF3: [0x2B], 0xF2: [0x2B, 0xF0],
]
private let onlyRegister: [UInt8: Set<UInt8>] = [
  0: [], 0x66: [0x79], 0xF3: [0xD6], 0xF2: [0xD6, 0x78, 0x79],
]
/// Which of all these end with an immediate byte, or two.
private let withImmediate: Set<UInt8> = [0x70, 0xC2, 0xC6]

private let map38MMX = opcodes([0x0: "0123456789AB", 0x1: "CDE"])
private let map38SSE = opcodes([
  0x0: "0123456789AB", 0x1: "0457CDE", 0x2: "01234589B", 0x3: "012345789ABCDEF",
  0x4: "01",
])
private let map3ASSE = opcodes([0x0: "89ABCDEF", 0x4: "012", 0x6: "0123"])
private let threeDNow: Set<UInt8> = [
  0x0C, 0x0D, 0x1C, 0x1D, 0x8A, 0x8E, 0x90, 0x94, 0x96, 0x97, 0x9A, 0x9E, 0xA0, 0xA4, 0xA6, 0xA7,
  0xAA, 0xAE, 0xB0, 0xB4, 0xB6, 0xB7, 0xBB, 0xBF,
]

extension Instruction {
  /// Instructions that start with 0F.
  mutating func twoByte() -> Bool {
    let opcode = next()
    switch opcode {
    case 0x38: return map38()
    case 0x3A: return map3A()
    case 0x0F:
      operands()
      return hasNoPrefix && threeDNow.contains(next())
    case 0x0B: return hasNoPrefix && !hasREX
    case 0x0E, 0x31, 0x77, 0xA2: return hasNoPrefix
    case 0x0D, 0x18:
      operands()
      onlyComputes()
      let hints = opcode == 0x0D ? [0, 1, 3] : [0, 1, 2, 3]
      return hasNoPrefix && !isRegister && hints.contains(digit)
    case 0x1F:
      operands()
      onlyComputes()
      return hasNoPrefix && digit == 0
    case 0x40...0x4F, 0xBC, 0xBD: return conditionalMoveOrScan(opcode)
    case 0x80...0x8F: return hint && relative(4)
    case 0x90...0x9F:
      operands()
      writeRM(8)
      return hasNoPrefix
    case 0xA4, 0xA5, 0xAC, 0xAD:
      guard let size = size() else { return false }
      operands()
      writeRM(size)
      if opcode & 1 == 0 { immediate(1) }
      return true
    case 0xAE:
      operands()
      guard hasNoPrefix else { return false }
      return isRegister ? [0xE8, 0xF0, 0xF8].contains(exactModRM) : digit == 2 || digit == 3
    case 0xAF, 0xB6, 0xB7, 0xBE, 0xBF:
      guard let size = size() else { return false }
      operands()
      writeReg(size)
      countsAsZeroExtended()
      return true
    case 0xB0, 0xB1, 0xC0, 0xC1: return compareOrAddExchange(opcode)
    case 0xB8: return count()
    case 0xBA: return bitTest()
    case 0xC3:
      operands()
      return hasNoPrefix && !isRegister
    case 0xC7:
      operands()
      return !isRegister && digit == 1 && onlyPrefixes(optional: [0xF0])
    case 0xC8...0xCF:
      writeOpcodeRegister(opcode, isWide ? 64 : 32)
      return hasNoPrefix
    case 0xF7 where hasNoPrefix || mandatory == 0x66:
      operands()
      return isRegister && needs(.rdi)
    default: return vectorWithGeneral(opcode) ?? vector(opcode)
    }
  }

  /// cmovcc, bsf, bsr; with F3 tzcnt and lzcnt. None of them counts as zero-extending.
  private mutating func conditionalMoveOrScan(_ opcode: UInt8) -> Bool {
    if mandatory == 0xF3 {
      guard opcode >= 0xBC else { return false }
      return count()
    }
    guard let size = size() else { return false }
    operands()
    writeReg(size)
    return true
  }

  private mutating func count() -> Bool {
    operands()
    writeReg(isWide ? 64 : 32)
    return mandatory == 0xF3
  }

  private mutating func bitTest() -> Bool {
    operands()
    immediate(1)
    guard digit >= 4, let size = size(lock: digit > 4 && !isRegister) else { return false }
    if digit > 4 { writeRM(size) }
    return true
  }

  private mutating func compareOrAddExchange(_ opcode: UInt8) -> Bool {
    operands()
    let lock = !isRegister
    let width: Int? =
      opcode & 1 == 1 ? size(lock: lock) : onlyPrefixes(optional: lock ? [0xF0] : []) ? 8 : nil
    guard let width else { return false }
    writeRM(width)
    writeReg(width)
    if opcode == 0xC1, isRegister { countsAsZeroExtended() }
    return true
  }

  /// Vector instructions that read or write a general-purpose register; nil if it is none of them.
  private mutating func vectorWithGeneral(_ opcode: UInt8) -> Bool? {
    let prefix = mandatory ?? 0
    let isMMXOrSSE = hasNoPrefix || prefix == 0x66
    switch opcode {
    case 0x2A where hasNoPrefix || [0x66, 0xF2, 0xF3].contains(prefix):
      operands()
      return true
    case 0x2C, 0x2D:
      guard hasNoPrefix || [0x66, 0xF2, 0xF3].contains(prefix) else { return false }
      operands()
      if prefix == 0xF2 || prefix == 0xF3 { writeReg(isWide ? 64 : 32) }
      return true
    case 0x50 where isMMXOrSSE, 0xD7 where isMMXOrSSE:
      operands()
      writeReg(isWide ? 64 : 32)
      return isRegister
    case 0xC5 where isMMXOrSSE:
      operands()
      writeReg(isWide ? 64 : 32)
      immediate(1)
      return isRegister
    case 0xC4 where isMMXOrSSE:
      operands()
      immediate(1)
      return true
    case 0x6E where isMMXOrSSE:
      operands()
      return true
    case 0x7E where isMMXOrSSE:
      operands()
      writeRM(isWide ? 64 : 32)
      countsAsZeroExtended()
      return true
    case 0x71, 0x72, 0x73:
      operands()
      immediate(1)
      var digits = opcode == 0x73 ? [2, 6] : [2, 4, 6]
      if opcode == 0x73, prefix == 0x66 { digits += [3, 7] }
      return isMMXOrSSE && isRegister && digits.contains(digit)
    default: return nil
    }
  }

  private mutating func vector(_ opcode: UInt8) -> Bool {
    guard hasNoPrefix || mandatory != nil else { return false }
    let prefix = mandatory ?? 0
    operands()
    if withImmediate.contains(opcode) { immediate(1) }
    if prefix == 0xF2, opcode == 0x78 { immediate(2) }
    if vectors[prefix]?.contains(opcode) == true { return true }
    return (isRegister ? onlyRegister : onlyMemory)[prefix]?.contains(opcode) == true
  }

  private mutating func map38() -> Bool {
    let opcode = next()
    if opcode == 0xF0 || opcode == 0xF1 {
      operands()
      if mandatory == 0xF2 {
        writeReg(isWide ? 64 : 32)
        return true
      }
      guard let size = size() else { return false }
      if opcode == 0xF0 { writeReg(size) }
      return !isRegister
    }
    operands()
    if hasNoPrefix { return map38MMX.contains(opcode) }
    guard mandatory == 0x66 else { return false }
    return map38SSE.contains(opcode) || opcode == 0x2A && !isRegister
  }

  private mutating func map3A() -> Bool {
    let opcode = next()
    operands()
    immediate(1)
    if hasNoPrefix { return opcode == 0x0F }
    guard mandatory == 0x66 else { return false }
    switch opcode {
    case 0x14...0x17:
      writeRM(isWide ? 64 : 32)
      return true
    case 0x20, 0x21, 0x22: return true
    default: return map3ASSE.contains(opcode)
    }
  }
}
