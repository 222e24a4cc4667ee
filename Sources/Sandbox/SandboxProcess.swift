// Unsafe: packets are handed to the shim for the length of one call.
import CSandbox
import Glibc
import Synchronization
import Wire

/// One sandbox process as the engine sees it: its control socket and its shared memory.
///
/// Gone from memory when nobody refers to it any more, and that is after the process is gone: its
/// shared memory is then used again.
final class SandboxProcess: Sendable {
  /// The engine's number for it, in packets to and from the launcher.
  let identifier: UInt64
  let socket: Int32
  let memory: SharedMemory
  /// Whether a template forked it, or is to: the launcher does not know its identifier.
  let isCopy: Bool
  private let pool: SharedMemoryPool
  /// The launcher's process number, by which its words are known.
  private let launcher: pid_t
  /// The kernel's number, once it is known; 0 before.
  private let number = Atomic<Int32>(0)
  private let clock = Mutex(ProcessClock())

  /// A process that is still to be forked; `control` is its end of the socket.
  static func make(
    identifier: UInt64, isCopy: Bool, pool: SharedMemoryPool, launcher: pid_t
  ) throws(SandboxError) -> (process: SandboxProcess, control: Int32) {
    var pair: [Int32] = [-1, -1]
    guard
      unsafe socketpair(
        AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0
    else { throw SandboxError("socketpair", errno: errno) }
    do throws(SandboxError) {
      let result = csb_want_sender(pair[0])
      guard result == 0 else { throw SandboxError("SO_PASSCRED", errno: -result) }
      let memory = try pool.take()
      return (
        SandboxProcess(
          identifier: identifier, socket: pair[0], memory: memory, isCopy: isCopy, pool: pool,
          launcher: launcher),
        pair[1]
      )
    } catch {
      for descriptor in pair { close(descriptor) }
      throw error
    }
  }

  private init(
    identifier: UInt64, socket: Int32, memory: SharedMemory, isCopy: Bool, pool: SharedMemoryPool,
    launcher: pid_t
  ) {
    self.launcher = launcher
    self.isCopy = isCopy
    self.identifier = identifier
    self.socket = socket
    self.memory = memory
    self.pool = pool
  }

  deinit {
    close(socket)
    pool.put(memory)
  }

  /// Lets an idle sandbox end. What it and the launcher say can still be read.
  func hangUp() { shutdown(socket, Int32(SHUT_WR)) }

  // MARK: Sessions

  /// Sends a session: descriptors first where there are many, then the request. Nothing waits: a
  /// sandbox that does not read is an error. False when the process is gone.
  func send(_ session: SessionMessage, _ descriptors: [Int32], number: UInt64)
    throws(SandboxError) -> Bool
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
      PacketHeader(kind: .descriptors, identifier: number).encode(into: &writer)
      guard try send(writer.bytes, Array(rest.prefix(limit))) else { return false }
      rest = rest.dropFirst(limit)
    }
    var writer = ByteWriter()
    PacketHeader(
      kind: .session, identifier: number, bodyByteCount: file >= 0 ? UInt32(body.bytes.count) : 0
    ).encode(into: &writer)
    if file >= 0 { return try send(writer.bytes, Array(rest) + [file]) }
    return try send(writer.bytes + body.bytes, Array(rest))
  }

  private func send(_ bytes: [UInt8], _ descriptors: [Int32]) throws(SandboxError) -> Bool {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe descriptors.withUnsafeBufferPointer { source in
        unsafe csb_send(
          socket, buffer.baseAddress!, buffer.count, source.baseAddress, source.count,
          Int32(MSG_DONTWAIT))
      }
    }
    if result == bytes.count { return true }
    guard result < 0, result == -Int(EPIPE) || result == -Int(ECONNRESET) else {
      throw SandboxError("send a session", errno: result < 0 ? Int32(-result) : EIO)
    }
    return false
  }

  /// Takes down the kernel's number of the process, from somebody who knows.
  func note(number: Int32) { self.number.store(number, ordering: .relaxed) }

  /// CPU time since the last reply, or since the fork; nil while the number is unknown.
  func processorNanoseconds() -> UInt64? {
    let number = number.load(ordering: .relaxed)
    return number == 0 ? nil : clock.withLock { $0.used(process: number) }
  }

  /// The most memory that was resident since the last `forgetPeak`; nil while the number is unknown.
  func peakByteCount() -> UInt64? { ProcessMemory.peak(of: number.load(ordering: .relaxed)) }

  func forgetPeak() { ProcessMemory.forgetPeak(of: number.load(ordering: .relaxed)) }

  enum Reply {
    /// That session is over, and the process waits for another.
    case idle(userNanoseconds: UInt64, systemNanoseconds: UInt64)
    /// The program called fork: the process forks copies now.
    case template
    /// A copy says that it is there.
    case hello
    /// The launcher has forked the process; its number has been noted.
    case forked
    /// The launcher has waited for the process.
    case over(EndedMessage)
    /// Nobody can say any more: the launcher is gone, or, for a copy, the copy.
    case closed
    /// Nothing that a sandbox of ours says.
    case nonsense
  }

  /// Blocks until the process or the launcher says something, mostly that the session is over. nil:
  /// nothing is there, where `waits` is false. Who says it is the kernel's word.
  func receiveReply(to number: UInt64, waits: Bool) -> Reply? {
    let limit = 64
    return unsafe withUnsafeTemporaryAllocation(byteCount: limit, alignment: 8) { buffer in
      var sender: Int32 = 0
      let count = unsafe csb_receive_from(
        socket, buffer.baseAddress!, limit, &sender, waits ? 0 : Int32(MSG_DONTWAIT))
      if count == -Int(EAGAIN) { return nil }
      if count == 0 || count == -Int(ECONNRESET) { return .closed }
      guard count > 0 else { return .nonsense }
      return unsafe reply(Array(buffer[..<count]), from: sender, to: number)
    }
  }

  private func reply(_ bytes: [UInt8], from sender: Int32, to number: UInt64) -> Reply {
    var reader = ByteReader(bytes)
    do throws(WireError) {
      let header = try PacketHeader(from: &reader)
      guard header.bodyByteCount == 0 else { return .nonsense }
      switch header.kind {
      case .forked where sender == launcher && header.identifier == identifier:
        note(number: Int32(bitPattern: try reader.integer("process")))
        return .forked
      case .ended where sender == launcher && header.identifier == identifier:
        return .over(try EndedMessage(from: &reader))
      case .idle where header.identifier == number && sender != launcher:
        try reader.end()
        note(number: sender)
        let (user, system) = clock.withLock { $0.advance(process: sender) }
        return .idle(userNanoseconds: user, systemNanoseconds: system)
      case .template where header.identifier == number: return .template
      case .hello where self.number.load(ordering: .relaxed) == 0 && sender > 0:
        note(number: sender)
        return .hello
      default: return .nonsense
      }
    } catch { return .nonsense }
  }

  /// Asks a template for a copy of itself; `control` is the copy's end of its socket.
  func copy(_ process: SandboxProcess, _ control: Int32) throws(SandboxError) {
    var writer = ByteWriter()
    PacketHeader(kind: .copy, identifier: process.identifier).encode(into: &writer)
    guard try send(writer.bytes, [control, process.memory.file]) else {
      throw SandboxError("the template is gone")
    }
  }

  /// Whether the kernel's number is known: it was forked, and somebody has listened.
  var isKnown: Bool { number.load(ordering: .relaxed) != 0 }

  /// The kernel's number of a copy; nil while it has not said a word.
  var copyNumber: Int32? {
    let number = number.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}

