/// Where the instructions of an object file's code sections lie: just enough of ELF and of the
/// instruction format to find each instruction's start and length in what the assembler wrote.
/// Anything unexpected gives nil: what is done with the answer is optional.
struct ObjectText {
  /// One instruction in the object.
  struct Place {
    var offset: Int
    var length: Int
    var isNop: Bool
    /// Whether it has a REX, VEX or XOP prefix.
    var hasREX: Bool
    /// A short jump, which has a longer form.
    var isShortJump: Bool
  }

  /// The code sections, in the order of the file.
  private(set) var sections: [(name: String, places: [Place])] = []

  private let bytes: [UInt8]

  init?(_ object: [UInt8]) {
    bytes = object
    // ELF64 header: section table's offset at 40, entry size, count and index of the names at 58.
    guard bytes.count >= 64, bytes[0...5] == [0x7f, 0x45, 0x4c, 0x46, 2, 1],
      let table = word(40, 8), let entrySize = word(58, 2), entrySize == 64,
      let count = word(60, 2), let namesIndex = word(62, 2), namesIndex < count,
      count > 0, let names = word(table + namesIndex * 64 + 24, 8)
    else { return nil }
    for index in 0..<count {
      let header = table + index * 64
      guard let name = word(header, 4), let kind = word(header + 4, 4),
        let flags = word(header + 8, 8), let offset = word(header + 24, 8),
        let size = word(header + 32, 8)
      else { return nil }
      // Program bits that are executable.
      guard kind == 1, flags & 4 != 0 else { continue }
      guard offset <= bytes.count, size <= bytes.count - offset, let text = string(names + name),
        let places = Self.places(bytes[offset..<offset + size])
      else { return nil }
      sections.append((text, places))
    }
  }

  private func word(_ offset: Int, _ byteCount: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - byteCount else { return nil }
    var value: UInt64 = 0
    for index in (0..<byteCount).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value <= 1 << 40 ? Int(value) : nil
  }

