/// Takes the bytes of one instruction apart for the disassembler.
struct CodeReader {
  private let code: [UInt8]
  private let address: Int
  private var at = 0
  private var prefixes: [UInt8] = []
  private var rex: UInt8 = 0
  private var hasREX = false
  private(set) var vex: (pp: Int, w: Int, length: Int, vvvv: Int)?
  private(set) var map = 0
  private(set) var opcode: UInt8 = 0
  private(set) var isThreeDNow = false
  private var modrm: UInt8 = 0
  private var memory: String?
  private var isPastEnd = false

  init(_ code: [UInt8], address: Int) {
    self.code = code
    self.address = address
  }

  private var has66: Bool { prefixes.contains(0x66) }
  private var isWide: Bool { vex.map { $0.w == 1 } ?? (rex & 8 != 0) }

  private mutating func next() -> UInt8 {
    guard at < code.count else {
      isPastEnd = true
      return 0
    }
    at += 1
    return code[at - 1]
  }

  /// Prefixes and opcode; false when the bytes end before.
  mutating func readOpcode() -> Bool {
    var byte = next()
    while [0x66, 0xF2, 0xF3, 0xF0, 0x2E, 0x3E].contains(byte), prefixes.count < 3 {
      prefixes.append(byte)
      byte = next()
    }
    if byte & 0xF0 == 0x40 {
      rex = byte
      hasREX = true
      byte = next()
    } else if byte == 0xC4 || byte == 0xC5, prefixes.isEmpty {
      let second = next()
      let last = byte == 0xC5 ? second : next()
      map = byte == 0xC5 ? 1 : Int(second & 31)
      rex = ~second >> 5 & (byte == 0xC5 ? 4 : 7)
      vex = (
        Int(last & 3), byte == 0xC5 ? 0 : Int(last >> 7), Int(last >> 2 & 1), Int(~last >> 3 & 15)
      )
      opcode = next()
      return !isPastEnd
    }
    if byte == 0x0F {
      map = 1
      byte = next()
      if byte == 0x38 || byte == 0x3A {
        map = byte == 0x38 ? 2 : 3
        byte = next()
      } else if byte == 0x0F {
        isThreeDNow = true
        readModRM()
        byte = next()
      }
    }
    opcode = byte
    return !isPastEnd
  }

  /// The instruction by that row, if the row fits.
  mutating func listing(as row: Definition) -> Listing? {
    guard fits(row) else { return nil }
    if row.modrm != nil, !isThreeDNow { readModRM() }
    if let pattern = row.modrm, !pattern.contains(modrm) { return nil }
    if isThreeDNow, row.opcode != opcode { return nil }
    var texts: [String] = []
    for operand in row.operands { texts.append(text(of: operand, row)) }
    guard !isPastEnd else { return nil }
    if row.marks.contains(.indirect) { texts = texts.map { "*" + $0 } }
    var name = row.name
    if prefixes.contains(0xF0) { name = "lock " + name }
    if row.marks.contains(.rep) || row.marks.contains(.condrep) {
      if prefixes.contains(0xF3) { name = "rep " + name }
      if prefixes.contains(0xF2) { name = "repne " + name }
    }
    return Listing(name: name, operands: texts.reversed(), byteCount: at)
  }

  private func fits(_ row: Definition) -> Bool {
    if let vex, let wanted = row.vex {
      return wanted.pp == vex.pp && wanted.w == vex.w && wanted.lengths.contains(vex.length)
    }
    let size = row.operands.contains { $0.size == UInt8(ascii: "v") }
    var allowed: [UInt8] = row.prefix == 0 ? [] : [row.prefix]
    if size { allowed.append(0x66) }
    if row.marks.contains(.lock) { allowed.append(0xF0) }
    if row.marks.contains(.hint) { allowed += [0x2E, 0x3E] }
    if row.marks.contains(.rep) || row.marks.contains(.condrep) { allowed.append(0xF3) }
    if row.marks.contains(.condrep) { allowed.append(0xF2) }
    guard prefixes.allSatisfy(allowed.contains) else { return false }
    if row.prefix != 0, !prefixes.contains(row.prefix) { return false }
    if row.requiresW, rex & 8 == 0 { return false }
    if row.marks.contains(.noW), rex & 8 != 0 { return false }
    if row.marks.contains(.norex), hasREX { return false }
    return !(row.marks.contains(.prefixed) && !hasREX && prefixes.isEmpty)
  }

