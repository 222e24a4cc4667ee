/// Decodes instructions by the table, and refuses everything else.
public struct Decoder: Sendable {
  private let index = FormIndex.shared

  public init() {}

  /// The instruction at `offset`, wholly below `end`; nil when there is none that the table knows.
  public func decode(_ code: Span<UInt8>, at offset: Int, end: Int) -> Instruction? {
    if let fixed = Self.fixed(code, offset, end) { return fixed }
    var cursor = Cursor(code: code, offset: offset, end: end)
    guard let prefixes = Prefixes(&cursor), var opcode = cursor.next() else { return nil }
    var map = 0
    if opcode == 0x0F {
      map = 1
      guard let second = cursor.next() else { return nil }
      opcode = second
      if second == 0x38 || second == 0x3A {
        map = second == 0x38 ? 2 : 3
        guard let third = cursor.next() else { return nil }
        opcode = third
      }
    } else if opcode >= 0xD8, opcode <= 0xDF {
      return x87(opcode, prefixes, &cursor)
    }
    for form in index.cells[map][Int(opcode)] {
      var attempt = cursor
      if let instruction = match(form, opcode, prefixes, &attempt) { return instruction }
    }
    return nil
  }

  /// Nops and fences are compared whole.
  private static func fixed(_ code: Span<UInt8>, _ offset: Int, _ end: Int) -> Instruction? {
    switch code[offset] {
    case 0x90, 0x66, 0xF3, 0x0F: break
    default: return nil
    }
    for bytes in InstructionTable.fixed where bytes.count <= end - offset {
      var equal = true
      for index in bytes.indices where code[offset + index] != bytes[index] {
        equal = false
        break
      }
      if equal {
        var result = Instruction()
        result.byteCount = bytes.count
        result.mnemonic = bytes[bytes.count - 1] >= 0xE8 ? "fence" : "nop"
        return result
      }
    }
    return nil
  }

  private func match(
    _ form: Form, _ opcode: UInt8, _ prefixes: Prefixes, _ cursor: inout Cursor
  ) -> Instruction? {
    var result = Instruction()
    result.mnemonic = form.mnemonic
    // Which prefixes are part of the opcode, and which are left to mean something.
    var data16 = prefixes.data16
    var rep = prefixes.rep
    switch form.prefix {
    case 0x66:
      guard data16, rep == 0 else { return nil }
      data16 = false
    case 0xF2, 0xF3:
      guard rep == form.prefix, !data16 else { return nil }
      rep = 0
    default: break
    }
    if rep != 0 {
      guard
        (rep == 0xF3 && form.attributes.contains(.repeatable))
          || (rep == 0xF2 && form.attributes.contains(.repeatableUntil)), !data16
      else { return nil }
    }
    let wide = prefixes.rex & 8 != 0
    if data16 { guard form.isVariable, form.prefix == 0, !wide else { return nil } }
    if wide { guard form.allowsREXW else { return nil } }

    var modRM: ModRM?
    if form.hasModRM {
      guard let read = ModRM(&cursor, prefixes.rex) else { return nil }
      if let wanted = form.opcodeExtension, read.reg & 7 != wanted { return nil }
      modRM = read
    }
    guard usesAllREXBits(form, prefixes.rex, modRM) else { return nil }

    var memoryIsWritten = false
    for (position, operand) in form.operands.enumerated() {
      let width = operand.width(data16: data16, wide: wide)
      var register: Int?
      switch operand.kind {
      case .general, .memoryOnly, .registerOnly, .vectorOrMemory, .vectorOnly, .mmxOrMemory,
        .mmxOnly:
        guard let modRM else { return nil }
        if modRM.isMemory {
          guard operand.mayBeMemory else { return nil }
          if !form.attributes.contains(.noAccess) { result.accessesMemory = true }
          result.base = modRM.base
          result.index = modRM.index
          memoryIsWritten = operand.isWritten
        } else {
          guard operand.mayBeRegister else { return nil }
          if operand.kind == .general || operand.kind == .registerOnly {
            register = Int(modRM.rm)
          }
        }
      case .modRMRegister: register = Int(modRM?.reg ?? 0)
      case .opcodeRegister: register = Int(opcode & 7) | (prefixes.rex & 1 != 0 ? 8 : 0)
      case .accumulator: register = 0
      case .vector, .mmx: break
      case .immediate:
        guard cursor.skip(operand.immediateByteCount(data16, wide)) else { return nil }
      case .jump:
        guard !data16, !wide, let distance = cursor.distance(operand.size == .byte ? 1 : 4) else {
          return nil
        }
        result.jumpDistance = distance
      }
      if operand.isWritten, var number = register {
        var zeroExtends = form.attributes.contains(.zeroExtends) && position == 0 && width == 32
        if width == 8, number >= 4, number <= 7, prefixes.rex == 0 {
          number -= 4  // ah, ch, dh, bh
          zeroExtends = false
        }
        result.writes.append(
          Instruction.Write(register: number, width: width, zeroExtends: zeroExtends))
      }
    }
    if prefixes.lock {
      guard form.attributes.contains(.lockable), memoryIsWritten else { return nil }
    }
    result.isCall = form.mnemonic == "call"
    result.usesSource = form.attributes.contains(.source)
    result.usesDestination = form.attributes.contains(.destination)
    result.dependsOnClock = form.attributes.contains(.clock)
    result.byteCount = cursor.consumed
    return result.byteCount <= 15 ? result : nil
  }

