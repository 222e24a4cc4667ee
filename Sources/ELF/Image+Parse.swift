extension Image {
  /// Reads the ELF header and the program headers. Everything that is not exactly as RULES.md asks
  /// is refused; section headers are not looked at, since loading does not use them.
  public init(parsing file: Span<UInt8>) throws(ELFError) {
    let reader = FieldReader(file)
    let header = try Header(reader)
    entry = header.entry

    var loads: [(segment: Segment, header: Int)] = []
    var threadLocal: (segment: Segment, header: Int)?
    for index in 0..<header.programHeaderCount {
      let base = header.programHeaderOffset + index * programHeaderByteCount
      let type = try reader.u32("p_type", at: base)
      // Old linkers leave empty PT_LOAD and PT_TLS segments at address 0: they load nothing.
      let fileSize = try reader.u64("p_filesz", at: base + 32)
      let isEmpty = try reader.u64("p_memsz", at: base + 40) == 0 && fileSize == 0
      switch type {
      case 1:  // PT_LOAD
        if !isEmpty { loads.append((try Segment(reader, at: base), base)) }
      case 2, 3:  // PT_DYNAMIC, PT_INTERP
        throw reader.error(
          "p_type", base, UInt64(type),
          "\(type == 2 ? "PT_DYNAMIC" : "PT_INTERP"): dynamic linking is not supported")
      case 7:  // PT_TLS
        if isEmpty { continue }
        guard threadLocal == nil else {
          throw reader.error(
            "p_type", base, UInt64(type), "a second PT_TLS; at most one is allowed")
        }
        threadLocal = (try Segment(reader, at: base), base)
      case 0, 4, 6, 0x6474_e550, 0x6474_e551, 0x6474_e552, 0x6474_e553:
        // PT_NULL, PT_NOTE, PT_PHDR and GNU's notes about itself load nothing.
        let flags = try reader.u32("p_flags", at: base + 4)
        if type == 0x6474_e551, flags & 1 != 0 {
          throw reader.error(
            "p_flags", base + 4, UInt64(flags), "PT_GNU_STACK asks for an executable stack")
        }
      default:
        throw reader.error(
          "p_type", base, UInt64(type), "not a type of segment that a static program has")
      }
    }
    self.threadLocal = threadLocal?.segment
    segments = loads.map(\.segment)
    try Self.checkLayout(loads, reader)
    try checkEntry(reader)
    if let threadLocal { try checkThreadLocal(threadLocal.segment, threadLocal.header, reader) }
  }

  /// Order, place and permissions of the loadable segments.
  private static func checkLayout(
    _ loads: [(segment: Segment, header: Int)], _ reader: borrowing FieldReader
  ) throws(ELFError) {
    guard let first = loads.first else {
      throw reader.error(
        "e_phnum", 56, UInt64(try reader.u16("e_phnum", at: 56)), "no loadable segment among them")
    }
    let text = first.segment
    guard text.permissions == [.read, .execute] else {
      throw reader.error(
        "p_flags", first.header + 4, UInt64(text.permissions.rawValue),
        "the first loadable segment is the text: read + execute (5)")
    }
    guard text.address == textAddress else {
      throw reader.error(
        "p_vaddr", first.header + 16, UInt64(text.address), "the text must start at 0x20000")
    }
    guard text.fileByteCount == text.memoryByteCount else {
      throw reader.error(
        "p_filesz", first.header + 32, UInt64(text.fileByteCount),
        "the text must have p_filesz = p_memsz, which is \(hex(UInt64(text.memoryByteCount)))")
    }
    var end = text.address + text.memoryByteCount
    var writable = false
    for (segment, header) in loads.dropFirst() {
      let flags = UInt64(segment.permissions.rawValue)
      let address = UInt64(segment.address)
      guard !segment.permissions.contains(.execute) else {
        throw reader.error(
          "p_flags", header + 4, flags, "only the first loadable segment may be executable")
      }
      guard segment.permissions.contains(.read) else {
        throw reader.error("p_flags", header + 4, flags, "a segment must be readable")
      }
      if writable, !segment.permissions.contains(.write) {
        throw reader.error(
          "p_flags", header + 4, flags, "read-only data must come before writable data")
      }
      writable = segment.permissions.contains(.write)
      guard segment.address % granule == 0 else {
        throw reader.error("p_vaddr", header + 16, address, "not a multiple of 64 KiB")
      }
      let nextGranule = (end + granule - 1) & ~(granule - 1)
      guard segment.address >= nextGranule else {
        throw reader.error(
          "p_vaddr", header + 16, address,
          "out of order, or overlaps or shares a 64 KiB granule with the segment before, which "
            + "ends at \(hex(UInt64(end)))")
      }
      end = segment.address + segment.memoryByteCount
    }
  }

  private func checkEntry(_ reader: borrowing FieldReader) throws(ELFError) {
    let end = text.address + text.memoryByteCount
    guard entry >= text.address, entry < end else {
      throw reader.error(
        "e_entry", 24, UInt64(entry),
        "outside the text, which is \(hex(UInt64(text.address)))…\(hex(UInt64(end)))")
    }
    guard entry % 32 == 0 else {
      throw reader.error("e_entry", 24, UInt64(entry), "not a multiple of 32")
    }
  }

  private func checkThreadLocal(
    _ segment: Segment, _ header: Int, _ reader: borrowing FieldReader
  ) throws(ELFError) {
    guard !segment.permissions.contains(.execute) else {
      throw reader.error(
        "p_flags", header + 4, UInt64(segment.permissions.rawValue),
        "PT_TLS may not be executable")
    }
    let end = segment.address + segment.fileByteCount
    let inside = segments.dropFirst().contains { data in
      data.address <= segment.address && end <= data.address + data.fileByteCount
    }
    guard inside || segment.fileByteCount == 0 else {
      throw reader.error(
        "p_vaddr", header + 16, UInt64(segment.address),
        "the bytes of PT_TLS must lie in those of a data segment")
    }
  }
}

