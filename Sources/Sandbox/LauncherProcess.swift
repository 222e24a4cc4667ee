// Unsafe: C structures of posix_spawn live inside one function; packets are handed to the shim for
// the length of one call.
import CSandbox
import ELF
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
  /// others first thing), no environment, no blocked signals. Its only argument, if any, says that it is for
  /// one session.
  ///
  /// The calling thread must live as long as the launcher: sandboxes are this process's children, and
  /// the kernel kills a child whose parent's thread ends, as each of them asks it to.
  static func spawn(_ executable: String, isForOne: Bool = false) throws(SandboxError)
    -> LauncherProcess
  {
    guard csb_children_are_kept() == 1 else {
      throw SandboxError("SIGCHLD is ignored in this process: nobody could wait for a sandbox")
    }
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
    // A group of its own, with its sandboxes: the terminal's interrupt reaches the engine, which ends
    // the launcher, and the engine can kill and wait for all of them.
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var process: pid_t = 0
    let result = unsafe executable.withCString { path in
      var word = Array("one\0".utf8CString)
      return unsafe word.withUnsafeMutableBufferPointer { word in
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [
          UnsafeMutablePointer(mutating: path), isForOne ? word.baseAddress : nil, nil,
        ]
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        return unsafe posix_spawn(&process, path, &actions, &attributes, &arguments, &environment)
      }
    }
    guard result == 0 else {
      close(pair[0])
      throw SandboxError("start \(executable)", errno: result)
    }
    return LauncherProcess(process: process, socket: pair[0])
  }

  /// Sends one packet; where `waits` is false and there is no room, −EAGAIN and nothing is sent.
  func send(_ bytes: [UInt8], _ descriptors: [Int32] = [], waits: Bool = true)
    throws(SandboxError)
  {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe descriptors.withUnsafeBufferPointer { source in
        unsafe csb_send(
          socket, buffer.baseAddress!, buffer.count, source.baseAddress, source.count,
          waits ? 0 : Int32(MSG_DONTWAIT))
      }
    }
    guard result == bytes.count else {
      throw SandboxError("send to the launcher", errno: result < 0 ? Int32(-result) : EIO)
    }
  }

  /// Hands over the module and waits until it is mapped: what protects the sandboxes, and which process
  /// is the first in their namespace, 0 where there is none. `note`: where it is to note what it forks.
  func load(_ module: ValidatedModule, powers: Powers, filter: [UInt8]?, note: ForkNote?)
    throws(SandboxError) -> (protections: [String], initProcess: Int32)
  {
    var writer = ByteWriter()
    PacketHeader(kind: .module).encode(into: &writer)
    ModuleMessage(
      entry: module.image.entry,
      segments: module.image.segments.map {
        ModuleMessage.Segment(
          address: $0.address, memoryByteCount: $0.memoryByteCount,
          fileOffset: UInt64($0.fileOffset), fileByteCount: $0.fileByteCount,
          permissions: $0.permissions.rawValue)
      }, filter: filter, powers: powers
    ).encode(into: &writer)
    try send(writer.bytes, [module.file] + (note.map { [$0.file] } ?? []))
    guard let (header, body) = try receive(), header.kind == .ready else {
      throw SandboxError("\(module.path): the launcher ended before it was ready")
    }
    do throws(WireError) {
      var reader = body
      let failed = try reader.integer("status", as: UInt8.self) != 0
      let initProcess = Int32(bitPattern: try reader.integer("init"))
      let text = try reader.string("text", atMost: 4096)
      if failed { throw WireError(field: text, offset: 0) }
      return (text.split(separator: "\n").map(String.init), initProcess)
    } catch {
      throw SandboxError("\(module.path): launcher: \(error.field)")
    }
  }

  /// Asks for a fork. `hasMemory`: the last one had the same shared memory.
  func fork(_ process: SandboxProcess, _ message: ForkMessage, hasMemory: Bool, waits: Bool)
    throws(SandboxError)
  {
    var writer = ByteWriter()
    PacketHeader(kind: .fork, identifier: process.identifier).encode(into: &writer)
    message.encode(into: &writer)
    try send(
      writer.bytes, hasMemory ? [process.sandboxEnd] : [process.sandboxEnd, process.memory.file],
      waits: waits)
  }

  /// Has the launcher set up memory for sessions like this one. False: it is too large to say.
  func shape(_ session: SessionMessage) throws(SandboxError) -> Bool {
    var writer = ByteWriter()
    PacketHeader(kind: .shape).encode(into: &writer)
    session.encode(into: &writer)
    guard writer.bytes.count <= PacketHeader.maximumPacketByteCount else { return false }
    try send(writer.bytes)
    return true
  }

  /// Blocks for the next packet, header and body; nil when the launcher has ended.
  func receive() throws(SandboxError) -> (PacketHeader, ByteReader)? {
    var bytes = [UInt8](repeating: 0, count: 8 << 10)
    var sender: Int32 = 0
    let count = unsafe csb_receive_from(socket, &bytes, bytes.count, &sender, 0)
    // A reset is what a killed launcher with unread packets leaves.
    guard count > 0 else { return nil }
    var reader = ByteReader(Array(bytes[..<count]))
    do throws(WireError) { return (try PacketHeader(from: &reader), reader) } catch {
      throw SandboxError("launcher: \(error)")
    }
  }

  /// Whether the launcher is dead or about to be: looks for 20 ms.
  func isEnding() -> Bool {
    var hangUp = pollfd(fd: socket, events: 0, revents: 0)
    return unsafe poll(&hangUp, 1, 20) > 0
  }

  /// Ends the launcher, then kills and waits for whatever is left of its group: sandboxes and
  /// the first process of their namespace. What the launcher ended with, for people.
  func reapAll() -> String {
    if csb_await_end(process, 0) == 0 { hurry() }
    // It stays to be waited for, so its number names its group and no other; where somebody else has
    // waited for it, the group must have a child of ours.
    if csb_await_end(process, 1) >= 0 || csb_ended_in(process) >= 0 {
      Glibc.kill(-process, SIGKILL)
    }
    var words = "unknown"
    var end = csb_end()
    while true {
      let ended = unsafe csb_reap(-process, 1, &end)
      if ended < 0 { return words }
      if ended == process {
        let signal = end.status & 0x7f
        words = signal != 0 ? "signal \(signal)" : "status \(end.status >> 8 & 0xff)"
      }
    }
  }

  /// It has hung up, or was hung up on, and is about to end by itself. One that is stopped, or stuck, is not.
  private func hurry() {
    let file = csb_process_file(process)
    if file >= 0 {
      var end = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&end, 1, 1000)
      close(file)
    }
    if csb_await_end(process, 0) == 0 { Glibc.kill(process, SIGKILL) }
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
