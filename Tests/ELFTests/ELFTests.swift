import ELF
import Testing

/// A well-formed nexe of one text segment; every test breaks one thing.
private func file(
  entry: UInt64 = 0x20000, type: UInt16 = 2, machine: UInt16 = 62, headers: [[UInt64]]? = nil,
  count: UInt16? = nil
) -> [UInt8] {
  // type, flags, offset, address, file size, memory size
  let segments = headers ?? [[1, 5, 0x1000, 0x20000, 32, 32]]
  var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
  func put<Value: FixedWidthInteger>(_ value: Value) {
    for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
    }
  }
  put(type)
  put(machine)
  put(UInt32(1))
  put(entry)
  put(UInt64(64))
  put(UInt64(0))
  put(UInt32(0))
  put(UInt16(64))
  put(UInt16(56))
  put(count ?? UInt16(segments.count))
  put(UInt16(0))
  put(UInt16(0))
  put(UInt16(0))
  for segment in segments {
    put(UInt32(segment[0]))
    put(UInt32(segment[1]))
    put(segment[2])
    put(segment[3])
    put(segment[3])
    put(segment[4])
    put(segment[5])
    put(UInt64(0x10000))
  }
  bytes += [UInt8](repeating: 0xf4, count: max(0, 0x1020 - bytes.count))
  return bytes
}

private let text: [UInt64] = [1, 5, 0x1000, 0x20000, 32, 32]

@Suite("ELF")
struct ELFTests {
  @Test("a minimal nexe is read")
  func minimal() throws {
    let image = try Image(parsing: file().span)
    #expect(image.entry == 0x20000)
    #expect(image.segments.count == 1)
    #expect(image.end == 0x30000)
  }

  @Test(
    "what is not exactly right is refused, and the field is named",
    arguments: [
      (file(type: 3), "e_type"), (file(machine: 3), "e_machine"),
      (file(entry: 0x20001), "e_entry"), (file(entry: 0x30000), "e_entry"),
      (file(entry: 1 << 40), "e_entry"), (file(headers: []), "e_phnum"),
      (file(count: 129), "e_phnum"), (file(count: 127), "e_phoff"),
      (file(headers: [[1, 7, 0x1000, 0x20000, 32, 32]]), "p_flags"),
      (file(headers: [[1, 4, 0x1000, 0x20000, 32, 32]]), "p_flags"),
      (file(headers: [[1, 5, 0x1000, 0x30000, 32, 32]]), "p_vaddr"),
      (file(headers: [[1, 5, 0x1000, 0x20000, 16, 32]]), "p_filesz"),
      (file(headers: [[1, 5, 0x1000, 0x20000, 64, 64]]), "p_offset"),
      (file(headers: [text, [1, 6, 0x1000, 0x20040, 8, 8]]), "p_vaddr"),
      (file(headers: [text, [1, 5, 0x1000, 0x30000, 8, 8]]), "p_flags"),
      (file(headers: [text, [1, 6, 0x1000, 0x30000, 8, 1 << 33]]), "p_memsz"),
      (file(headers: [text, [1, 6, .max, 0x30000, 8, 8]]), "p_offset"),
      (file(headers: [text, [3, 4, 0x1000, 0x30000, 8, 8]]), "p_type"),
    ])
  func refused(bytes: [UInt8], field: String) {
    let error = #expect(throws: ELFError.self) { try Image(parsing: bytes.span) }
    #expect(error?.field == field)
  }

  @Test("every truncation of a file is refused, none traps")
  func truncation() {
    let whole = file()
    for length in 0..<whole.count {
      #expect(throws: ELFError.self) { try Image(parsing: Array(whole[..<length]).span) }
    }
  }

  @Test("any single changed byte of the headers is read or refused, never a trap")
  func mutation() {
    let whole = file()
    for offset in 0..<120 {
      for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
        var bytes = whole
        bytes[offset] = value
        if let image = try? Image(parsing: bytes.span) {
          #expect(Int(image.text.fileByteCount) + image.text.fileOffset <= bytes.count)
        }
      }
    }
  }
}
