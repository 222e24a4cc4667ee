import ELF
import Testing
import Validator

/// What `Image` says of a file: nil when it is accepted.
private func refusal(_ bytes: [UInt8]) -> ELFError? {
  do throws(ELFError) { _ = try Image(parsing: bytes.span) } catch { return error }
  return nil
}

/// One field of the file with a value that a rule of RULES.md ("Loading") forbids, and a word of that
/// rule that the message must have.
struct Malformed: Sendable, CustomTestStringConvertible {
  let field: Field
  let value: UInt64
  let rule: String
  /// The field that is blamed, where it is another one.
  let blamed: Field
  /// What that one says; nil: the value above.
  let blamedValue: UInt64?

  init(
    _ field: Field, _ value: UInt64, _ rule: String, blamed: Field? = nil, says: UInt64? = nil
  ) {
    self.field = field
    self.value = value
    self.rule = rule
    self.blamed = blamed ?? field
    blamedValue = says
  }

  var testDescription: String { "\(field.name)@\(field.offset) = \(String(value, radix: 16))" }
}

private let text = 0
private let constants = 1
private let data = 2
private let threadLocal = 3
private let stack = 4
private let note = 5

private let malformed: [Malformed] = [
  // The ELF header.
  Malformed(.of("e_ident"), 0x464c_457e, "not an ELF file"), Malformed(.of("e_ident"), 0, "not an"),
  Malformed(.of("EI_CLASS"), 1, "ELFCLASS64"), Malformed(.of("EI_CLASS"), 0, "ELFCLASS64"),
  Malformed(.of("EI_DATA"), 2, "little endian"), Malformed(.of("EI_DATA"), 0, "ELFDATA2LSB"),
  Malformed(.of("EI_VERSION"), 0, "EV_CURRENT"), Malformed(.of("EI_OSABI"), 9, "System V"),
  Malformed(.of("EI_ABIVERSION"), 1, "not 0"),
  Malformed(.of("e_type"), 1, "ET_EXEC"), Malformed(.of("e_type"), 3, "ET_EXEC"),
  Malformed(.of("e_type"), 4, "ET_EXEC"), Malformed(.of("e_machine"), 3, "EM_X86_64"),
  Malformed(.of("e_machine"), 183, "EM_X86_64"), Malformed(.of("e_version"), 2, "EV_CURRENT"),
  Malformed(.of("e_version"), 0x100_0001, "EV_CURRENT"),
  Malformed(.of("e_entry"), 0x20001, "multiple of 32"),
  Malformed(.of("e_entry"), 0x20010, "multiple of 32"),
  Malformed(.of("e_entry"), 0x20060, "outside the text, which is 0x20000…0x20060"),
  Malformed(.of("e_entry"), 0x1ffe0, "outside the text"), Malformed(.of("e_entry"), 0, "outside"),
  Malformed(.of("e_entry"), 0x50000, "outside the text"),
  Malformed(.of("e_entry"), 0x1_0002_0000, "above 4 GiB"),
  Malformed(.of("e_entry"), .max, "above 4 GiB"),
  Malformed(.of("e_phoff"), 0, "between the ELF header and the end"),
  Malformed(.of("e_phoff"), 63, "between"), Malformed(.of("e_phoff"), 0x251, "928 bytes"),
  Malformed(.of("e_phoff"), 1 << 40, "between"), Malformed(.of("e_phoff"), .max, "between"),
  Malformed(.of("e_phoff"), .max - 335, "between"),
  Malformed(.of("e_ehsize"), 52, "not 64"), Malformed(.of("e_ehsize"), 65, "not 64"),
  Malformed(.of("e_phentsize"), 32, "not 56"), Malformed(.of("e_phentsize"), 0, "not 56"),
  Malformed(.of("e_phnum"), 0, "1 to 128"), Malformed(.of("e_phnum"), 129, "1 to 128"),
  Malformed(.of("e_phnum"), 0xffff, "1 to 128"),
  Malformed(.of("e_phnum"), 128, "128 program headers", blamed: .of("e_phoff"), says: 64),
  Malformed(.of("e_phnum"), 16, "16 program headers", blamed: .of("e_phoff"), says: 64),

  // Types.
  Malformed(.of("p_type", in: constants), 2, "PT_DYNAMIC: dynamic linking"),
  Malformed(.of("p_type", in: constants), 3, "PT_INTERP: dynamic linking"),
  Malformed(.of("p_type", in: note), 5, "not a type"),
  Malformed(.of("p_type", in: note), 0x7000_0000, "not a type"),
  Malformed(.of("p_type", in: note), .max >> 32, "not a type"),
  Malformed(.of("p_type", in: note), 7, "a second PT_TLS"),
  Malformed(
    .of("p_type", in: text), 4, "the first loadable segment is the text",
    blamed: .of("p_flags", in: constants), says: 4),
  // Flags.
  Malformed(.of("p_flags", in: text), 7, "writable and executable"),
  Malformed(.of("p_flags", in: text), 3, "writable and executable"),
  Malformed(.of("p_flags", in: text), 4, "the first loadable segment is the text"),
  Malformed(.of("p_flags", in: text), 6, "the first loadable segment is the text"),
  Malformed(.of("p_flags", in: text), 1, "the first loadable segment is the text"),
  Malformed(.of("p_flags", in: text), 0xd, "bits beside"),
  Malformed(.of("p_flags", in: text), 0x8000_0005, "bits beside"),
  Malformed(.of("p_flags", in: constants), 5, "only the first loadable segment may be executable"),
  Malformed(.of("p_flags", in: data), 5, "only the first loadable segment may be executable"),
  Malformed(.of("p_flags", in: data), 7, "writable and executable"),
  Malformed(.of("p_flags", in: data), 2, "must be readable"),
  Malformed(.of("p_flags", in: constants), 0, "must be readable"),
  Malformed(.of("p_flags", in: threadLocal), 5, "PT_TLS may not be executable"),
  Malformed(.of("p_flags", in: threadLocal), 7, "writable and executable"),
  Malformed(.of("p_flags", in: stack), 7, "executable stack"),
  // Places in the file.
  Malformed(.of("p_offset", in: text), 0x341, "past the end of the file"),
  Malformed(.of("p_offset", in: text), .max, "past the end of the file"),
  Malformed(.of("p_offset", in: data), .max - 0x5f, "past the end of the file"),
  Malformed(.of("p_offset", in: data), 1 << 63, "past the end of the file"),
  Malformed(.of("p_offset", in: threadLocal), 0x3a1, "past the end of the file"),
  // Places in memory.
  Malformed(.of("p_vaddr", in: text), 0x10000, "outside 0x20000…0x80000000"),
  Malformed(.of("p_vaddr", in: text), 0x30000, "the text must start at 0x20000"),
  Malformed(.of("p_vaddr", in: text), 0x20020, "the text must start at 0x20000"),
  Malformed(.of("p_vaddr", in: text), 0x1_0002_0000, "outside 0x20000…0x80000000"),
  Malformed(.of("p_vaddr", in: constants), 0x20040, "not a multiple of 64 KiB"),
  Malformed(.of("p_vaddr", in: constants), 0x20000, "overlaps"),
  Malformed(.of("p_vaddr", in: constants), 0x31000, "not a multiple of 64 KiB"),
  Malformed(.of("p_vaddr", in: data), 0x30000, "which ends at 0x30040"),
  Malformed(.of("p_vaddr", in: data), 0x20000, "out of order"),
  Malformed(
    .of("p_vaddr", in: constants), 0x60000, "out of order", blamed: .of("p_vaddr", in: data),
    says: 0x50000),
  Malformed(.of("p_vaddr", in: data), 0, "outside 0x20000…0x80000000"),
  Malformed(.of("p_vaddr", in: data), 0x8000_0000, "outside 0x20000…0x80000000"),
  Malformed(.of("p_vaddr", in: data), .max, "outside 0x20000…0x80000000"),
  Malformed(.of("p_vaddr", in: threadLocal), 0x5000f + 0x32, "bytes of PT_TLS must lie in"),
  Malformed(.of("p_vaddr", in: threadLocal), 0x20000, "bytes of PT_TLS must lie in"),
  Malformed(.of("p_vaddr", in: threadLocal), 0x10000, "outside 0x20000…0x80000000"),
  // Sizes.
  Malformed(.of("p_filesz", in: text), 64, "p_filesz = p_memsz, which is 0x60"),
  Malformed(.of("p_filesz", in: text), 97, "larger than p_memsz"),
  Malformed(
    .of("p_memsz", in: text), 95, "larger than p_memsz, which is 0x5f",
    blamed: .of("p_filesz", in: text), says: 96),
  Malformed(
    .of("p_memsz", in: text), 128, "p_filesz = p_memsz", blamed: .of("p_filesz", in: text),
    says: 96),
  Malformed(.of("p_filesz", in: text), 0, "p_filesz = p_memsz"),
  Malformed(
    .of("p_memsz", in: text), 0, "larger than p_memsz", blamed: .of("p_filesz", in: text),
    says: 96),
  Malformed(.of("p_filesz", in: data), 0x1_2346, "larger than p_memsz"),
  Malformed(.of("p_filesz", in: data), .max, "larger than p_memsz"),
  Malformed(
    .of("p_filesz", in: data), 0x61, "past the end of the file",
    blamed: .of("p_offset", in: data), says: 0x340),
  Malformed(.of("p_memsz", in: data), 0x7ffb_0001, "reaches above 0x80000000"),
  Malformed(.of("p_memsz", in: data), .max, "reaches above 0x80000000"),
  Malformed(.of("p_memsz", in: data), 1 << 32, "reaches above 0x80000000"),
  Malformed(
    .of("p_memsz", in: constants), 0x2_0001, "which ends at 0x50001",
    blamed: .of("p_vaddr", in: data), says: 0x50000),
  Malformed(.of("p_memsz", in: threadLocal), 0x7fff_0000, "reaches above 0x80000000"),
  Malformed(.of("p_filesz", in: threadLocal), 0x51, "larger than p_memsz"),
  // Alignment.
  Malformed(.of("p_align", in: text), 3, "power of two"),
  Malformed(.of("p_align", in: data), 0x1001, "power of two"),
  Malformed(.of("p_align", in: data), .max, "power of two"),
  Malformed(.of("p_align", in: threadLocal), 24, "power of two"),
]

