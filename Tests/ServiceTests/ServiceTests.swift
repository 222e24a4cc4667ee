import Foundation
import Testing

@testable import Service

/// The daemon's parts, and the daemon as its peers see it.
@Suite("zvmd")
struct ServiceTests {
  @Test(
    "a request that is not understood is refused with the place that is wrong",
    arguments: [
      ("{", "request"),
      (#"{"version": 2, "program": {"image": "a"}}"#, "version 2"),
      (#"{"version": 1, "program": {}}"#, "either a descriptor or an image"),
      (#"{"version": 1, "program": {"image": "a", "descriptor": 0}}"#, "either"),
      (#"{"version": 1, "program": {"image": 7}}"#, "program.image"),
      (#"{"version": 1, "program": {"image": "a"}, "channels": [{"kind": "file"}]}"#, "alias"),
    ])
  func parsing(text: String, place: String) throws {
    let error = #expect(throws: ServiceError.self) {
      try ServiceRequest(parsing: Array(text.utf8))
    }
    #expect(error?.status == .badRequest)
    #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
  }

  @Test(
    "what a program may be given is checked",
    arguments: [
      (#""channels": [{"alias": "/dev/nvram", "kind": "null", "direction": "read"}]"#, "nvram"),
      (#""channels": [{"alias": "/etc/x", "kind": "null", "direction": "read"}]"#, "/etc/x"),
      (
        #""channels": [{"alias": "/dev/stdin", "kind": "file", "descriptor": 3, "direction": "read"}]"#,
        "descriptor 3"
      ),
      (
        #""channels": [{"alias": "/dev/a", "kind": "null", "direction": "read"}, {"alias": "/dev/a", "kind": "null", "direction": "read"}]"#,
        "twice"
      ),
      (
        #""channels": [{"alias": "/dev/x", "kind": "file", "descriptor": 0, "direction": "read", "split": "lines"}]"#,
        "split"
      ),
      (#""memory": 0"#, "memory"), (#""memory": 99999999999"#, "memory"),
      (#""timeout": -1"#, "timeout"), (#""timeout": 1e9"#, "timeout"),
    ])
  func limits(part: String, place: String) throws {
    let text = #"{"version": 1, "program": {"image": "a"}, \#(part)}"#
    let request = try ServiceRequest(parsing: Array(text.utf8))
    let error = #expect(throws: ServiceError.self) {
      _ = try request.session([0], ServiceLimits())
    }
    #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
  }

  @Test("slots are given in the order of asking, and a full queue says so")
  func slots() {
    let slots = SlotQueue(slots: 1, queue: 2)
    let log = Log()
    #expect(slots.enter { log.add("a") } != nil)
    let second = slots.enter { log.add("b") }
    #expect(slots.enter { log.add("c") } != nil)
    #expect(slots.enter { log.add("d") } == nil)
    #expect(log.all == ["a"])
    #expect(slots.withdraw(second ?? 0))
    #expect(!slots.withdraw(second ?? 0))
    slots.leave()
    #expect(log.all == ["a", "c"])
    slots.leave()
    #expect(slots.enter { log.add("e") } != nil)
    #expect(log.all == ["a", "c", "e"])
  }

  @Test("a nonce is served once, and none from another time")
  func nonces() throws {
    let memory = NonceMemory()
    let now = Int64(Date.now.timeIntervalSince1970)
    try memory.admit(ServiceRequest.Once(nonce: "n", stamp: now + 1))
    #expect(throws: ServiceError.self) {
      try memory.admit(ServiceRequest.Once(nonce: "n", stamp: now + 1))
    }
    for stamp in [now - 1000, now + 1000] {
      #expect(throws: ServiceError.self) {
        try memory.admit(ServiceRequest.Once(nonce: "\(stamp)", stamp: stamp))
      }
    }
  }

  /// Asks the daemon for a program as the user that is given, and prints the answer.
  private static let peer = """
    import os, socket, sys
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.setuid(int(sys.argv[2]))
    s.connect(sys.argv[1])
    s.send(b'{"version": 1, "program": {"image": "none"}}')
    print(s.recv(65536).decode())
    """

  @Test("only users that were allowed may ask", .enabled(if: geteuid() == 0))
  func peers() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zvmd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    var options = Service.Options(path: folder.path + "/socket")
    options.users = [12_345]
    let service = try Service(options)
    let thread = Thread { try? service.run() }
    thread.start()
    defer { service.stop() }
    for (user, answer) in [
      (12_345, "no image 'none'"), (0, "no image 'none'"), (54_321, "forbidden"),
    ] {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/python3")
      process.arguments = ["-c", Self.peer, options.path, "\(user)"]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let output = String(
        decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      #expect(output.contains(answer), "user \(user): \(output)")
    }
  }
}

/// What happened, in order.
private final class Log: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  func add(_ line: String) { lock.withLock { lines.append(line) } }
  var all: [String] { lock.withLock { lines } }
}
