import Foundation
import Testing

/// `zvm validate`, as people and programs read it.
@Suite("zvm validate")
struct ValidateTests {
  /// The first line's bytes as an ELF file of one text segment; `change` breaks it.
  private func nexe(_ folder: Folder, _ change: (inout Data) -> Void) throws -> String {
    var file = Data([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9))
    func append<Value: FixedWidthInteger>(_ value: Value) {
      withUnsafeBytes(of: value.littleEndian) { file.append(contentsOf: $0) }
    }
    for value: UInt16 in [2, 62, 1, 0] { append(value) }
    for value: UInt64 in [0x20000, 64, 0] { append(value) }
    append(UInt32(0))
    for value: UInt16 in [64, 56, 1, 64, 0, 0] { append(value) }
    for value: UInt32 in [1, 5] { append(value) }
    for value: UInt64 in [120, 0x20000, 0x20000, 32, 32, 4096] { append(value) }
    file += Data(repeating: 0xf4, count: 32)
    change(&file)
    let path = folder.path("program.nexe")
    try file.write(to: URL(filePath: path))
    return path
  }

  @Test("a malformed header field is told with offset, value and rule, on one line and in JSON")
  func header() throws {
    let folder = try Folder()
    let whole = try run(zvm, ["validate", try nexe(folder) { _ in }])
    #expect(whole.status == 0, "\(whole.output)")
    let path = try nexe(folder) { $0[18] = 3 }
    let verdict = try run(zvm, ["validate", path])
    #expect(verdict.status == 1)
    #expect(
      verdict.output
        == "\(path): refused: header: offset 18: e_machine is 0x3: not EM_X86_64 (62)\n")
    let json = try run(zvm, ["validate", "--json", path])
    #expect(json.status == 1)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let error = try #require(object?["header_error"] as? [String: Any])
    #expect(error["field"] as? String == "e_machine")
    #expect(error["offset"] as? Int == 18)
    #expect(error["value"] as? String == "0x3")
    #expect(error["problem"] as? String == "not EM_X86_64 (62)")
    let cut = try run(zvm, ["validate", try nexe(folder) { $0 = $0.prefix(30) }])
    #expect(
      cut.output.hasSuffix("offset 24: e_entry: past the end of the file, which has 30 bytes\n"))
  }

  /// Where calls end, by objdump's word: the warnings must be those that do not end a bundle.
  @Test("calls that do not end a bundle are warned of, and no others")
  func misplacedCalls() throws {
    let folder = try Folder()
    let nop = [UInt8](repeating: 0x90, count: 32)
    let masked: [UInt8] = [0x83, 0xE0, 0xE0, 0x4C, 0x01, 0xF8, 0xFF, 0xD0]
    func bundle(_ code: [UInt8], at offset: Int) -> [UInt8] {
      Array((nop[..<offset] + code + nop).prefix(32))
    }
    var text: [UInt8] = []
    for offset in [0, 1, 11, 22, 26, 27] { text += bundle([0xE8, 0, 0, 0, 0], at: offset) }
    for offset in [0, 5, 23, 24] { text += bundle(masked, at: offset) }
    // Immediates that look like calls, and a jump through the same mask.
    text += bundle([0xB8, 0xE8, 0xFF, 0xD0, 0xE8], at: 3)
    text += bundle(Array(masked.dropLast()) + [0xE0], at: 9)
    let path = folder.path("text")
    try Data(text).write(to: URL(filePath: path))
    let listed = try shell(
      "objdump -D -w -b binary -m i386:x86-64 '\(path)' | grep -P '\\tcall '")
    var expected: [String] = []
    for line in listed.split(separator: "\n") {
      let parts = line.split(separator: "\t")
      let at = try #require(
        Int(parts[0].trimmingCharacters(in: .whitespaces).dropLast(), radix: 16))
      let count = parts[1].split(separator: " ").count
      if (at + count) % 32 != 0 { expected.append("0x" + String(at, radix: 16)) }
    }
    #expect(expected.count == 8)
    let verdict = try run(zvm, ["validate", "--raw", path])
    #expect(verdict.status == 0, "\(verdict.output)")
    let warned = verdict.output.split(separator: "\n").filter { $0.contains("warning") }.map {
      String($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces))
    }
    #expect(warned == expected)
  }

  @Test("one text a line as hex: a verdict a line, whatever the lines are")
  func hexLines() throws {
    let folder = try Folder()
    let nops = String(repeating: "90", count: 32)
    let call = "0F05" + String(repeating: "90", count: 30)
    let lines = [
      nops, "", call, nops + "90", nops + "9", "0x" + nops, " " + nops, nops + "\r", "zz",
      String(repeating: nops, count: 3000) + call, nops,
    ]
    let path = folder.path("lines")
    // The last line has no end.
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
    let wanted = [
      "valid", "valid", "invalid 0 unknown-instruction", "invalid 21 text-size",
      "error not hexadecimal", "error not hexadecimal", "error not hexadecimal", "valid",
      "error not hexadecimal", "invalid 17700 unknown-instruction", "valid",
    ]
    for command in ["'\(path)'", "- < '\(path)'", "- < <(cat '\(path)')"] {
      let answers = try shell("'\(zvm)' validate --hex-lines \(command) || echo status $?")
      #expect(answers.split(separator: "\n").map(String.init) == wanted + ["status 2"])
    }
    let good = try shell("echo \(call) | '\(zvm)' validate --hex-lines - && echo status $?")
    #expect(good == "invalid 0 unknown-instruction\nstatus 0\n")
    let both = try run(zvm, ["validate", "--hex-lines", "--json", path])
    #expect(both.status != 0 && both.errors.contains("no --json"))
  }

  @Test("a program comes from standard input, too; what cannot be read has status 2")
  func input() throws {
    let folder = try Folder()
    let path = try nexe(folder) { _ in }
    #expect(try shell("'\(zvm)' validate - < '\(path)'") == "-: valid (zerovm)\n")
    #expect(try shell("cat '\(path)' | '\(zvm)' validate -") == "-: valid (zerovm)\n")
    #expect(try shell("printf '' | '\(zvm)' validate --raw -") == "-: valid (zerovm)\n")
    for place in [folder.path("nothing"), folder.path("")] {
      let verdict = try run(zvm, ["validate", place])
      #expect(verdict.status == 2 && verdict.errors.contains("cannot be read"))
    }
  }
}