/// CPU time of a process that goes on, from the kernel's clocks for other processes
/// (clock_getcpuclockid(3)): what a sandbox says of itself is not asked.
private struct ProcessClock {
  private var total: UInt64 = 0
  private var ticks: UInt64 = 0
  private var userTicks: UInt64 = 0

  /// What was used since the last call of `advance`.
  func used(process: Int32) -> UInt64 {
    let now = Self.read(process, 2)
    return now >= total ? now - total : 0
  }

  /// What was used since the last call. The sum is exact; the split follows the kernel's ticks.
  mutating func advance(process: Int32) -> (user: UInt64, system: UInt64) {
    let total = Self.read(process, 2)
    // The kernel splits by ticks of milliseconds: for less there is nothing to split.
    if total >= self.total, total - self.total < 1_000_000 {
      defer { self.total = total }
      return (total - self.total, 0)
    }
    let ticks = Self.read(process, 0)
    let userTicks = Self.read(process, 1)
    defer { (self.total, self.ticks, self.userTicks) = (total, ticks, userTicks) }
    let used = total >= self.total ? total - self.total : 0
    let all = ticks > self.ticks ? ticks - self.ticks : 0
    let user = userTicks > self.userTicks ? min(all, userTicks - self.userTicks) : 0
    guard all > 0 else { return (used, 0) }
    let share = UInt64(Double(used) * Double(user) / Double(all))
    return (min(share, used), used - min(share, used))
  }

  private static func read(_ process: Int32, _ kind: Int32) -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(~process << 3 | kind, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
