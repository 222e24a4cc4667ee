/// The bytes of a program file that is right in every field, for tests that break one thing:
/// text of three bundles, read-only data, writable data with a thread-local part, and two notes.
struct ProgramFile {
  /// One program header.
  struct Header {
    var type: UInt32 = 1
    var flags: UInt32
    var offset: UInt64
    var address: UInt64
    var fileSize: UInt64
    var memorySize: UInt64
    var alignment: UInt64 = 0x1000
  }

  var headers = [
    Header(flags: 5, offset: 0x200, address: 0x20000, fileSize: 96, memorySize: 96),
    Header(flags: 4, offset: 0x300, address: 0x30000, fileSize: 0x40, memorySize: 0x40),
    Header(flags: 6, offset: 0x340, address: 0x50000, fileSize: 0x60, memorySize: 0x1_2345),
    Header(type: 7, flags: 4, offset: 0x350, address: 0x50010, fileSize: 0x20, memorySize: 0x40),
    Header(type: 0x6474_e551, flags: 6, offset: 0, address: 0, fileSize: 0, memorySize: 0),
    Header(type: 4, flags: 4, offset: 0x10, address: 0, fileSize: 8, memorySize: 8),
  ]
  static let byteCount = 0x3a0

  var bytes: [UInt8] {
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    func put<Value: FixedWidthInteger>(_ value: Value) {
      for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
      }
    }
    put(UInt16(2))
    put(UInt16(62))
    put(UInt32(1))
    put(UInt64(0x20020))
    put(UInt64(64))
    put(UInt64(0))
    put(UInt32(0))
    for value: UInt16 in [64, 56, UInt16(headers.count), 64, 0, 0] { put(value) }
    for header in headers {
      put(header.type)
      put(header.flags)
      put(header.offset)
      put(header.address)
      put(header.address)
      put(header.fileSize)
      put(header.memorySize)
      put(header.alignment)
    }
    return bytes + [UInt8](repeating: 0xf4, count: max(0, Self.byteCount - bytes.count))
  }

  /// The file with one field changed.
  func changing(_ field: Field, to value: UInt64) -> [UInt8] {
    var bytes = bytes
    for index in 0..<field.width {
      bytes[field.offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
    return bytes
  }
}

/// Where a field stands, by the ELF-64 specification.
struct Field: Sendable {
  let name: String
  let offset: Int
  let width: Int

  init(_ name: String, _ offset: Int, _ width: Int) {
    self.name = name
    self.offset = offset
    self.width = width
  }

  static let header = [
    Field("e_ident", 0, 4), Field("EI_CLASS", 4, 1), Field("EI_DATA", 5, 1),
    Field("EI_VERSION", 6, 1), Field("EI_OSABI", 7, 1), Field("EI_ABIVERSION", 8, 1),
    Field("e_type", 16, 2), Field("e_machine", 18, 2), Field("e_version", 20, 4),
    Field("e_entry", 24, 8), Field("e_phoff", 32, 8), Field("e_ehsize", 52, 2),
    Field("e_phentsize", 54, 2), Field("e_phnum", 56, 2),
  ]

  /// What loading does not look at: padding, section headers, flags.
  static let ignored = [
    Field("EI_PAD", 9, 7), Field("e_shoff", 40, 8), Field("e_flags", 48, 4),
    Field("e_shentsize", 58, 2), Field("e_shnum", 60, 2), Field("e_shstrndx", 62, 2),
  ]

  static func of(_ name: String) -> Field { header.first { $0.name == name }! }

  /// A field of the program header with that number.
  static func of(_ name: String, in number: Int) -> Field {
    let places = [
      ("p_type", 0, 4), ("p_flags", 4, 4), ("p_offset", 8, 8), ("p_vaddr", 16, 8),
      ("p_paddr", 24, 8), ("p_filesz", 32, 8), ("p_memsz", 40, 8), ("p_align", 48, 8),
    ]
    let place = places.first { $0.0 == name }!
    return Field(name, 64 + 56 * number + place.1, place.2)
  }
}
