extension Image {
  /// Reads the ELF header and the program headers. Everything that is not exactly as RULES.md asks
  /// is refused; section headers are not looked at, since loading does not use them.
  public init(parsing file: Span<UInt8>) throws(ELFError) {
    let reader = FieldReader(file)
    let header = try Header(reader)
    entry = header.entry

    var loads: [(segment: Segment, header: Int)] = []
    var threadLocal: Segment?
    for index in 0..<header.programHeaderCount {
      let base = header.programHeaderOffset + index * programHeaderByteCount
      let type = try reader.u32("p_type", at: base)
      // Old linkers leave empty PT_LOAD and PT_TLS segments at address 0: they load nothing.
      if type == 1 || type == 7, try reader.u64("p_memsz", at: base + 40) == 0 { continue }
      switch type {
      case 1:  // PT_LOAD
        loads.append((try Segment(reader, at: base), base))
      case 2, 3:  // PT_DYNAMIC, PT_INTERP
        throw reader.error("p_type", base, "dynamic linking is not supported")
      case 7:  // PT_TLS
        guard threadLocal == nil else { throw reader.error("p_type", base, "a second PT_TLS") }
        threadLocal = try Segment(reader, at: base)
      case 0, 4, 6, 0x6474_e550, 0x6474_e551, 0x6474_e552, 0x6474_e553:
        // PT_NULL, PT_NOTE, PT_PHDR and GNU's notes about itself load nothing.
        if type == 0x6474_e551, try reader.u32("p_flags", at: base + 4) & 1 != 0 {
          throw reader.error("p_flags", base + 4, "PT_GNU_STACK asks for an executable stack")
        }
      default:
        throw reader.error("p_type", base, "unknown type 0x\(String(type, radix: 16))")
      }
    }
    self.threadLocal = threadLocal
    segments = loads.map(\.segment)
    try Self.checkLayout(loads, reader)
    try checkEntry(reader)
    try checkThreadLocal(reader)
  }

  /// Order, place and permissions of the loadable segments.
  private static func checkLayout(
    _ loads: [(segment: Segment, header: Int)], _ reader: borrowing FieldReader
  ) throws(ELFError) {
    guard let first = loads.first else {
      throw reader.error("e_phnum", 56, "no loadable segment")
    }
    let text = first.segment
    guard text.permissions == [.read, .execute] else {
      throw reader.error("p_flags", first.header + 4, "the first segment must be read + execute")
    }
    guard text.address == textAddress else {
      throw reader.error("p_vaddr", first.header + 16, "the text must start at 0x20000")
    }
    guard text.fileByteCount == text.memoryByteCount else {
      throw reader.error("p_filesz", first.header + 32, "text must have p_filesz = p_memsz")
    }
    var end = text.address + text.memoryByteCount
    var writable = false
    for (segment, header) in loads.dropFirst() {
      guard !segment.permissions.contains(.execute) else {
        throw reader.error("p_flags", header + 4, "only the first segment may be executable")
      }
      guard segment.permissions.contains(.read) else {
        throw reader.error("p_flags", header + 4, "a segment must be readable")
      }
      if writable, !segment.permissions.contains(.write) {
        throw reader.error("p_flags", header + 4, "read-only data must come before writable data")
      }
      writable = segment.permissions.contains(.write)
      guard segment.address % granule == 0 else {
        throw reader.error("p_vaddr", header + 16, "not a multiple of 64 KiB")
      }
      let nextGranule = (end + granule - 1) & ~(granule - 1)
      guard segment.address >= nextGranule else {
        throw reader.error(
          "p_vaddr", header + 16, "overlaps or shares a 64 KiB granule with the segment before")
      }
      end = segment.address + segment.memoryByteCount
    }
  }

  private func checkEntry(_ reader: borrowing FieldReader) throws(ELFError) {
    guard entry >= text.address, entry < text.address + text.memoryByteCount else {
      throw reader.error("e_entry", 24, "outside the text")
    }
    guard entry % 32 == 0 else { throw reader.error("e_entry", 24, "not a multiple of 32") }
  }