  private func string(_ offset: Int) -> String? {
    guard offset >= 0, offset < bytes.count else { return nil }
    return String(decoding: bytes[offset...].prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func places(_ code: ArraySlice<UInt8>) -> [Place]? {
    var result: [Place] = []
    var rest = code
    while !rest.isEmpty {
      guard var place = decode(rest) else { return nil }
      place.offset = rest.startIndex - code.startIndex
      result.append(place)
      rest = rest.dropFirst(place.length)
    }
    return result
  }

  /// One instruction at the start of the bytes; nil when it is none of those that compilers write.
  private static func decode(_ code: ArraySlice<UInt8>) -> Place? {
    var at = code.startIndex
    func next() -> UInt8? {
      guard at < code.endIndex else { return nil }
      defer { at += 1 }
      return code[at]
    }
    var place = Place(
      offset: 0, length: 0, isNop: false, hasREX: false, isShortJump: false)
    guard var byte = next() else { return nil }
    var operand16 = false
    var repeated = false
    while [0x66, 0xf2, 0xf3, 0xf0, 0x2e, 0x3e].contains(byte) {
      if byte == 0x66 { operand16 = true }
      if byte == 0xf3 { repeated = true }
      guard let following = next() else { return nil }
      byte = following
    }
    var wide = false
    if byte & 0xf0 == 0x40 {
      wide = byte & 8 != 0
      place.hasREX = true
      guard let following = next() else { return nil }
      byte = following
    }
    var map = 0
    if byte == 0xc5 || byte == 0xc4 {
      place.hasREX = true
      map = 1
      if byte == 0xc4 {
        guard let second = next() else { return nil }
        map = Int(second & 31)
      }
      guard (1...3).contains(map), next() != nil, let opcode = next() else { return nil }
      byte = opcode
    } else if byte == 0x0f {
      map = 1
      guard let second = next() else { return nil }
      byte = second
      if byte == 0x38 || byte == 0x3a {
        map = byte == 0x38 ? 2 : 3
        guard let opcode = next() else { return nil }
        byte = opcode
      }
    }
    let shape = OpcodeShape(map: map, opcode: byte, operand16: operand16, wide: wide)
    guard var immediate = shape.immediateByteCount else { return nil }
    place.isNop =
      map == 1 && byte == 0x1f
      || map == 0 && byte == 0x90 && !repeated && !place.hasREX
    place.isShortJump = map == 0 && (byte & 0xf0 == 0x70 || byte == 0xeb)
    if shape.hasModRM {
      guard let modRM = next() else { return nil }
      let mode = modRM >> 6
      var base = modRM & 7
      var displacement = [0, 1, 4, 0][Int(mode)]
      if mode != 3 {
        if base == 4 {
          guard let sib = next() else { return nil }
          base = sib & 7
        }
        // No base, or rip.
        if mode == 0, base == 5 { displacement = 4 }
      }
      // test has an immediate, its neighbours in the group have none.
      if map == 0, byte == 0xf6 || byte == 0xf7 {
        immediate = modRM >> 3 & 7 > 1 ? 0 : byte == 0xf6 ? 1 : operand16 ? 2 : 4
      }
      at += displacement
    }
    at += immediate
    guard at <= code.endIndex else { return nil }
    place.length = at - code.startIndex
    return place
  }
}

/// What follows an opcode: whether a ModRM byte, and how many bytes of immediate.
struct OpcodeShape {
  var hasModRM: Bool
  /// nil for opcodes that are not expected.
  var immediateByteCount: Int?

  init(map: Int, opcode: UInt8, operand16: Bool, wide: Bool) {
    let full = operand16 ? 2 : 4
    switch map {
    case 0: (hasModRM, immediateByteCount) = Self.oneByte(opcode, full, wide)
    case 1:
      switch opcode {
      case 0x0b, 0x31, 0x77, 0xa2, 0xc8...0xcf: (hasModRM, immediateByteCount) = (false, 0)
      case 0x80...0x8f: (hasModRM, immediateByteCount) = (false, 4)
      case 0x70...0x73, 0xa4, 0xac, 0xba, 0xc2, 0xc4, 0xc5, 0xc6:
        (hasModRM, immediateByteCount) = (true, 1)
      case 0x0e, 0x0f: (hasModRM, immediateByteCount) = (false, nil)
      default: (hasModRM, immediateByteCount) = (true, 0)
      }
    case 2: (hasModRM, immediateByteCount) = (true, 0)
    default: (hasModRM, immediateByteCount) = (true, 1)
    }
  }

  private static func oneByte(_ opcode: UInt8, _ full: Int, _ wide: Bool) -> (Bool, Int?) {
    switch opcode {
    case 0x00...0x3f:
      switch opcode & 7 {
      case 0...3: (true, 0)
      case 4: (false, 1)
      case 5: (false, full)
      default: (false, nil)
      }
    case 0x50...0x5f, 0x90...0x99, 0x9b...0x9f, 0xa4...0xa7, 0xaa...0xaf, 0xf4, 0xf5, 0xf8, 0xf9,
      0xfc, 0xfd:
      (false, 0)
    case 0x63, 0x84...0x8b, 0x8d, 0x8f, 0xd0...0xd3, 0xd8...0xdf, 0xfe, 0xff: (true, 0)
    case 0x68, 0xa9: (false, full)
    case 0x69, 0x81, 0xc7: (true, full)
    case 0x6a, 0x70...0x7f, 0xa8, 0xb0...0xb7, 0xe0...0xe3, 0xeb: (false, 1)
    case 0x6b, 0x80, 0x83, 0xc0, 0xc1, 0xc6: (true, 1)
    case 0xb8...0xbf: (false, wide ? 8 : full)
    case 0xe8, 0xe9: (false, 4)
    case 0xf6, 0xf7: (true, 0)
    default: (false, nil)
    }
  }
}
