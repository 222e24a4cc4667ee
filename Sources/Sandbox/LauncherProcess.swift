// Unsafe: C structures of posix_spawn live inside one function; packets are handed to the shim for
// the length of one call.
import CSandbox
import Glibc
import Wire

/// The launcher as a child process: spawning it, packets to and from it, its end.
///
/// `fork` is never used here: this process has many threads.
struct LauncherProcess: Sendable {
  let process: pid_t
  /// Our end of the control socket.
  let socket: Int32

  /// Starts the executable with its control socket as descriptor 3, /dev/null as 0 to 2 (it closes all
  /// others first thing), no arguments, no environment, no blocked signals.
  static func spawn(_ executable: String) throws(SandboxError) -> LauncherProcess {
    var pair: [Int32] = [-1, -1]
    guard
      unsafe socketpair(
        AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0
    else { throw SandboxError("socketpair", errno: errno) }
    defer { close(pair[1]) }

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // Only this descriptor moves, so none can be overwritten before it is copied.
    unsafe posix_spawn_file_actions_adddup2(&actions, pair[1], 3)
    for descriptor: Int32 in 0...2 {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    // A group of its own: the terminal's interrupt reaches the engine, which ends the launcher.
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var process: pid_t = 0
    let result = unsafe executable.withCString { path in
      var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [
        UnsafeMutablePointer(mutating: path), nil,
      ]
      var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
      return unsafe posix_spawn(&process, path, &actions, &attributes, &arguments, &environment)
    }
    guard result == 0 else {
      close(pair[0])
      throw SandboxError("start \(executable)", errno: result)
    }
    return LauncherProcess(process: process, socket: pair[0])
  }

  /// Sends one packet, waiting for room.
  func send(_ bytes: [UInt8], _ descriptors: [Int32] = []) throws(SandboxError) {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe descriptors.withUnsafeBufferPointer { source in
        unsafe csb_send(
          socket, buffer.baseAddress!, buffer.count, source.baseAddress, source.count, 0)
      }
    }
    guard result == bytes.count else {
      throw SandboxError("send to the launcher", errno: result < 0 ? Int32(-result) : EIO)
    }
  }

  /// Sends a session: descriptors first where there are many, then the request.
  func send(session: SessionMessage, _ descriptors: [Int32], identifier: UInt64)
    throws(SandboxError)
  {
    var body = ByteWriter()
    session.encode(into: &body)
    var file: Int32 = -1
    defer { if file >= 0 { close(file) } }
    if body.bytes.count > PacketHeader.maximumInlineByteCount {
      guard body.bytes.count <= PacketHeader.maximumBodyByteCount else {
        throw SandboxError("a session of \(body.bytes.count) bytes is too large")
      }
      file = unsafe csb_memory_file("session")
      guard file >= 0 else { throw SandboxError("memory file", errno: -file) }
      let written = unsafe body.bytes.withUnsafeBytes {
        unsafe pwrite(file, $0.baseAddress, $0.count, 0)
      }
      guard written == body.bytes.count else { throw SandboxError("memory file", errno: errno) }
    }
    // One place is kept for the body's memory file.
    let limit = PacketHeader.maximumDescriptorCount - 1
    var rest = descriptors[...]
    while rest.count > limit {
      var writer = ByteWriter()
      PacketHeader(kind: .descriptors, identifier: identifier).encode(into: &writer)
      try send(writer.bytes, Array(rest.prefix(limit)))
      rest = rest.dropFirst(limit)
    }
    var writer = ByteWriter()
    PacketHeader(
      kind: .session, identifier: identifier,
      bodyByteCount: file >= 0 ? UInt32(body.bytes.count) : 0
    ).encode(into: &writer)
    if file >= 0 {
      try send(writer.bytes, Array(rest) + [file])
    } else {
      try send(writer.bytes + body.bytes, Array(rest))
    }
  }

  /// Blocks for the next packet, header and body; nil when the launcher has ended.
  func receive() throws(SandboxError) -> (PacketHeader, [UInt8])? {
    var bytes = [UInt8](repeating: 0, count: PacketHeader.maximumPacketByteCount)
    var descriptors: [Int32] = [-1, -1]
    var descriptorCount = 0
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe descriptors.withUnsafeMutableBufferPointer { target in
        unsafe csb_receive(
          socket, buffer.baseAddress!, buffer.count, target.baseAddress!, target.count,
          &descriptorCount, 0)
      }
    }
    defer { for descriptor in descriptors[..<descriptorCount] { close(descriptor) } }
    // A reset is what a killed launcher with unread packets leaves.
    guard count > 0 else { return nil }
    let packet = Array(bytes[..<count])
    let header: PacketHeader
    do throws(WireError) {
      var reader = ByteReader(packet)
      header = try PacketHeader(from: &reader)
    } catch { throw SandboxError("launcher: \(error)") }
    if header.bodyByteCount == 0 {
      return (header, Array(packet.dropFirst(PacketHeader.byteCount)))
    }
    guard descriptorCount == 1 else { throw SandboxError("launcher: a body is missing") }
    var body = [UInt8](repeating: 0, count: Int(header.bodyByteCount))
    let read = unsafe body.withUnsafeMutableBytes {
      unsafe pread(descriptors[0], $0.baseAddress, $0.count, 0)
    }
    guard read == body.count else { throw SandboxError("launcher: a body is too short") }
    return (header, body)
  }

  /// Waits for the process to end; what it ended with, for people.
  func reap() -> String {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return "unknown" }
    }
    let signal = status & 0x7f
    return signal != 0 ? "signal \(signal)" : "status \(status >> 8 & 0xff)"
  }

  /// Path of the launcher: beside this executable, or beside the test bundle this process runs.
  static func locate() throws(SandboxError) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    var candidates: [String] = []
    if count > 0 {
      candidates.append(
        String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    candidates += CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    for candidate in candidates {
      guard let slash = candidate.lastIndex(of: "/") else { continue }
      let path = candidate[..<slash] + "/zvm-launcher"
      if unsafe access(String(path), X_OK) == 0 { return String(path) }
    }
    throw SandboxError("zvm-launcher not found beside \(candidates.first ?? "this program")")
  }
}
