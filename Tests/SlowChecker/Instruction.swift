/// One instruction of profile `nacl`, read byte by byte in the order of the manuals: prefixes, REX,
/// opcode, ModRM, SIB, displacement, immediate.
struct Instruction {
  enum Base: Equatable {
    case rip, nothing
    case register(Int)
  }
  /// What must stand right before the instruction (RULES 9, 10).
  enum Need: Equatable {
    case nothing, rsi, rdi, rsiAndRDI
    case mask(Int)
  }

  private(set) var byteCount = 0
  private(set) var writes: [(register: Int, bits: Int)] = []
  private(set) var zeroExtends = false
  private(set) var memory: (base: Base, index: Int?)?
  private(set) var accessesMemory = true
  private(set) var jump: Int?
  private(set) var needs = Need.nothing
  private(set) var modrmReg = 0
  private(set) var modrmRM = 0

  private let bytes: [UInt8]
  private var prefixes: [UInt8] = []
  private var rex: UInt8?
  private var modrm: UInt8 = 0
  private var failed = false

  /// The instruction at the start of `bytes`, or nil.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    if let padding = Self.padding(bytes) {
      byteCount = padding
      return
    }
    while let byte = peek(), Self.isPrefix(byte) {
      if prefixes.contains(byte) { return nil }
      prefixes.append(byte)
      byteCount += 1
    }
    if let byte = peek(), byte & 0xF0 == 0x40 {
      rex = byte
      byteCount += 1
    }
    let opcode = next()
    let isKnown = opcode == 0x0F ? twoByte() : oneByte(opcode)
    guard isKnown, !failed, byteCount <= bytes.count else { return nil }
  }

  private static func isPrefix(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x66, 0xF2, 0xF3, 0xF0, 0x2E, 0x3E: true
    default: false
    }
  }

  // MARK: Bytes

  private func peek() -> UInt8? { byteCount < bytes.count ? bytes[byteCount] : nil }

  mutating func next() -> UInt8 {
    guard let byte = peek() else {
      failed = true
      return 0
    }
    byteCount += 1
    return byte
  }

  mutating func immediate(_ count: Int) { byteCount += count }

  /// RULES 11: the paddings with 66 in front.
  private static func padding(_ bytes: [UInt8]) -> Int? {
    guard bytes.first == 0x66 else { return nil }
    return paddings.first { bytes.starts(with: $0) }?.count
  }

  private static let paddings: [[UInt8]] = {
    let zeros: [UInt8] = [0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0]
    var known: [[UInt8]] = [[0x66, 0x0F, 0x1F, 0x44, 0, 0], [0x66] + zeros]
    for count in 1...6 { known.append([UInt8](repeating: 0x66, count: count) + [0x2E] + zeros) }
    return known
  }()

  // MARK: Prefixes

  var hasREX: Bool { rex != nil }
  private func rexBit(_ bit: UInt8) -> Int { (rex ?? 0) & bit != 0 ? 8 : 0 }
  var isWide: Bool { (rex ?? 0) & 8 != 0 }
  var has66: Bool { prefixes.contains(0x66) }
  var rexByte: UInt8? { rex }

  /// Whether the prefixes are these, in any order; those of `optional` may be missing.
  func onlyPrefixes(_ required: [UInt8] = [], optional: [UInt8] = []) -> Bool {
    required.allSatisfy(prefixes.contains)
      && prefixes.allSatisfy { required.contains($0) || optional.contains($0) }
  }

  var hasNoPrefix: Bool { prefixes.isEmpty }
  var hint: Bool { prefixes.count <= 1 && onlyPrefixes(optional: [0x2E, 0x3E]) }
  var mandatory: UInt8? { prefixes.count == 1 ? prefixes[0] : nil }

  /// The operand size of an instruction that comes in 16, 32 and 64 bits: 66 and REX.W exclude each
  /// other. nil when the prefixes do not fit.
  func size(lock: Bool = false) -> Int? {
    guard onlyPrefixes(optional: lock ? [0x66, 0xF0] : [0x66]), !(has66 && isWide) else {
      return nil
    }
    return isWide ? 64 : has66 ? 16 : 32
  }

  var isLocked: Bool { prefixes.contains(0xF0) }

  // MARK: Operands

  var isRegister: Bool { modrm >= 0xC0 }
  var digit: Int { Int(modrm >> 3 & 7) }
  var exactModRM: UInt8 { modrm }

  /// Reads ModRM and what belongs to it.
  mutating func operands() {
    modrm = next()
    modrmReg = digit | rexBit(4)
    let low = Int(modrm & 7)
    modrmRM = low | rexBit(1)
    let mod = modrm >> 6
    guard mod != 3 else { return }
    var base = Base.register(modrmRM)
    var index: Int?
    if low == 4 {
      let sib = next()
      base = .register(Int(sib & 7) | rexBit(1))
      let number = Int(sib >> 3 & 7) | rexBit(2)
      index = number == rsp ? nil : number
      if mod == 0, sib & 7 == 5 {
        base = .nothing
        byteCount += 4
      }
    } else if mod == 0, low == 5 {
      base = .rip
      byteCount += 4
    }
    byteCount += mod == 1 ? 1 : mod == 2 ? 4 : 0
    memory = (base, index)
  }

  mutating func onlyComputes() { accessesMemory = false }

  mutating func write(_ register: Int, _ bits: Int) {
    // Numbers 4…7 without REX are ah, ch, dh and bh.
    writes.append((bits == 8 && rex == nil && register >= 4 ? register - 4 : register, bits))
  }

  mutating func writeReg(_ bits: Int) { write(modrmReg, bits) }
  mutating func writeRM(_ bits: Int) { if isRegister { write(modrmRM, bits) } }
  mutating func writeOpcodeRegister(_ opcode: UInt8, _ bits: Int) {
    write(Int(opcode & 7) | rexBit(1), bits)
  }
  mutating func countsAsZeroExtended() { zeroExtends = true }

  mutating func needs(_ need: Need) -> Bool {
    needs = need
    return true
  }

  mutating func relative(_ count: Int) -> Bool {
    let start = byteCount
    byteCount += count
    guard byteCount <= bytes.count else { return false }
    if count == 1 {
      jump = Int(Int8(bitPattern: bytes[start]))
    } else {
      var value: UInt32 = 0
      for offset in 0..<4 { value |= UInt32(bytes[start + offset]) << UInt32(8 * offset) }
      jump = Int(Int32(bitPattern: value))
    }
    return true
  }
}