private let headerByteCount = 64
private let programHeaderByteCount = 56

/// The fields of the ELF header that a loader needs, checked.
private struct Header {
  let entry: UInt32
  let programHeaderOffset: Int
  let programHeaderCount: Int

  /// In the order of the file, so that a file that ends early is refused for the first field it lacks.
  init(_ reader: borrowing FieldReader) throws(ELFError) {
    try reader.expect("e_ident", at: 0, 4, 0x464c_457f, "not an ELF file (7f 45 4c 46)")
    try reader.expect("EI_CLASS", at: 4, 1, 2, "not ELFCLASS64 (2)")
    try reader.expect("EI_DATA", at: 5, 1, 1, "not ELFDATA2LSB (1), little endian")
    try reader.expect("EI_VERSION", at: 6, 1, 1, "not EV_CURRENT (1)")
    let system = try reader.u8("EI_OSABI", at: 7)
    guard [0, 3, 0x7b].contains(system) else {
      throw reader.error(
        "EI_OSABI", 7, UInt64(system), "not System V (0), GNU (3) or Native Client (0x7b)")
    }
    // Native Client has versions of its own; the bytes behind are padding that readers shall ignore.
    if system != 0x7b { try reader.expect("EI_ABIVERSION", at: 8, 1, 0, "not 0") }
    try reader.expect("e_type", at: 16, 2, 2, "not ET_EXEC (2): only static programs are loaded")
    try reader.expect("e_machine", at: 18, 2, 62, "not EM_X86_64 (62)")
    try reader.expect("e_version", at: 20, 4, 1, "not EV_CURRENT (1)")
    let entry = try reader.u64("e_entry", at: 24)
    guard let low = UInt32(exactly: entry) else {
      throw reader.error("e_entry", 24, entry, "above 4 GiB")
    }
    self.entry = low
    let offset = try reader.u64("e_phoff", at: 32)
    try reader.expect("e_ehsize", at: 52, 2, UInt64(headerByteCount), "not \(headerByteCount)")
    try reader.expect(
      "e_phentsize", at: 54, 2, UInt64(programHeaderByteCount), "not \(programHeaderByteCount)")
    programHeaderCount = Int(try reader.u16("e_phnum", at: 56))
    guard programHeaderCount > 0, programHeaderCount <= Image.maximumProgramHeaders else {
      throw reader.error(
        "e_phnum", 56, UInt64(programHeaderCount),
        "a program has 1 to \(Image.maximumProgramHeaders) program headers")
    }
    let byteCount = programHeaderCount * programHeaderByteCount
    guard offset >= UInt64(headerByteCount), offset <= UInt64(reader.count),
      UInt64(reader.count) - offset >= UInt64(byteCount)
    else {
      throw reader.error(
        "e_phoff", 32, offset,
        "\(programHeaderCount) program headers from here on do not lie between the ELF header and "
          + "the end of the file, which has \(reader.count) bytes")
    }
    programHeaderOffset = Int(offset)
  }
}

