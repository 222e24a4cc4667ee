import Foundation
import Glibc
import SystemPackage
import Testing

/// Copies channel 0 to channel 1 to its end, 64 KiB at a time, and returns the last answer of a read,
/// or 99 when a write did not take everything.
private let copier = """
  1:
    TRAP READ, 0, buffer, 65536, 0
    testl %eax, %eax
    jle 2f
    movslq %eax, %rax
    movq %rax, args+32(%rip)
    movl %eax, %ebx
    movq $WRITE, args(%rip)
    movq $1, args+16(%rip)
    CALL_TRAP
    cmpl %ebx, %eax
    je 1b
    movl $99, %eax
    .p2align 5
  2:
    EXIT_EAX
  """

/// A `zvm run` of a manifest, under way. Its streams are files: nobody waits for their reader.
private final class Running {
  private let process = Process()
  private let scratch: Scratch

  init(_ arguments: [String], in folder: String, output file: FileHandle? = nil) throws {
    scratch = try Scratch()
    func stream(_ name: String) throws -> FileHandle {
      try #require(FileHandle(forWritingAtPath: try scratch.write(Data(), name)))
    }
    process.executableURL = URL(fileURLWithPath: try #require(builtZVM))
    process.arguments = ["run"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = try file ?? stream("out")
    process.standardError = try stream("err")
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  func wait() -> (status: Int32, output: String, errors: String) {
    process.waitUntilExit()
    func text(_ name: String) -> String {
      (try? String(contentsOfFile: scratch.path + "/" + name, encoding: .utf8)) ?? ""
    }
    return (process.terminationStatus, text("out"), text("err"))
  }
}

/// The built `zvm`, beside the test bundle.
let builtZVM: String? = {
  for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
    let path = URL(fileURLWithPath: argument).deletingLastPathComponent().path + "/zvm"
    if access(path, X_OK) == 0 { return path }
  }
  return nil
}()

/// A folder with a program and manifests for it.
private struct Site {
  let scratch: Scratch
  let nexe: FilePath

  init(_ program: String = copier) throws {
    scratch = try Scratch()
    nexe = try scratch.nexe(program)
  }

  func manifest(
    _ name: String, input: String = "/dev/null", output: String = "/dev/null",
    types: (Int, Int) = (0, 0), timeout: Int = 30, memory: String = "33554432, 0",
    outputLimits: String = "0, 0, 1000000, 1000000000", more: String = ""
  ) throws -> String {
    try scratch.write(
      Data(
        """
        Version = 20130611
        Program = \(nexe)
        Memory = \(memory)
        Timeout = \(timeout)
        Channel = \(input), /dev/stdin, \(types.0), 1, 1000000, 1000000000, 0, 0
        Channel = \(output), /dev/stdout, \(types.1), 1, \(outputLimits)
        Channel = /dev/stderr, /dev/stderr, 0, 0, 0, 0, 1000, 1000
        \(more)
        """.utf8), name + ".manifest")
  }

  func run(_ manifest: String, _ options: [String] = []) throws -> (Int32, String, String) {
    try Running(options + [manifest], in: scratch.path).wait()
  }

  func path(_ name: String) -> String { scratch.path + "/" + name }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: scratch.path)) ?? []).sorted()
  }
}

/// Bytes that do not repeat with any power of two.
private func noise(_ count: Int) -> Data {
  Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) })
}