  private func checkThreadLocal(_ reader: borrowing FieldReader) throws(ELFError) {
    guard let threadLocal else { return }
    let end = threadLocal.address + threadLocal.fileByteCount
    let inside = segments.dropFirst().contains { segment in
      segment.address <= threadLocal.address && end <= segment.address + segment.fileByteCount
    }
    guard inside || threadLocal.fileByteCount == 0 else {
      throw reader.error("p_vaddr", 0, "PT_TLS lies outside the data segments")
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

  init(_ reader: borrowing FieldReader) throws(ELFError) {
    guard reader.count >= headerByteCount else {
      throw reader.error("e_ident", 0, "the file is shorter than an ELF header")
    }
    guard try reader.u32("e_ident", at: 0) == 0x464c_457f else {
      throw reader.error("e_ident", 0, "not an ELF file")
    }
    guard try reader.u8("EI_CLASS", at: 4) == 2 else {
      throw reader.error("EI_CLASS", 4, "not ELFCLASS64")
    }
    guard try reader.u8("EI_DATA", at: 5) == 1 else {
      throw reader.error("EI_DATA", 5, "not little endian")
    }
    guard try reader.u8("EI_VERSION", at: 6) == 1, try reader.u32("e_version", at: 20) == 1 else {
      throw reader.error("e_version", 20, "not version 1")
    }
    guard try reader.u16("e_type", at: 16) == 2 else {
      throw reader.error("e_type", 16, "not ET_EXEC: only static programs can be loaded")
    }
    guard try reader.u16("e_machine", at: 18) == 62 else {
      throw reader.error("e_machine", 18, "not EM_X86_64")
    }
    guard try reader.u16("e_ehsize", at: 52) == UInt16(headerByteCount) else {
      throw reader.error("e_ehsize", 52, "not \(headerByteCount)")
    }
    guard try reader.u16("e_phentsize", at: 54) == UInt16(programHeaderByteCount) else {
      throw reader.error("e_phentsize", 54, "not \(programHeaderByteCount)")
    }
    programHeaderCount = Int(try reader.u16("e_phnum", at: 56))
    guard programHeaderCount <= Image.maximumProgramHeaders else {
      throw reader.error(
        "e_phnum", 56,
        "\(programHeaderCount) program headers, the limit is "
          + "\(Image.maximumProgramHeaders)")
    }
    guard let entry = UInt32(exactly: try reader.u64("e_entry", at: 24)) else {
      throw reader.error("e_entry", 24, "above 4 GiB")
    }
    self.entry = entry
    let offset = try reader.u64("e_phoff", at: 32)
    let byteCount = programHeaderCount * programHeaderByteCount
    guard offset >= UInt64(headerByteCount), offset <= UInt64(reader.count),
      UInt64(reader.count) - offset >= UInt64(byteCount)
    else { throw reader.error("e_phoff", 32, "the program headers lie outside the file") }
    programHeaderOffset = Int(offset)
  }
}

extension Segment {
  /// Reads and checks the program header at `base`.
  fileprivate init(_ reader: borrowing FieldReader, at base: Int) throws(ELFError) {
    let flags = try reader.u32("p_flags", at: base + 4)
    guard flags & ~7 == 0 else {
      throw reader.error("p_flags", base + 4, "unknown bits 0x\(String(flags, radix: 16))")
    }
    permissions = Permissions(rawValue: flags)
    guard !permissions.isSuperset(of: [.write, .execute]) else {
      throw reader.error("p_flags", base + 4, "writable and executable")
    }
    let offset = try reader.u64("p_offset", at: base + 8)
    let address = try reader.u64("p_vaddr", at: base + 16)
    let fileSize = try reader.u64("p_filesz", at: base + 32)
    let memorySize = try reader.u64("p_memsz", at: base + 40)
    guard address >= UInt64(Image.textAddress), address < UInt64(Image.ceiling) else {
      throw reader.error("p_vaddr", base + 16, "outside 0x20000…0x80000000")
    }
    guard memorySize <= UInt64(Image.ceiling) - address else {
      throw reader.error("p_memsz", base + 40, "reaches above 0x80000000")
    }
    guard fileSize <= memorySize else {
      throw reader.error("p_filesz", base + 32, "larger than p_memsz")
    }
    guard offset <= UInt64(reader.count), UInt64(reader.count) - offset >= fileSize else {
      throw reader.error("p_offset", base + 8, "the segment lies outside the file")
    }
    self.address = UInt32(address)
    memoryByteCount = UInt32(memorySize)
    fileOffset = Int(offset)
    fileByteCount = UInt32(fileSize)
  }
}

/// Little-endian fields of a file, every one checked against its end.
private struct FieldReader: ~Escapable {
  private let bytes: Span<UInt8>

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  var count: Int { bytes.count }

  func error(_ field: String, _ offset: Int, _ problem: String) -> ELFError {
    ELFError(field: field, offset: offset, problem: problem)
  }

  private func value(_ field: String, _ offset: Int, _ width: Int) throws(ELFError) -> UInt64 {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= width else {
      throw error(field, offset, "past the end of the file")
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