  private mutating func readModRM() {
    modrm = next()
    guard modrm < 0xC0 else { return }
    let mod = modrm >> 6
    var displacementBytes = mod == 1 ? 1 : mod == 2 ? 4 : 0
    var base = Self.name(Int(modrm & 7) | Int(rex & 1) << 3, 64)
    var index = ""
    if modrm & 7 == 4 {
      let sib = next()
      base = Self.name(Int(sib & 7) | Int(rex & 1) << 3, 64)
      if mod == 0, sib & 7 == 5 {
        base = ""
        displacementBytes = 4
      }
      let number = Int(sib >> 3 & 7) | Int(rex & 2) << 2
      if number != 4 { index = "," + Self.name(number, 64) + ",\(1 << (sib >> 6))" }
    } else if mod == 0, modrm & 7 == 5 {
      base = "%rip"
      displacementBytes = 4
    }
    let displacement = signed(displacementBytes)
    let text = displacement == 0 ? "" : Self.hex(displacement)
    memory = text + (base + index == "" ? "" : "(\(base)\(index))")
  }

  private mutating func signed(_ count: Int) -> Int {
    var value: UInt64 = 0
    for byte in 0..<count { value |= UInt64(next()) << UInt64(8 * byte) }
    guard count > 0 else { return 0 }
    let unused = UInt64(64 - 8 * count)
    return Int(Int64(bitPattern: value << unused) >> Int64(unused))
  }

  private mutating func text(of operand: Definition.Operand, _ row: Definition) -> String {
    let size = bits(operand.size, row)
    switch Unicode.Scalar(operand.type) {
    case "E": return memory ?? register(Int(modrm & 7) | Int(rex & 1) << 3, size)
    case "M": return memory ?? ""
    case "G": return register(Int(modrm >> 3 & 7) | Int(rex & 4) << 1, size)
    case "Z": return register(Int(opcode & 7) | Int(rex & 1) << 3, size)
    case "A": return register(0, size)
    case "B": return register(vex?.vvvv ?? 0, size)
    case "P": return "%mm\(modrm >> 3 & 7)"
    case "Q": return memory ?? "%mm\(modrm & 7)"
    case "V": return vector(Int(modrm >> 3 & 7) | Int(rex & 4) << 1)
    case "W": return memory ?? vector(Int(modrm & 7) | Int(rex & 1) << 3)
    case "H": return vector(vex?.vvvv ?? 0)
    case "L": return vector(Int(next() >> 4))
    case "I": return "$" + Self.hex(signed(immediateBytes(operand.size, row)))
    case "J":
      let distance = signed(operand.size == UInt8(ascii: "b") ? 1 : 4)
      return Self.hex(address + at + distance)
    default: return "?"
    }
  }

  private func bits(_ size: UInt8, _ row: Definition) -> Int {
    switch Unicode.Scalar(size) {
    case "b": 8
    case "w": 16
    case "d": 32
    case "q": 64
    case "y": isWide ? 64 : 32
    default: isWide ? 64 : has66 && row.prefix != 0x66 ? 16 : 32
    }
  }

  private func immediateBytes(_ size: UInt8, _ row: Definition) -> Int {
    switch Unicode.Scalar(size) {
    case "b": 1
    case "w": 2
    case "d": 4
    case "z": has66 && row.prefix != 0x66 ? 2 : 4
    default: isWide ? 8 : has66 ? 2 : 4
    }
  }

  private func vector(_ number: Int) -> String {
    (vex?.length == 1 ? "%ymm" : "%xmm") + String(number)
  }

  private func register(_ number: Int, _ bits: Int) -> String {
    if bits == 8, !hasREX, number >= 4, number < 8 {
      return ["%ah", "%ch", "%dh", "%bh"][number - 4]
    }
    return Self.name(number, bits)
  }

  private static func name(_ number: Int, _ bits: Int) -> String {
    let old = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"]
    if number >= 8 { return "%r\(number)" + ([8: "b", 16: "w", 32: "d"][bits] ?? "") }
    let name = old[number]
    switch bits {
    case 8: return "%" + (number < 4 ? String(name.first ?? "a") : name) + "l"
    case 16: return "%" + name
    case 32: return "%e" + name
    default: return "%r" + name
    }
  }

  private static func hex(_ value: Int) -> String {
    (value < 0 ? "-0x" : "0x") + String(value.magnitude, radix: 16)
  }
}

extension Definition.ModRMPattern {
  /// Whether the row covers that ModRM byte.
  fileprivate func contains(_ modrm: UInt8) -> Bool {
    switch self {
    case .any(let reg, let registers, let memory):
      (reg == nil || reg == Int(modrm >> 3 & 7)) && (modrm >= 0xC0 ? registers : memory)
    case .exact(let first, let count): modrm >= first && Int(modrm) < Int(first) + count
    }
  }
}
