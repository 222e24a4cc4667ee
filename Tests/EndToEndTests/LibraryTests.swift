import Foundation
import Testing

/// libzmr, against Swift's own collections and other people's tools.
@Suite("libzmr", .serialized)
struct LibraryTests {
  /// Where Programs/zmr.c is built, once; it goes with the test process.
  private static let folder = NSTemporaryDirectory() + "/zvm-test-zmr-\(UUID().uuidString)"
  private static let program: String? = {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: LibraryTests.folder) }
    let nexe = folder + "/zmr.nexe"
    let source = root.appending(path: "Tests/EndToEndTests/Programs/zmr.c").path
    let built = try? run(
      zvm, ["cc", "-O2", "-Wall", "-Wextra", "-Werror", source, "-o", nexe])
    guard let built, built.status == 0 else { return nil }
    return nexe
  }()

  private func zmr(
    _ arguments: [String], _ input: Data, options: [String] = []
  ) throws -> Result {
    let program = try #require(Self.program)
    return try run(zvm, ["run"] + options + [program] + arguments, input: input)
  }

  private func output(_ arguments: [String], _ input: Data, options: [String] = []) throws
    -> String
  {
    let result = try zmr(arguments, input, options: options)
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }

  /// Records of all kinds of lengths, among them those around a read of 256 KiB.
  private func records(without forbidden: UInt8?, seed: UInt64) -> [Data] {
    var random = Random(seed: seed)
    var lengths = [0, 1, 15, 16, 17, 262_143, 262_144, 262_145, 0, 600_000, 3]
    lengths += (0..<3000).map { _ in Int(random.next() % 400) }
    lengths.shuffle(using: &random)
    return lengths.map { length in
      Data(
        (0..<length).map { _ in
          let byte = UInt8(truncatingIfNeeded: random.next() >> 32) & 0x7f
          return byte == forbidden ? 65 : byte
        })
    }
  }

  private func shown(_ records: [Data]) -> String {
    records.map { "\($0.count):" + String(decoding: $0, as: UTF8.self) + "\n" }.joined()
  }

  @Test("records that end in a byte come whole", arguments: [("lines", UInt8(10)), ("nul", 0)])
  func delimited(mode: String, delimiter: UInt8) throws {
    let records = records(without: delimiter, seed: 1)
    let joined = Data(records.joined(separator: [delimiter]))
    // The last record is not empty, so its missing delimiter makes no difference.
    for ending in [Data([delimiter]), Data()] where ending.count == 1 || !records.last!.isEmpty {
      #expect(try output([mode], joined + ending) == shown(records))
    }
    #expect(try output([mode], Data()).isEmpty)
    #expect(try output([mode], Data([delimiter])) == "0:\n")
  }

  @Test("records of a fixed size come whole, and a piece of one is an error")
  func fixed() throws {
    var bytes = Data(capacity: 700_000)
    for index in 0..<700_000 {
      let mixed: Int = index &* 7 &+ index / 251
      bytes.append(UInt8(mixed & 127))
    }
    for size in [1000, 70_000] {
      var expected: [Data] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        expected.append(bytes.subdata(in: start..<start + size))
      }
      #expect(try output(["fixed", "\(size)"], bytes) == shown(expected))
    }
    let cut = try zmr(["fixed", "1000"], bytes.dropLast())
    #expect(cut.status == 1)
    #expect(cut.errors.contains("ends inside the record at byte 699000"), "\(cut.errors)")
  }

  @Test("records after their length come whole; a cut or absurd length is an error")
  func framed() throws {
    let records = records(without: nil, seed: 2)
    var bytes = Data()
    for record in records {
      withUnsafeBytes(of: UInt32(record.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(record)
    }
    #expect(try output(["framed"], bytes) == shown(records))
    let cut = try zmr(["framed"], bytes + Data([9, 0]))
    #expect(cut.status == 1)
    #expect(cut.errors.contains("ends inside the length at byte \(bytes.count)"), "\(cut.errors)")
    let absurd = try zmr(["framed"], Data([255, 255, 255, 255, 1]))
    #expect(absurd.status == 1)
    #expect(absurd.errors.contains("4294967295 bytes"), "\(absurd.errors)")
  }

  /// Pairs with some keys that share their first eight bytes, some empty, in no order.
  private func pairs(_ count: Int) -> [(key: String, value: Int)] {
    var random = Random(seed: 3)
    return (0..<count).map { _ in
      let number = Int(random.next() >> 40)
      let key = [
        "k\(number % 50)", "the same beginning \(number % 7)", "", "\u{e4}\(number % 9)", "k",
        "long\(String(repeating: "x", count: number % 40))",
      ][Int(random.next() >> 33) % 6]
      return (key, number)
    }
  }

  private func lines(_ pairs: [(key: String, value: Int)]) -> Data {
    Data(pairs.map { "\($0.key)\t\($0.value)\n" }.joined().utf8)
  }

  private func bytesInOrder(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  @Test("a reducer sees each key once, in byte order, with its values in the order they came")
  func grouped() throws {
    let pairs = pairs(20_000)
    let groups = Dictionary(grouping: pairs, by: \.key)
    let keys = groups.keys.sorted(by: bytesInOrder)
    let expected = keys.map { key in
      "\(key)=" + groups[key]!.map { "\($0.value);" }.joined() + "\n"
    }.joined()
    #expect(try output(["group"], lines(pairs)) == expected)
    // The same input in order, and told to be so: nothing is kept.
    let sorted = keys.flatMap { groups[$0]! }
    let streamed = ["--env", "ZVM_SHUFFLE=sort"]
    #expect(try output(["group"], lines(sorted), options: streamed) == expected)
    // A reducer that leaves values unread gets the next key all the same.
    let firsts = keys.map { "\($0)\t\(groups[$0]![0].value)\n" }.joined()
    #expect(try output(["first"], lines(pairs)) == firsts)
    #expect(try output(["first"], lines(sorted), options: streamed) == firsts)
    let sums = keys.map { key in "\(key)\t\(groups[key]!.reduce(0) { $0 + $1.value })\n" }.joined()
    #expect(try output(["sum"], lines(pairs)) == sums)
    #expect(try output(["sum"], lines(sorted), options: streamed) == sums)
    // The combiner sees a map program's pairs.
    let most = keys.map { key in "\(key)\t\(groups[key]!.map(\.value).max()!)\n" }.joined()
    let combined = try output(["combine"], lines(pairs.filter { $0.key != "" }))
    #expect(
      combined
        == most.split(separator: "\n").filter { !$0.hasPrefix("\t") }
        .map { $0 + "\n" }.joined())
  }

  @Test("input that says it is in order and is not is refused")
  func disorder() throws {
    let result = try zmr(
      ["group"], Data("b\t1\na\t2\n".utf8), options: ["--env", "ZVM_SHUFFLE=sort"])
    #expect(result.status == 1)
    #expect(result.errors.contains("not in order of keys: 'a'"), "\(result.errors)")
  }

  @Test("what cannot be a pair or a number is refused, by name")
  func refused() throws {
    let tab = try zmr(["tab"], Data())
    #expect(tab.status == 1)
    #expect(tab.errors.contains("a key with a TAB"), "\(tab.errors)")
    let number = try zmr(["sum"], Data("a\t1\nb\ttwo\n".utf8))
    #expect(number.status == 1)
    #expect(number.errors.contains("'two' is not a number"), "\(number.errors)")
    let part = try zmr(["neither"], Data())
    #expect(part.status == 1)
    #expect(part.errors.contains("map or reduce"), "\(part.errors)")
  }

  @Test("the largest few equal sort's and head's", arguments: [0, 1, 7, 5000])
  func top(limit: Int) throws {
    let folder = try Folder()
    var random = Random(seed: 4)
    try folder.write("in", (0..<3000).map { "k\($0)\t\(random.next() >> 56)\n" }.joined())
    let expected = try shell(
      "sort -t'\t' -k2,2nr -k1,1 in > sorted; head -\(limit) sorted", in: folder.url)
    #expect(try output(["top", "\(limit)"], Data(folder.text("in").utf8)) == expected)
  }

  @Test(
    "a search finds what is there first",
    arguments: ["a", "ab", "aab", "b\(String(repeating: "a", count: 30))"])
  func search(wanted: String) throws {
    var random = Random(seed: 5)
    let lines = (0..<2000).map { _ in
      String((0..<(random.next() % 90)).map { _ in random.next() >> 61 == 0 ? "b" : "a" })
    }
    let expected = lines.map { line -> String in
      let bytes = Array(line.utf8)
      let sought = Array(wanted.utf8)
      let first = bytes.indices.first { bytes[$0...].starts(with: sought) }
      return "\(first ?? bytes.count)\n"
    }.joined()
    let input = Data(lines.map { $0 + "\n" }.joined().utf8)
    #expect(try output(["search", wanted], input) == expected)
  }

  @Test("numbers are taken whole or not at all")
  func numbers() throws {
    let input = """
      1 22\t333x
      18446744073709551615 18446744073709551616
      00000000000000000000000012
      -1

      """
    let expected = """
      1,22,333,1:x
      18446744073709551615,21: 18446744073709551616
      12,0:
      2:-1

      """
    #expect(try output(["numbers"], Data(input.utf8)) == expected)
  }

  @Test("times of an access log equal date's")
  func times() throws {
    let folder = try Folder()
    var random = Random(seed: 6)
    let times = (0..<300).map { _ in Int(random.next() % 4_000_000_000) }
    try folder.write("times", times.map { "@\($0)\n" }.joined())
    let written = try shell(
      "date -u -f times '+%d/%b/%Y:%H:%M:%S +0000'; TZ=IST-5:30 date -f times '+%d/%b/%Y:%H:%M:%S %z'",
      in: folder.url)
    let expected = (times + times).map { "\($0)\n" }.joined()
    #expect(try output(["times"], Data(written.utf8)) == expected)
    #expect(try output(["times"], Data("1/Nov/2026:00:00:00 +0000\n".utf8)) == "-1\n")
  }
}

/// The same numbers in every run (SplitMix64).
private struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
