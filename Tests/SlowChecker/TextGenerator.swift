/// Texts that are valid or almost: instructions at random, most of them with legal memory operands,
/// known sequences, and in every other text a few changed bytes; and families of texts that differ in one
/// thing (`next`). The same seed, the same texts.
public struct TextGenerator {
  private var state: UInt64
  /// Texts of the family at hand that are still to come.
  var queue: [[UInt8]] = []

  /// Texts of real programs.
  private(set) var samples: [[UInt8]]

  public init(seed: UInt64, samples: [[UInt8]] = []) {
    state = seed
    self.samples = samples.filter { $0.count >= 32 }
  }

  mutating func random() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  mutating func below(_ count: Int) -> Int { Int(random() % UInt64(count)) }
  mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: random() >> 20) }
  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

  /// A text of that many bundles.
  public mutating func text(bundles: Int) -> [UInt8] {
    var text = sound(bundles: bundles)
    if oneIn(2), !text.isEmpty {
      for _ in 0...below(3) { damage(&text) }
    }
    return text
  }

  /// A text that is valid, most of the time.
  mutating func sound(bundles: Int) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(32 * bundles)
    for _ in 0..<bundles {
      var bundle = Bundle(bytes: [])
      let end = text.count + 32
      while text.count < end {
        var piece = piece()
        // Mostly what may stand there, so that long valid texts come up; wrong ones come by damage.
        var next = bundle
        if !next.take(piece), !oneIn(64) {
          guard oneIn(3) else { continue }
          piece = [0x90]
          next = bundle
          _ = next.take(piece)
        }
        guard piece.count <= end - text.count else { continue }
        bundle = next
        text += piece
      }
    }
    return text
  }

  /// Some bytes that may stand in a bundle: an instruction or a known sequence, most of the time.
  public mutating func piece() -> [UInt8] {
    oneIn(4) ? Self.sequences[below(Self.sequences.count)] : instruction()
  }

  /// Changes a byte or moves some.
  public mutating func damage(_ text: inout [UInt8]) {
    let at = below(text.count)
    switch below(4) {
    case 0: text[at] = byte()
    case 1: text[at] ^= 1 << UInt8(below(8))
    case 2:
      // One byte more, and the bundle's last one lost.
      let last = at | 31
      text.remove(at: last)
      text.insert(Self.prefixes[below(Self.prefixes.count)], at: at)
    default:
      text.insert(0x90, at: (at | 31) + 1)
      text.remove(at: at)
    }
  }

  static let prefixes: [UInt8] = [
    0x66, 0xF2, 0xF3, 0xF0, 0x2E, 0x3E, 0x67, 0x64, 0x40, 0x41, 0x42, 0x44, 0x48, 0x4C,
  ]

  /// Some bytes that are an instruction, most of the time.
  mutating func instruction() -> [UInt8] {
    var code: [UInt8] = []
    for _ in 0..<8 {
      code = candidate()
      if let it = Instruction(code + [0, 0, 0, 0, 0, 0, 0, 0]) {
        while code.count < it.byteCount { code.append(byte()) }
        return Array(code[..<it.byteCount])
      }
      if oneIn(40) { break }
    }
    return code
  }

  private mutating func candidate() -> [UInt8] {
    var code: [UInt8] = []
    if oneIn(4) { code.append(Self.prefixes[below(oneIn(8) ? 8 : 6)]) }
    if oneIn(40) { code.append(Self.prefixes[below(6)]) }
    if oneIn(3) { code.append((oneIn(3) ? 0x48 : 0x40) | byte() & 15) }
    switch below(16) {
    case 0..<8: code.append(byte())
    case 8..<13: code += [0x0F, byte()]
    case 13: code += [0x0F, 0x38, byte() & 0x4F]
    case 14: code += [0x0F, 0x38, oneIn(2) ? 0xF0 : 0xF1]
    default: code += [0x0F, 0x3A, byte() & 0x6F]
    }
    var modrm = byte()
    if modrm < 0xC0, !oneIn(4) { modrm = modrm & 0xF8 | (oneIn(2) ? 4 : 5) }
    code.append(modrm)
    if modrm < 0xC0, modrm & 7 == 4 {
      var sib = byte()
      if !oneIn(4) { sib = sib & 0xF8 | (oneIn(2) ? 4 : 7) }
      if oneIn(2) { sib = sib & 0xC7 | 0x20 }
      code.append(sib)
    }
    for _ in 0..<below(10) { code.append(oneIn(3) ? 0 : byte()) }
    return code
  }

  static let sequences: [[UInt8]] = [
    [0x83, 0xE0, 0xE0, 0x4C, 0x01, 0xF8, 0xFF, 0xE0],
    [0x41, 0x83, 0xE3, 0xE0, 0x4D, 0x03, 0xDF, 0x41, 0xFF, 0xD3],
    [0x42, 0x83, 0xE1, 0xE0, 0x4E, 0x01, 0xF9, 0x4A, 0xFF, 0xE1],
    [0x83, 0xE5, 0xE0, 0x4C, 0x01, 0xFD, 0xFF, 0xE5],
    [0x83, 0xE4, 0xE0, 0x49, 0x03, 0xE7, 0xFF, 0xE4],
    [0x89, 0xFF, 0x49, 0x8D, 0x3C, 0x3F, 0xF3, 0xAA],
    [0x42, 0x8B, 0xFF, 0x49, 0x8D, 0x3C, 0x3F, 0xF3, 0x48, 0xAB],
    [0x89, 0xF6, 0x49, 0x8D, 0x34, 0x37, 0x89, 0xFF, 0x49, 0x8D, 0x3C, 0x3F, 0xF3, 0xA4],
    [0x8B, 0xF6, 0x49, 0x8D, 0x34, 0x37, 0xAC],
    [0x89, 0xFF, 0x49, 0x8D, 0x3C, 0x3F, 0x66, 0x0F, 0xF7, 0xC1],
    [0x89, 0xFF, 0x49, 0x8D, 0x3C, 0x3F, 0x49, 0xAB], [0x48, 0x83, 0xE4, 0xE0], [0x48, 0x89, 0xE5],
    [0x4A, 0x8B, 0xE5],
    [0x83, 0xEC, 0x08, 0x4C, 0x01, 0xFC], [0x8D, 0x65, 0xE0, 0x4A, 0x8D, 0x24, 0x3C],
    [0x89, 0xC5, 0x4A, 0x8D, 0x6C, 0x3D, 0x00], [0x94, 0x4E, 0x09, 0xFC],
    [0x89, 0xC9, 0x41, 0x8B, 0x04, 0x0F], [0x45, 0x89, 0xC9, 0x43, 0x89, 0x04, 0x0F],
    [0x40, 0x90, 0x41, 0x8B, 0x04, 0x07], [0x91, 0x41, 0x8B, 0x0C, 0x0F], [0xEB, 0xFE],
    [0x75, 0x02], [0xE8, 0, 0, 0, 0], [0x0F, 0x84, 0x10, 0, 0, 0], [0x66, 0x90],
    [0x66, 0x66, 0x2E, 0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0], [0xF4],
    [0xF0, 0x66, 0x0F, 0xB1, 0x0C, 0x24],
  ]
}