@Suite("ELF fields")
struct FieldTests {
  @Test("the file that is right is accepted, text and all")
  func right() throws {
    let verdict = NexeValidator().check(ProgramFile().bytes.span)
    #expect(verdict.isValid, "\(String(describing: verdict.headerError)) \(verdict.violations)")
    let image = try #require(verdict.image)
    #expect(image.entry == 0x20020)
    #expect(image.segments.map(\.address) == [0x20000, 0x30000, 0x50000])
    #expect(image.end == 0x70000)
    #expect(image.threadLocal?.address == 0x50010)
  }

  @Test("a malformed field is named, with its place, its value and the rule", arguments: malformed)
  func refused(it: Malformed) throws {
    let error = try #require(refusal(ProgramFile().changing(it.field, to: it.value)))
    #expect(error.field == it.blamed.name)
    #expect(error.offset == it.blamed.offset)
    #expect(error.value == it.blamedValue ?? it.value)
    #expect(error.problem.contains(it.rule), "\(error)")
    let text = "offset \(it.blamed.offset): \(it.blamed.name) is 0x"
    #expect(error.description.hasPrefix(text), "\(error)")
  }

  @Test("fields with one right value take no other")
  func onlyOne() {
    let file = ProgramFile()
    let strict = ["EI_CLASS", "EI_DATA", "EI_VERSION", "e_type", "e_machine", "e_version"]
    for name in strict + ["e_ident", "e_ehsize", "e_phentsize", "EI_ABIVERSION"] {
      let field = Field.of(name)
      let whole = file.bytes
      let right = (0..<field.width).reduce(UInt64(0)) {
        $0 | UInt64(whole[field.offset + $1]) << UInt64(8 * $1)
      }
      for bit in 0..<UInt64(8 * field.width) {
        let error = refusal(file.changing(field, to: right ^ 1 << bit))
        #expect(error?.field == name && error?.value == right ^ 1 << bit, "\(name) bit \(bit)")
      }
    }
    for system: UInt64 in 0...255 {
      let error = refusal(file.changing(.of("EI_OSABI"), to: system))
      #expect((error == nil) == [0, 3, 0x7b].contains(system), "\(system)")
    }
  }