@Suite("channel kinds", .enabled(if: builtZVM != nil, "the zvm executable is not built"))
struct ChannelKindTests {
  private static func freePort() throws -> UInt16 {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var count = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw -> Bool in
        bind(file, raw, count) == 0 && getsockname(file, raw, &count) == 0
      }
    }
    try #require(port)
    return UInt16(bigEndian: address.sin_port)
  }

  @Test(
    "two sandboxes joined by a FIFO, a socket or a named pipe, whichever starts first",
    arguments: ["fifo", "tcp", "pipe"], [true, false])
  func joined(kind: String, readerFirst: Bool) throws {
    let site = try Site()
    let data = noise(1_000_000)
    let input = try site.scratch.write(data, "in")
    let uri: String
    switch kind {
    case "fifo":
      uri = site.path("fifo")
      #expect(mkfifo(uri, 0o600) == 0)
    case "tcp": uri = "tcp:127.0.0.1:\(try Self.freePort())"
    default: uri = "pipe:test-\(getpid())-\(readerFirst)"
    }
    let writer = try site.manifest("writer", input: input, output: uri)
    let reader = try site.manifest("reader", input: uri, output: "result")
    let first = try Running([readerFirst ? reader : writer], in: site.scratch.path)
    usleep(100_000)
    let second = try Running([readerFirst ? writer : reader], in: site.scratch.path)
    let results = [first.wait(), second.wait()]
    for result in results { #expect(result.status == 0, "\(kind): \(result)") }
    #expect(try site.data("result") == data)
    // The etags of what was sent and of what came are those of sha256sum, and network traffic has
    // its own columns.
    let sum = String(decoding: try tool(["sha256sum", input]).output.prefix(64), as: UTF8.self)
    for result in results {
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 6)
      #expect(lines[3] == "/dev/stdin sha256:\(sum) /dev/stdout sha256:\(sum)")
      let counts = lines[4].split(separator: " ").compactMap { Int($0) }
      #expect(counts.count == 8)
      #expect((counts[4...].reduce(0, +) > 0) == (kind == "tcp"))
    }
  }

  @Test("half a stream is never taken for a whole one", arguments: ["tcp", "pipe"])
  func writerFails(kind: String) throws {
    let writing = try Site("TRAP WRITE, 1, buffer, 4096, 0\n hlt")
    let reading = try Site()
    let uri =
      kind == "tcp" ? "tcp:127.0.0.1:\(try Self.freePort())" : "pipe:broken-\(getpid())"
    let writer = try Running(
      [try writing.manifest("writer", output: uri)], in: writing.scratch.path)
    let reader = try Running(
      [try reading.manifest("reader", input: uri, output: "result")], in: reading.scratch.path)
    #expect(writer.wait().status == 128 + SIGSEGV)
    let result = reader.wait()
    #expect(result.status == EIO, "\(result)")
    #expect(result.output.contains("channel /dev/stdin"))
    #expect(!reading.names.contains("result"))
  }

  @Test("a peer that never comes is waited for as long as the session may last")
  func nobodyComes() throws {
    let site = try Site()
    let fifo = site.path("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    for uri in [fifo, "tcp:127.0.0.1:\(try Self.freePort())", "pipe:nobody-\(getpid())"] {
      let manifest = try site.manifest("reader", input: uri, output: "result", timeout: 1)
      let (status, report, _) = try site.run(manifest)
      #expect(status == ETIMEDOUT, "\(uri): \(report)")
    }
    #expect(!site.names.contains("result"))
  }

  @Test("several uris are read one after the other, and written all at once")
  func several() throws {
    let site = try Site()
    let (a, b) = (noise(70_000), Data("short".utf8))
    _ = try site.scratch.write(a, "a")
    _ = try site.scratch.write(b, "b")
    let fifo = site.path("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(try site.run(try site.manifest("files", input: "a;b;a", output: "one;two")).0 == 0)
    #expect(try site.data("one") == a + b + a)
    #expect(try site.data("two") == a + b + a)
    let writer = try Running(
      [try site.manifest("writer", input: "b", output: fifo)], in: site.scratch.path)
    #expect(try site.run(try site.manifest("mixed", input: "a;fifo;b", output: "three")).0 == 0)
    #expect(writer.wait().status == 0)
    #expect(try site.data("three") == a + b + b)
  }

  @Test("nodes find each other by a name server")
  func nodes() throws {
    let site = try Site()
    let data = noise(100_000)
    _ = try site.scratch.write(data, "in")
    let server = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(server) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var count = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(server, $0, count) == 0 && getsockname(server, $0, &count) == 0
      }
    }
    try #require(isBound)
    let more = { (node: Int) in
      "Node = \(node)\nNameServer = udp:127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    }
    let writer = try Running(
      [try site.manifest("w", input: "in", output: "tcp:2:", more: more(1))],
      in: site.scratch.path)
    let reader = try Running(
      [try site.manifest("r", input: "tcp:1:", output: "result", more: more(2))],
      in: site.scratch.path)
    // Each node asks once, unless it has to ask again; both are answered when both have asked.
    var requests: [UInt32: (bytes: [UInt8], from: sockaddr_in)] = [:]
    while requests.count < 2 {
      var bytes = [UInt8](repeating: 0, count: 1000)
      var from = sockaddr_in()
      let received = withUnsafeMutablePointer(to: &from) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          recvfrom(server, &bytes, bytes.count, 0, $0, &count)
        }
      }
      // Node, one listener or one connection, and its record.
      try #require(received == 18)
      let node = bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
      requests[node] = (Array(bytes[..<18]), from)
    }
    let listener = try #require(requests[2]).bytes
    #expect(Array(listener[4..<16]) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
    #expect(requests[1]?.bytes[4...] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0])
    for (node, var request) in requests {
      if node == 1 {
        request.bytes.replaceSubrange(12..<16, with: [127, 0, 0, 1])
        request.bytes.replaceSubrange(16..<18, with: listener[16..<18])
      }
      let sent = withUnsafeMutablePointer(to: &request.from) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          sendto(server, request.bytes, 18, 0, $0, count)
        }
      }
      #expect(sent == 18)
    }
    #expect(writer.wait().status == 0)
    #expect(reader.wait().status == 0)
    #expect(try site.data("result") == data)
  }

  @Test("a channel that cannot be opened gives its errno, or the contract's")
  func notOpened() throws {
    let site = try Site()
    let listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listening) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: site.path("sock").utf8) }
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(isBound)
    #expect(mkfifo(site.path("fifo"), 0o600) == 0)
    let both = "9, 9, 9, 9"
    let cases: [(String, String, (Int, Int), String?, Int32)] = [
      ("absent", "/dev/null", (0, 0), nil, ENOENT),
      (".", "/dev/null", (0, 0), nil, EPROTONOSUPPORT),
      ("sock", "/dev/null", (0, 0), nil, EPROTONOSUPPORT),
      ("/dev/null", "absent/file", (0, 0), nil, ENOENT),
      ("/dev/null", "/dev/zero", (0, 3), both, EFAULT), ("/dev/null", "new", (0, 0), both, EFAULT),
      ("/dev/null", "new", (0, 2), both, EFAULT), ("/dev/null", "fifo", (0, 3), both, EFAULT),
      ("tcp:127.0.0.1:9", "/dev/null", (1, 0), nil, EFAULT),
      ("pipe:x", "/dev/null", (3, 0), nil, EFAULT),
      ("/dev/null", "a;b", (0, 3), nil, EFAULT), ("/dev/null", "a;./a", (0, 0), nil, EFAULT),
    ]
    for (input, output, types, limits, wanted) in cases {
      let manifest = try site.manifest(
        "m", input: input, output: output, types: types,
        outputLimits: limits ?? "0, 0, 9, 9")
      let (status, report, problem) = try site.run(manifest)
      #expect(status == wanted, "\(input) \(output) \(types): \(problem)")
      // There is a report all the same, and nothing was written.
      #expect(report.split(separator: "\n").count == 6, "\(report)")
      #expect(problem.contains("line "), "\(problem)")
    }
    #expect(!site.names.contains { ["new", "a", "b"].contains($0) })
  }

  @Test("an append channel starts behind the last byte; a written one starts empty")
  func startOfWrites() throws {
    let site = try Site()
    _ = try site.scratch.write(Data("new".utf8), "in")
    for (type, limits, wanted) in [
      (0, "0, 0, 9, 9", "new"), (1, "0, 0, 9, 9", "oldnew"), (1, "9, 9, 9, 9", "oldnew"),
      (2, "0, 0, 9, 9", "new"), (3, "0, 0, 9, 9", "new"), (3, "9, 9, 9, 9", "newer"),
    ] {
      let old = wanted == "newer" ? "older" : "old"
      _ = try site.scratch.write(Data(old.utf8), "out")
      #expect(chmod(site.path("out"), 0o640) == 0)
      let manifest = try site.manifest(
        "m", input: "in", output: "out", types: (0, type), outputLimits: limits)
      #expect(try site.run(manifest).0 == 0)
      #expect(String(decoding: try site.data("out"), as: UTF8.self) == wanted, "\(type) \(limits)")
      var status = stat()
      #expect(stat(site.path("out"), &status) == 0 && status.st_mode & 0o777 == 0o640)
    }
  }

  @Test("an output that is a symbolic link changes what the link leads to")
  func link() throws {
    let site = try Site()
    _ = try site.scratch.write(Data("new".utf8), "in")
    _ = try site.scratch.write(Data("old".utf8), "real")
    #expect(symlink("real", site.path("link")) == 0)
    #expect(try site.run(try site.manifest("m", input: "in", output: "link")).0 == 0)
    #expect(String(decoding: try site.data("real"), as: UTF8.self) == "new")
    var status = stat()
    #expect(lstat(site.path("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test("standard output that is a file takes the program's bytes, then the report")
  func standardOutput() throws {
    let site = try Site()
    _ = try site.scratch.write(Data("hello\n".utf8), "in")
    let out = try site.scratch.write(Data(), "out")
    let manifest = try site.manifest("m", input: "in", output: "/dev/stdout")
    let handle = try #require(FileHandle(forWritingAtPath: out))
    #expect(try Running([manifest], in: site.scratch.path, output: handle).wait().status == 0)
    let text = String(decoding: try site.data("out"), as: UTF8.self)
    #expect(text.hasPrefix("hello\n0\n0\n0\n"), "\(text)")
    #expect(text.hasSuffix("\nok\n"))
  }

  @Test("a session of 10915 channels runs, and reports each")
  func manyChannels() throws {
    let site = try Site("TRAP WRITE, 10914, buffer, 5, 0\n EXIT_EAX")
    let more = (0..<10912).map { "Channel=/dev/zero,x\($0),0,0,0,0,1,9\n" }.joined()
    let (status, output, problem) = try site.run(
      try site.manifest("m", more: more), ["--json"])
    #expect(status == 5, "\(problem)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    let channels = try #require(report["channels"] as? [[String: Any]])
    #expect(channels.count == 10915)
    #expect(channels[10914]["putBytes"] as? Int == 5)
  }

  @Test("a memory that leaves no heap is ENOMEM")
  func noHeap() throws {
    let site = try Site()
    for memory in ["16777216, 0", "-1, 0", "4294967297, 0"] {
      #expect(try site.run(try site.manifest("m", memory: memory)).0 == ENOMEM, "\(memory)")
    }
  }

  @Test("every put and get is counted, and a spent limit is −122 for each kind of channel")
  func exactLimits() throws {
    // 3 calls of 10 bytes each way; the limits allow 2 calls or 25 bytes.
    let program = """
        movl $3, %r12d
      1:
        TRAP READ, 0, buffer, 10, 0
        movl %eax, %r13d
        TRAP WRITE, 1, buffer, 10, 0
        movl %eax, %r14d
        decl %r12d
        jnz 1b
        movl %r13d, %eax
        cmpl %r14d, %eax
        je 2f
        movl $7, %eax
      2:
        EXIT_EAX
      """
    let site = try Site(program)
    _ = try site.scratch.write(noise(100), "in")
    for type in [0, 3] {
      for (calls, bytes, last, sums) in [
        (2, 1000, 256 - 122, "2 20 2 20"), (1000, 25, 5, "3 25 3 25"),
        (1000, 20, 256 - 122, "2 20 2 20"), (3, 30, 10, "3 30 3 30"),
      ] {
        let text = """
          Version = 20130611
          Program = \(site.nexe)
          Memory = 33554432, 0
          Timeout = 9
          Channel = in, /dev/stdin, \(type), 0, \(calls), \(bytes), 0, 0
          Channel = out, /dev/stdout, \(type), 0, 0, 0, \(calls), \(bytes)
          Channel = /dev/null, /dev/stderr, 0, 0, 0, 0, 9, 9
          """
        let (status, report, problem) = try site.run(
          try site.scratch.write(Data(text.utf8), "m.manifest"))
        #expect(status == Int32(last), "type \(type), \(calls) \(bytes): \(problem)")
        let lines = report.split(separator: "\n")
        #expect(lines.count == 6 && lines[4].hasSuffix(" \(sums) 0 0 0 0"), "\(report)")
      }
    }
  }
}
