import Foundation
import Manifest
import Testing

private let good = """
  Channel = /dev/stdin, /dev/stdin, 0, 0, 1, 1, 0, 0
  Channel = /dev/stdout, /dev/stdout, 0, 0, 0, 0, 1, 1
  Channel = /dev/stderr, /dev/stderr, 0, 0, 0, 0, 1, 1
  Version = 20130611
  Memory = 33554432, 0
  Timeout = 1
  Program = some.nexe
  """

private func reason(_ text: String) -> ManifestError? {
  do throws(ManifestError) {
    _ = try Manifest(parsing: text)
    return nil
  } catch {
    return error
  }
}

@Test("a complete manifest gives its values")
func complete() throws {
  let manifest = try Manifest(parsing: good)
  #expect(manifest.program == "some.nexe")
  #expect(manifest.memoryByteCount == 33_554_432)
  #expect(!manifest.memoryDigest)
  #expect(manifest.timeoutSeconds == 1)
  #expect(manifest.channels.map(\.alias) == ["/dev/stdin", "/dev/stdout", "/dev/stderr"])
}

@Test("the standard channels are 0, 1 and 2 wherever they stand")
func standardChannelsFirst() throws {
  let manifest = try Manifest(
    parsing: "Channel = a;tcp:10.0.0.2:80, /dev/x, 3, 1, 010, 0x10, 9, 9\n" + good)
  #expect(manifest.channels[0].alias == "/dev/stdin")
  let last = manifest.channels[3]
  #expect(last.alias == "/dev/x" && last.gets == 8 && last.getByteCount == 16 && last.line == 1)
  #expect(
    last.sources == [
      .path("a"), .network(NetworkAddress(transport: .tcp, host: "10.0.0.2", port: 80)),
    ])
}

@Test("unknown keys, comments and odd lines are passed over")
func ignored() throws {
  let text = "== a comment ==\nColour = blue\nA = b = c\nversion = 1\n" + good + "\r\n"
  #expect(try Manifest(parsing: text).program == "some.nexe")
}

@Test(
  "a bad line is refused with its number",
  arguments: [
    ("Timeout = 1", "Timeout = -1", 6, 14), ("Timeout = 1", "Timeout = 0", 6, 14),
    ("Timeout = 1", "Timeout = 99999999999999999999", 6, 14),
    ("Timeout = 1", "Timeout = --1", 6, 14), ("Memory = 33554432, 0", "Memory = 1", 5, 14),
    ("Memory = 33554432, 0", "Memory = 33554432, 2", 5, 14),
    ("Version = 20130611", "Version = 20130612", 4, 14),
    ("0, 0, 1, 1, 0, 0", "4, 0, 1, 1, 0, 0", 1, 14),
    ("0, 0, 1, 1, 0, 0", "0, 0, 1, 0, 0, 1", 1, 22),
    ("0, 0, 1, 1, 0, 0", "0, 0, 08, 1, 0, 0", 1, 14),
    ("Program = some.nexe", "Program = ", 7, 14),
    ("Program = some.nexe", "Program = x\nProgram = y", 8, 14),
    ("Program = some.nexe", "Program = x\u{0}y", 7, 14),
    ("Memory = 33554432, 0", "Memory = -1, 0", 5, 12),
    ("Memory = 33554432, 0", "Memory = 0, 0", 5, 12),
    ("Memory = 33554432, 0", "Memory = 0x100000001, 0", 5, 12),
    ("Memory = 33554432, 0", "Memory = 0x, 0", 5, 14),
    ("Timeout = 1", "Timeout = 0x80000000", 6, 14), ("Timeout = 1", "Timeout = ", 6, 14),
    ("Timeout = 1", "Timeout = 1s", 6, 14), ("Timeout = 1", "Timeout = 1, 2", 6, 14),
    ("/dev/stdin, /dev", "tcp:1:80, /dev", 1, 14), ("/dev/stdin, /dev", "tcp:a.b:, /dev", 1, 14),
    ("/dev/stdin, /dev", "tcp:1.2.3:80, /dev", 1, 14),
    ("/dev/stdin, /dev", "tcp:1.2.3.04:80, /dev", 1, 14),
    ("/dev/stdin, /dev", "tcp:h:65536, /dev", 1, 14), ("/dev/stdin, /dev", "udp:h:1, /dev", 1, 14),
    ("/dev/stdin, /dev", "pipe:, /dev", 1, 14), ("/dev/stdin, /dev", "pipe:a/b, /dev", 1, 14),
    ("/dev/stdin, /dev", "a;;b, /dev", 1, 14), ("/dev/stdin, /dev", ", /dev", 1, 14),
    ("0, 0, 1, 1, 0, 0", "0, 0, 9223372036854775808, 1, 0, 0", 1, 14),
    ("Timeout = 1", "Timeout = 1\nNode = 0", 7, 14),
    ("Timeout = 1", "Timeout = 1\nNode = usidramki", 7, 14),
    ("Timeout = 1", "Timeout = 1\nNode = ", 7, 14),
    ("Timeout = 1", "Timeout = 1\nNameServer = udp:127.0.0.1:54321", 0, 14),
    ("Timeout = 1", "Timeout = 1\nNode = 1\nNameServer = udp:127.0.1:54321", 8, 14),
    ("Timeout = 1", "Timeout = 1\nNode = 1\nNameServer = tcp:127.0.0.1:54321", 8, 14),
    ("Timeout = 1", "Timeout = 1\nJob = ", 7, 14),
  ])