  @Test("fields that loading does not use change nothing")
  func ignored() throws {
    let file = ProgramFile()
    let image = try Image(parsing: file.bytes.span)
    for field in Field.ignored + (0..<6).map({ Field.of("p_paddr", in: $0) }) {
      for value: UInt64 in [1, 0x80, .max] {
        let other = try Image(parsing: file.changing(field, to: value).span)
        #expect(other == image, "\(field.name)")
      }
    }
    for alignment: UInt64 in [0, 1, 2, 0x10000, 1 << 63] {
      #expect(refusal(file.changing(.of("p_align", in: data), to: alignment)) == nil)
    }
  }

  @Test("a file that ends inside a header names what is cut off", arguments: 0..<400)
  func truncated(length: Int) throws {
    let error = try #require(refusal(Array(ProgramFile().bytes[..<length])))
    if let cut = Field.header.first(where: { $0.offset + $0.width > length }) {
      #expect(error.field == cut.name && error.offset == cut.offset && error.value == nil)
      #expect(error.problem == "past the end of the file, which has \(length) bytes")
    } else {
      #expect(error.field == "e_phoff" && error.value == 64)
      #expect(error.problem.contains("which has \(length) bytes"))
    }
  }

  @Test("a file that ends inside a segment names that segment")
  func truncatedSegments() {
    let file = ProgramFile()
    for length in 400..<ProgramFile.byteCount {
      let first = (0..<4).first {
        Int(file.headers[$0].offset + file.headers[$0].fileSize) > length
      }
      let error = refusal(Array(file.bytes[..<length]))
      #expect(error?.offset == Field.of("p_offset", in: first ?? 0).offset, "\(length)")
    }
  }