extension Segment {
  /// Reads and checks the program header at `base`.
  fileprivate init(_ reader: borrowing FieldReader, at base: Int) throws(ELFError) {
    let flags = try reader.u32("p_flags", at: base + 4)
    guard flags & ~7 == 0 else {
      throw reader.error("p_flags", base + 4, UInt64(flags), "bits beside PF_X, PF_W and PF_R")
    }
    permissions = Permissions(rawValue: flags)
    guard !permissions.isSuperset(of: [.write, .execute]) else {
      throw reader.error("p_flags", base + 4, UInt64(flags), "writable and executable")
    }
    let offset = try reader.u64("p_offset", at: base + 8)
    let address = try reader.u64("p_vaddr", at: base + 16)
    let fileSize = try reader.u64("p_filesz", at: base + 32)
    let memorySize = try reader.u64("p_memsz", at: base + 40)
    let alignment = try reader.u64("p_align", at: base + 48)
    guard address >= UInt64(Image.textAddress), address < UInt64(Image.ceiling) else {
      throw reader.error("p_vaddr", base + 16, address, "outside 0x20000…0x80000000")
    }
    guard memorySize <= UInt64(Image.ceiling) - address else {
      throw reader.error(
        "p_memsz", base + 40, memorySize, "from \(hex(address)) on this reaches above 0x80000000")
    }
    guard fileSize <= memorySize else {
      throw reader.error(
        "p_filesz", base + 32, fileSize, "larger than p_memsz, which is \(hex(memorySize))")
    }
    guard offset <= UInt64(reader.count), UInt64(reader.count) - offset >= fileSize else {
      throw reader.error(
        "p_offset", base + 8, offset,
        "\(hex(fileSize)) bytes from here on reach past the end of the file, which has "
          + "\(reader.count) bytes")
    }
    // Whatever it is, loading does not depend on it: old tools' offsets are not congruent to addresses.
    guard alignment & (alignment &- 1) == 0 || alignment == 0 else {
      throw reader.error("p_align", base + 48, alignment, "neither 0 nor a power of two")
    }
    self.address = UInt32(address)
    memoryByteCount = UInt32(memorySize)
    fileOffset = Int(offset)
    fileByteCount = UInt32(fileSize)
  }
}

private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

/// Little-endian fields of a file, every one checked against its end.
private struct FieldReader: ~Escapable {
  private let bytes: Span<UInt8>

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  var count: Int { bytes.count }

  func error(_ field: String, _ offset: Int, _ value: UInt64, _ problem: String) -> ELFError {
    ELFError(field: field, offset: offset, value: value, problem: problem)
  }

  /// A field that can have one value only.
  func expect(
    _ field: String, at offset: Int, _ width: Int, _ wanted: UInt64, _ problem: String
  ) throws(ELFError) {
    let found = try value(field, offset, width)
    guard found == wanted else { throw error(field, offset, found, problem) }
  }

  private func value(_ field: String, _ offset: Int, _ width: Int) throws(ELFError) -> UInt64 {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= width else {
      throw ELFError(
        field: field, offset: offset, value: nil,
        problem: "past the end of the file, which has \(bytes.count) bytes")
    }
    var result: UInt64 = 0
    for index in 0..<width { result |= UInt64(bytes[offset + index]) << (8 * index) }
    return result
  }

  func u8(_ field: String, at offset: Int) throws(ELFError) -> UInt8 {
    UInt8(try value(field, offset, 1))
  }
  func u16(_ field: String, at offset: Int) throws(ELFError) -> UInt16 {
    UInt16(try value(field, offset, 2))
  }
  func u32(_ field: String, at offset: Int) throws(ELFError) -> UInt32 {
    UInt32(try value(field, offset, 4))
  }
  func u64(_ field: String, at offset: Int) throws(ELFError) -> UInt64 {
    try value(field, offset, 8)
  }
}
