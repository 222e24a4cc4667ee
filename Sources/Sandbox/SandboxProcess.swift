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
  /// When it was asked for.
  let birth = monotonicNanoseconds()
  var socket: Int32 { control.engine }
  private let control: ControlSocket
  /// Where both ends of the socket go when the process has ended; nil: the sandbox's end is not kept, so
  /// that the other is hung up when the process ends.
  private let sockets: ControlSocketPool?
  let memory: SharedMemory
  /// The kernel's number of the template that forked it, or is to; 0: the launcher does.
  let template: Int32
  /// Whether somebody hears of its end, whatever it says.
  let isWatched = Atomic(false)
  private let isWoken = Atomic(false)
  /// Whether the launcher notes its number (`ForkNote`) and it starts on the launcher's processor.
  let isNoted = Atomic(false)
  private let lookCount = Atomic(0)
  /// One that is stopped reads nothing, and its session needs room.
  private static let mostLooks = 16
  /// Where its memory goes when it is gone; nil: nobody else gets that.
  private let pool: SharedMemoryPool?
  /// Of a template: its copies know each other's.
  let copiesMemory = SharedMemoryPool()
  /// The launcher's process number, by which its words are known.
  private let launcher: pid_t
  /// What the kernel knows it by. Its number is nobody else's until it was waited for, and that happens
  /// in here alone.
  private struct Life: Sendable {
    /// 0 while it is unknown.
    var number: Int32 = 0
    /// To be killed as soon as its number is known.
    var isDoomed = false
    var isOver = false
    /// It ended by itself, and its socket is as it was at the start.
    var isClean = false
    var isHungUp = false
    /// The launcher has said its word over this very socket, so it has no other for it.
    var isTold = false
  }
  private let life = Mutex(Life())
  private let clock = Mutex(ProcessClock())
  private let patience = Mutex(Patience())

  /// A process that is still to be forked. `sockets`: nobody needs to hear its socket hung up; otherwise
  /// its end is to be closed (`closeSandboxEnd`) once it is sent.
  init(
    identifier: UInt64, template: Int32, pool: SharedMemoryPool?, sockets: ControlSocketPool?,
    launcher: pid_t
  ) throws(SandboxError) {
    let control: ControlSocket
    if let sockets { control = try sockets.take() } else { control = try ControlSocket() }
    do throws(SandboxError) {
      memory = if let pool { try pool.take() } else { try SharedMemory() }
    } catch {
      control.close()
      throw error
    }
    self.control = control
    self.sockets = sockets
    self.launcher = launcher
    self.template = template
    self.identifier = identifier
    self.pool = pool
  }

  /// The sandbox's end of the socket; nobody's once it is closed.
  var sandboxEnd: Int32 { control.sandbox }

  /// Once it is sent, or when it was not: only the process has it then.
  func closeSandboxEnd() { if sockets == nil { close(control.sandbox) } }

  deinit {
    let life = self.life.withLock { $0 }
    if let sockets {
      // A word that is still to come says whom it means.
      if life.isClean, life.isTold || isNoted.load(ordering: .relaxed), !life.isDoomed,
        !life.isHungUp
      {
        sockets.put(control)
      } else {
        control.close()
      }
    } else {
      close(control.engine)
    }
    // A copy that nobody waited for may still have it.
    if !isCopy || life.isOver { pool?.put(memory) }
  }

  /// Lets an idle sandbox end. What it and the launcher said can still be read; `bothWays`: and nothing
  /// that they say from now on.
  func hangUp(bothWays: Bool = false) {
    life.withLock { $0.isHungUp = true }
    shutdown(socket, Int32(bothWays ? SHUT_RDWR : SHUT_WR))
  }

  /// Has whoever listens to it go on: what the launcher says of it has come in another way, and its socket is
  /// not hung up by its end.
  func stopListening() {
    guard sockets != nil else { return }
    life.withLock { $0.isHungUp = true }
    shutdown(socket, Int32(SHUT_RD))
  }

  /// Whether nobody has the sandbox's end any more.
  func hasHungUp() -> Bool {
    var file = pollfd(fd: socket, events: 0, revents: 0)
    return unsafe poll(&file, 1, 0) > 0
  }

  // MARK: Sessions

  /// Has a process that waits wake up: its session is sent next. Once: one that was given back may not have
  /// read it, and the session needs room.
  func wake() {
    if !isWoken.exchange(true, ordering: .relaxed) { csb_announce(socket) }
  }

  /// Has a process that waits look so many times for its session before it sleeps. False: it has been told so often
  /// that there may be no room for that.
  func look(times: UInt64) -> Bool {
    guard lookCount.add(1, ordering: .relaxed).newValue <= Self.mostLooks else { return false }
    csb_announce_soon(socket, UInt32(min(times, UInt64(CSB_MOST_LOOKS))))
    return true
  }

  /// Has it sleep again.
  func endLook() { csb_announce(socket) }

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

  // MARK: The process

  /// The kernel's number of the process; 0 while it is unknown.
  var number: Int32 { life.withLock { $0.number } }

  var isCopy: Bool { template != 0 }

  /// Whether the kernel's number is known: it was forked, and somebody has listened.
  var isKnown: Bool { number != 0 }

  /// Whether it is to be killed and nobody knows its number yet.
  var isSought: Bool { life.withLock { $0.isDoomed && $0.number == 0 } }

  /// Takes down the kernel's number of the process, from somebody who knows.
  func note(number: Int32) {
    life.withLock { life in
      guard life.number == 0 else { return }
      life.number = number
      if life.isDoomed { kill(life) }
    }
  }

  /// Whoever listens is told at once that nothing comes any more: the other end may be held open by what
  /// the process has forked, where it is a template that lies.
  private func kill(_ life: borrowing Life) {
    if !life.isOver { Glibc.kill(life.number, SIGKILL) }
    shutdown(socket, Int32(SHUT_RDWR))
  }

  /// Kills the process, at once or when its number is known; says whether it is.
  @discardableResult
  func kill() -> Bool {
    life.withLock { life in
      life.isDoomed = true
      if life.number > 0 { kill(life) }
      return life.number > 0
    }
  }

  /// From here on somebody else kills the process and waits for it; whoever listens to it need not.
  func disown() {
    life.withLock { $0.isOver = true }
    hangUp(bothWays: true)
  }

  enum Reaped {
    case running
    case ended(csb_end)
    /// Somebody else has taken its end.
    case gone
    /// How it ended nobody can say: who waited for it is no part of this library.
    case lost
    /// Which process it is, or was, the launcher has yet to say.
    case unknown
  }

  /// Waits for the process's end, or asks whether it has ended, and takes it. Exactly one gets `ended`.
  func reap(waits: Bool) -> Reaped {
    let number = number
    guard number > 0 else { return .unknown }
    // Not under the lock: it may be killed meanwhile.
    if waits { _ = csb_await_end(number, 1) }
    return life.withLock { life in
      guard !life.isOver else { return .gone }
      var end = csb_end()
      let taken = unsafe csb_reap(number, 0, &end)
      if taken == 0 { return .running }
      clock.withLock { $0.takeEarlier(from: &end) }
      life.isOver = true
      life.isClean = taken == number && end.status == 0
      return taken == number ? .ended(end) : .lost
    }
  }

  /// Whether it waits to be reaped, or is.
  var hasEnded: Bool { csb_await_end(number, 0) != 0 }

  /// From here on it works for a session: what it used to get ready does not count.
  /// How much that was; 0 while the number is unknown.
  @discardableResult
  func startClock() -> UInt64 {
    withNumber { number in clock.withLock { $0.start(process: number) } } ?? 0
  }

  /// All its CPU time, also before its session; 0 while the number is unknown.
  func wholeProcessorNanoseconds() -> UInt64 { withNumber(ProcessClock.whole) ?? 0 }

  /// CPU time since the last reply, since it was handed over, or since the fork; nil while the number is unknown.
  func processorNanoseconds() -> UInt64? {
    withNumber { number in clock.withLock { $0.used(process: number) } }
  }

  /// The most memory that was resident since the last `forgetPeak`; nil while the number is unknown.
  func peakByteCount() -> UInt64? { withNumber { ProcessMemory.peak(of: $0) } ?? nil }

  func forgetPeak() { withNumber { ProcessMemory.forgetPeak(of: $0) } }

  /// Asks something about the process while its number is known, and nobody else's.
  @discardableResult
  private func withNumber<Answer>(_ body: (Int32) -> Answer) -> Answer? {
    life.withLock { $0.number == 0 || $0.isOver ? nil : body($0.number) }
  }

  /// Whether it is to look for the session after the next one.
  func mayLook() -> Bool { patience.withLock { $0.mayLook() } }

  /// Of a session that is over: how long it took, and how much of that the process was running.
  func note(elapsed: UInt64, used: UInt64) {
    patience.withLock { $0.note(elapsed: elapsed, used: used) }
  }

  /// Lets it run there: wherever sandboxes may, after its first turn on the launcher's processor.
  func run(on processors: Processors) { withNumber { processors.allow($0) } }

  // MARK: What is said

  enum Reply {
    /// That session is over, and the process waits for another.
    case idle(userNanoseconds: UInt64, systemNanoseconds: UInt64)
    /// The program called fork: the process forks copies now.
    case template
    /// A copy says that it is there: its number, which has not been noted.
    case hello(Int32)
    /// The launcher has forked the process; its number has been noted.
    case forked
    /// The launcher could not: an errno.
    case notForked(Int32)
    /// Nobody can say any more: the process is gone, or never was.
    case closed
    /// Nothing that a sandbox of ours says.
    case nonsense
  }

  /// Blocks until the process or the launcher says something, or the process is gone. nil: nothing is
  /// there, where `waits` is false. Who says it is the kernel's word.
  func receiveReply(to number: UInt64, waits: Bool) -> Reply? {
    let limit = 64
    return unsafe withUnsafeTemporaryAllocation(byteCount: limit, alignment: 8) { buffer in
      var sender: Int32 = 0
      let count = unsafe csb_receive_from(
        socket, buffer.baseAddress!, limit, &sender, waits ? 0 : Int32(MSG_DONTWAIT))
      // A reset is what a process leaves that did not read all. It comes once, before what it said.
      if count == -Int(ECONNRESET) { return receiveReply(to: number, waits: waits) }
      if count == -Int(EAGAIN) { return nil }
      if count == 0 { return .closed }
      guard count > 0 else { return .nonsense }
      return unsafe reply(Array(buffer[..<count]), from: sender, to: number)
        ?? receiveReply(to: number, waits: waits)
    }
  }

  /// nil: what the launcher says of a process that had this socket before.
  private func reply(_ bytes: [UInt8], from sender: Int32, to number: UInt64) -> Reply? {
    var reader = ByteReader(bytes)
    do throws(WireError) {
      let header = try PacketHeader(from: &reader)
      guard header.bodyByteCount == 0 else { return .nonsense }
      switch header.kind {
      case .forked where sender == launcher && header.identifier == identifier:
        life.withLock { $0.isTold = true }
        return take(try ForkedMessage(from: &reader))
      case .forked where sender == launcher && header.identifier < identifier: return nil
      case .idle where header.identifier == number && isItself(sender):
        try reader.end()
        note(number: sender)
        let (user, system) = clock.withLock { $0.advance(process: sender) }
        return .idle(userNanoseconds: user, systemNanoseconds: system)
      case .template where header.identifier == number && isItself(sender):
        note(number: sender)
        return .template
      case .hello where isCopy && sender > 0 && sender != template && !isKnown:
        return .hello(sender)
      default: return .nonsense
      }
    } catch { return .nonsense }
  }

  /// Whether the process itself may be the sender. Of a copy that is known by its first word alone.
  private func isItself(_ sender: Int32) -> Bool {
    let known = self.number
    return known == 0 ? !isCopy && sender != launcher : sender == known
  }

  /// What the launcher says of its fork.
  func take(_ message: ForkedMessage) -> Reply {
    guard message.error == 0 else { return .notForked(message.error) }
    note(number: message.process)
    return .forked
  }

  /// Asks a template for a copy of itself.
  func copy(_ process: SandboxProcess) throws(SandboxError) {
    var writer = ByteWriter()
    PacketHeader(kind: .copy, identifier: process.identifier).encode(into: &writer)
    guard try send(writer.bytes, [process.sandboxEnd, process.memory.file]) else {
      throw SandboxError("the template is gone")
    }
  }
}