func refused(from: String, to: String, line: Int, status: Int) {
  let error = reason(good.replacingOccurrences(of: from, with: to))
  #expect(error?.line == line)
  #expect(error?.exitStatus == Int32(status))
}

@Test("numbers are octal, decimal or hex, and reach their limits")
func numbers() throws {
  let text =
    good.replacingOccurrences(of: "33554432", with: "0x100000000")
    .replacingOccurrences(of: "Timeout = 1", with: "Timeout = 017777777777\nNode = +2147483647")
    .replacingOccurrences(of: "0, 0, 1, 1, 0, 0", with: "0x0, 00, 0x7fffffffffffffff, 1, 0, 0")
  let manifest = try Manifest(parsing: text)
  #expect(manifest.memoryByteCount == 1 << 32)
  #expect(manifest.timeoutSeconds == 2_147_483_647 && manifest.node == 2_147_483_647)
  #expect(manifest.channels[0].gets == .max)
}

@Test("a node is a number, and may leave its port to the name server")
func nodes() throws {
  let manifest = try Manifest(
    parsing: "Node = 1\nNameServer = udp:127.0.0.1:54321\n"
      + good.replacingOccurrences(of: "/dev/stdin, /dev", with: "tcp:2:;tcp:3:99;pipe:a-b, /dev"))
  #expect(manifest.nameServer == NetworkAddress(transport: .udp, host: "127.0.0.1", port: 54321))
  let sources = manifest.channels[0].sources
  #expect(
    sources == [
      .network(NetworkAddress(transport: .tcp, host: "2", port: 0)),
      .network(NetworkAddress(transport: .tcp, host: "3", port: 99)), .pipe("a-b"),
    ])
}

@Test("bytes that are no text may stand in a line that is passed over, and nowhere else")
func notText() throws {
  let bad: [UInt8] = [0xff, 0xfe, 0x00, 0x0a]
  #expect(throws: Never.self) { try Manifest(parsing: bad + Array(good.utf8)) }
  let value = Array("Job = ".utf8) + bad + Array(good.utf8)
  let error = #expect(throws: ManifestError.self) { try Manifest(parsing: value) }
  #expect(error?.reason == .notText && error?.line == 1)
}

@Test("10915 channels are accepted, one more is not")
func channelCount() throws {
  let more = (0..<10912).map { "Channel=/dev/null,x\($0),0,0,1,1,0,0\n" }.joined()
  // 512 KiB hold them when they are written tightly.
  #expect(more.utf8.count < Manifest.maximumByteCount)
  #expect(try Manifest(parsing: more + good).channels.count == 10915)
  let tooMany = more + "Channel = /dev/null, /dev/y, 0, 0, 1, 1, 0, 0\n" + good
  #expect(reason(tooMany)?.reason == .tooManyChannels(10916))
}

@Test("what is too large is refused: text, field, tokens, channels")
func limits() {
  #expect(reason(String(repeating: "#", count: (512 << 10) + 1))?.exitStatus == 14)
  #expect(reason(good + "\nJob = " + String(repeating: "x", count: 8193))?.line == 8)
  #expect(reason(good + "\nJob = " + String(repeating: "x,", count: 16))?.line == 8)
}

/// The repository's parent holds `shared/`, also when this is a worktree deeper down.
private let conformance: URL? = {
  var folder = URL(filePath: #filePath)
  while folder.path != "/" {
    folder.deleteLastPathComponent()
    let candidate = folder.appending(path: "shared/conformance/manifest")
    if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
  }
  return nil
}()

@Test(
  "the conformance manifests that fail in the parser give their exit status",
  .enabled(if: conformance != nil, "shared/conformance is not on this machine"))
func conformanceCases() throws {
  let folder = try #require(conformance)
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
  var checked = 0
  for name in names where name.hasSuffix(".manifest") {
    let status = try #require(Int32(name.split(separator: ".")[1]))
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    // 0, 2 and 8 are about the program, not the text.
    let expected = status == 14 || status == 22 ? status : nil
    #expect(reason(text)?.exitStatus == expected, "\(name)")
    checked += 1
  }
  #expect(checked >= 19)
}