  @Test("more segments than one may be wrong together")
  func together() {
    var file = ProgramFile()
    file.headers.swapAt(1, 2)
    #expect(refusal(file.bytes)?.field == "p_flags")
    file = ProgramFile()
    file.headers.swapAt(0, 1)
    #expect(refusal(file.bytes)?.field == "p_flags")
    // A second text, right but for being the second.
    file = ProgramFile()
    file.headers[1].flags = 5
    #expect(refusal(file.bytes)?.problem.contains("only the first") == true)
    // Nothing but notes.
    file = ProgramFile()
    file.headers.removeFirst(4)
    #expect(refusal(file.bytes)?.field == "e_phnum")
    // Empty segments load nothing, wherever they say they are.
    file = ProgramFile()
    file.headers.append(.init(flags: 6, offset: 0, address: 0, fileSize: 0, memorySize: 0))
    #expect(refusal(file.bytes) == nil)
    // A size in the file alone is none.
    file.headers[6].fileSize = 8
    #expect(refusal(file.bytes)?.offset == Field.of("p_vaddr", in: 6).offset)
    file = ProgramFile()
    file.headers += [ProgramFile.Header](repeating: file.headers[5], count: 8)
    #expect(refusal(file.bytes) == nil)
    // A text that is no whole number of bundles is the validator's to name.
    file = ProgramFile()
    file.headers[0].fileSize = 95
    file.headers[0].memorySize = 95
    let verdict = NexeValidator().check(file.bytes.span)
    #expect(verdict.violations.map(\.rule) == [.textSize])
    #expect(!verdict.isValid)
  }

  @Test(
    "two bytes changed at random: read or refused, never a trap, and what is read is in the file")
  func random() {
    let whole = ProgramFile().bytes
    var state: UInt64 = 0x5eed
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<2 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % 400] = UInt8(truncatingIfNeeded: state >> 56)
      }
      guard let image = try? Image(parsing: bytes.span) else { continue }
      accepted += 1
      var end: UInt32 = 0x20000
      for segment in image.segments {
        #expect(segment.fileOffset + Int(segment.fileByteCount) <= bytes.count)
        #expect(segment.address >= end && segment.fileByteCount <= segment.memoryByteCount)
        #expect(segment.permissions.contains(.execute) == (segment == image.text))
        end = segment.address + segment.memoryByteCount
      }
      #expect(end <= Image.ceiling && image.entry % 32 == 0)
    }
    #expect(accepted > 1000)
  }
}