  /// A REX bit that the form cannot use is a second encoding of the same instruction: refused.
  private func usesAllREXBits(_ form: Form, _ rex: UInt8, _ modRM: ModRM?) -> Bool {
    if rex & 4 != 0, !form.operands.contains(where: \.usesReg) { return false }
    if rex & 2 != 0, modRM?.hasSIB != true { return false }
    if rex & 1 != 0 {
      let usesB =
        form.operands.contains { $0.kind == .opcodeRegister }
        || (modRM.map { $0.base != Instruction.rip && $0.base != Instruction.none || !$0.isMemory }
          ?? false)
      if !usesB { return false }
    }
    return true
  }

  /// The x87 unit: no general register is touched, only memory.
  private func x87(_ opcode: UInt8, _ prefixes: Prefixes, _ cursor: inout Cursor) -> Instruction? {
    guard !prefixes.data16, !prefixes.lock, prefixes.rep == 0, prefixes.rex & 0b1100 == 0,
      let byte = cursor.peek(), let modRM = ModRM(&cursor, prefixes.rex)
    else { return nil }
    let row = Int(opcode - 0xD8)
    var result = Instruction()
    result.mnemonic = "x87"
    if modRM.isMemory {
      guard InstructionTable.x87Memory[row] >> (modRM.reg & 7) & 1 != 0 else { return nil }
      if prefixes.rex & 2 != 0, !modRM.hasSIB { return nil }
      if prefixes.rex & 1 != 0, modRM.base < 0 { return nil }
      result.accessesMemory = true
      result.base = modRM.base
      result.index = modRM.index
    } else {
      guard prefixes.rex == 0,
        InstructionTable.x87Register[row].contains(where: { $0.contains(byte) })
      else { return nil }
      if opcode == 0xDF, byte == 0xE0 {  // fnstsw %ax
        result.writes = [Instruction.Write(register: 0, width: 16, zeroExtends: false)]
      }
    }
    result.byteCount = cursor.consumed
    return result
  }
}

/// At most one prefix a group, REX last; segment and address-size prefixes are never allowed
/// (RULES.md 7, 11).
private struct Prefixes {
  var data16 = false
  var lock = false
  var rep: UInt8 = 0
  var rex: UInt8 = 0

  init?(_ cursor: inout Cursor) {
    while let byte = cursor.peek() {
      switch byte {
      case 0x66:
        if data16 { return nil }
        data16 = true
      case 0xF0:
        if lock { return nil }
        lock = true
      case 0xF2, 0xF3:
        if rep != 0 { return nil }
        rep = byte
      case 0x40...0x4F:
        rex = byte
        _ = cursor.next()
        return
      default: return
      }
      _ = cursor.next()
    }
    return nil
  }
}

/// ModRM with SIB and displacement, read and skipped.
private struct ModRM {
  var isMemory: Bool
  /// With REX.R.
  var reg: UInt8
  /// With REX.B; the register when this is no memory operand.
  var rm: UInt8
  var base = Instruction.none
  var index = Instruction.none
  var hasSIB = false

  init?(_ cursor: inout Cursor, _ rex: UInt8) {
    guard let byte = cursor.next() else { return nil }
    let mod = byte >> 6
    reg = (byte >> 3 & 7) | (rex & 4) << 1
    rm = (byte & 7) | (rex & 1) << 3
    isMemory = mod != 3
    guard isMemory else { return }
    var displacement = mod == 1 ? 1 : mod == 2 ? 4 : 0
    if byte & 7 == 4 {
      hasSIB = true
      guard let sib = cursor.next() else { return nil }
      let number = Int(sib >> 3 & 7) | (rex & 2 != 0 ? 8 : 0)
      // Index 4 without REX.X means that there is none.
      if number != 4 { index = number }
      if sib & 7 == 5, mod == 0 {
        displacement = 4
      } else {
        base = Int(sib & 7) | (rex & 1 != 0 ? 8 : 0)
      }
    } else if byte & 7 == 5, mod == 0 {
      base = Instruction.rip
      displacement = 4
    } else {
      base = Int(rm)
    }
    guard cursor.skip(displacement) else { return nil }
  }
}

private struct Cursor: ~Escapable {
  private let code: Span<UInt8>
  private let start: Int
  private var position: Int
  private let end: Int

  @_lifetime(copy code)
  init(code: Span<UInt8>, offset: Int, end: Int) {
    self.code = code
    start = offset
    position = offset
    self.end = end
  }

  var consumed: Int { position - start }

  func peek() -> UInt8? { position < end ? code[position] : nil }

  @_lifetime(self: copy self)
  mutating func next() -> UInt8? {
    guard position < end else { return nil }
    position += 1
    return code[position - 1]
  }

  @_lifetime(self: copy self)
  mutating func skip(_ count: Int) -> Bool {
    guard end - position >= count else { return false }
    position += count
    return true
  }

  /// A signed distance of 1 or 4 bytes.
  @_lifetime(self: copy self)
  mutating func distance(_ count: Int) -> Int32? {
    var value: UInt32 = 0
    for shift in 0..<count {
      guard let byte = next() else { return nil }
      value |= UInt32(byte) << (8 * UInt32(shift))
    }
    return count == 1 ? Int32(Int8(truncatingIfNeeded: value)) : Int32(bitPattern: value)
  }
}

extension Form.Operand {
  /// Width in bits of a general register operand.
  func width(data16: Bool, wide: Bool) -> Int {
    switch size {
    case .byte: 8
    case .word: 16
    case .double: 32
    case .quad: 64
    case .variable: wide ? 64 : data16 ? 16 : 32
    case .wide: wide ? 64 : 32
    case .narrow: data16 ? 16 : 32
    case .vector: 0
    }
  }

  func immediateByteCount(_ data16: Bool, _ wide: Bool) -> Int {
    switch size {
    case .byte: 1
    case .word: 2
    case .variable: wide ? 8 : data16 ? 2 : 4
    default: data16 ? 2 : 4
    }
  }
}
