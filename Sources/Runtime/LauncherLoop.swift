// Unsafe: epoll and wait4 fill local variables that outlive the call.
import CSandbox
import Glibc
import Wire

/// The launcher: one module, many sandboxes, one thread.
///
/// It ends, and with it every sandbox, when the engine hangs up.
package func runLauncher(control: Int32) -> Int32 {
  let engine = PacketSocket(descriptor: control)
  do throws(RuntimeError) {
    var loop: LauncherLoop
    do throws(RuntimeError) {
      loop = try LauncherLoop(engine: engine)
    } catch {
      var writer = ByteWriter()
      writer.integer(UInt8(1))
      writer.string(error.description)
      try engine.send(.ready, identifier: 0, body: writer.bytes, wait: true)
      return 1
    }
    var writer = ByteWriter()
    writer.integer(UInt8(0))
    writer.string(loop.protections.joined(separator: "\n"))
    try engine.send(.ready, identifier: 0, body: writer.bytes, wait: true)
    try loop.run()
    return 0
  } catch {
    return 1
  }
}

/// One living sandbox.
private struct Sandbox {
  let process: pid_t
  let processDescriptor: Int32
  let slot: SharedSlots.Slot
  let session: UInt64
  let deadline: UInt64
  /// Why we killed it, if we did.
  var verdict: ReportMessage.Outcome?
}

private struct LauncherLoop {
  private let engine: PacketSocket
  private let memory: GuestMemory
  private let lockdown: Lockdown
  /// What of wall two this host allows.
  let protections: [String]
  private let events: Int32
  private var slots = SharedSlots()
  /// By key of the event queue; free keys hold nil.
  private var sandboxes: [Sandbox?] = []
  private var freeKeys: [Int] = []
  /// Descriptors that came ahead of their session.
  private var pending: [ReceivedPacket] = []

  init(engine: PacketSocket) throws(RuntimeError) {
    self.engine = engine
    let closed = csb_close_range(UInt32(engine.descriptor) + 1, .max)
    guard closed == 0 else { throw RuntimeError("close_range", errno: -closed) }
    try Lockdown.lockLauncher()
    guard let packet = try engine.receive(), packet.descriptors.count == 1 else {
      throw RuntimeError("no module came")
    }
    let file = packet.descriptors[0]
    guard csb_is_sealed(file) == 1 else { throw RuntimeError("the module is not sealed") }
    let module: ModuleMessage
    do throws(WireError) {
      var reader = ByteReader(packet.bytes)
      guard try PacketHeader(from: &reader).kind == .module else { throw reader.error("kind") }
      module = try ModuleMessage(from: &reader)
    } catch { throw RuntimeError(error.description) }
    memory = try GuestMemory(module: module, file: file)
    close(file)
    let prepared = csb_prepare(serveTrap)
    guard prepared == 0 else { throw RuntimeError("fault handler", errno: -prepared) }
    lockdown = try Lockdown(filtered: module.filtered)
    protections = Isolation.apply()
    events = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard events >= 0 else { throw RuntimeError("epoll_create1", errno: errno) }
    try watch(engine.descriptor, key: 0)
  }

  private func watch(_ descriptor: Int32, key: UInt64) throws(RuntimeError) {
    var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: key))
    guard unsafe epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      throw RuntimeError("epoll_ctl", errno: errno)
    }
  }

  /// Serves until the engine hangs up.
  mutating func run() throws(RuntimeError) {
    while true {
      // Sandboxes first: their slots are free for the requests that follow.
      var engineReady = false
      for key in try waitForEvents() {
        if key == 0 { engineReady = true } else { try reap(Int(key) - 1) }
      }
      killOverdue()
      if engineReady, try !serveEngine() {
        // Death of this process kills the sandboxes (PDEATHSIG); waiting for them makes it exact.
        killAll()
        return
      }
    }
  }

  /// Keys of what became readable, or none when a deadline came first.
  private func waitForEvents() throws(RuntimeError) -> [UInt64] {
    var ready = unsafe [epoll_event](repeating: epoll_event(), count: 64)
    let count = unsafe epoll_wait(events, &ready, Int32(ready.count), millisecondsToDeadline())
    guard count >= 0 || errno == EINTR else { throw RuntimeError("epoll_wait", errno: errno) }
    return unsafe ready.prefix(Int(max(0, count))).map { unsafe $0.data.u64 }
  }

  // MARK: Requests

  private mutating func serveEngine() throws(RuntimeError) -> Bool {
    guard let packet = try engine.receive() else { return false }
    var reader = ByteReader(packet.bytes)
    let header: PacketHeader
    do throws(WireError) { header = try PacketHeader(from: &reader) } catch {
      throw RuntimeError(error.description)
    }
    switch header.kind {
    case .descriptors: pending.append(packet)
    case .session: try start(packet, header)
    case .cancel:
      for key in sandboxes.indices where sandboxes[key]?.session == header.identifier {
        kill(key, because: .cancelled)
      }
    default: throw RuntimeError("unexpected packet")
    }
    return true
  }

  private mutating func start(_ packet: ReceivedPacket, _ header: PacketHeader)
    throws(RuntimeError)
  {
    let packets = pending + [packet]
    pending = []
    defer { for descriptor in packets.flatMap(\.descriptors) { close(descriptor) } }
    do throws(RuntimeError) {
      let bytes = try body(of: packet, header)
      let timeout: UInt64
      do throws(WireError) {
        var reader = ByteReader(bytes)
        timeout = try reader.integer("timeout")
      } catch { throw RuntimeError(error.description) }
      let (deadline, overflow) = now().addingReportingOverflow(timeout)
      try fork(packets, session: header.identifier, deadline: overflow ? .max : deadline)
    } catch {
      try report(
        header.identifier,
        ReportMessage(
          outcome: .refused(error.description), userNanoseconds: 0, systemNanoseconds: 0, traps: 0,
          channels: [], memoryDigest: []))
    }
  }

  private mutating func fork(_ packets: [ReceivedPacket], session: UInt64, deadline: UInt64)
    throws(RuntimeError)
  {
    var pair: [Int32] = [-1, -1]
    let made = unsafe socketpair(
      AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair)
    guard made == 0 else { throw RuntimeError("socketpair", errno: errno) }
    defer { for descriptor in pair { close(descriptor) } }
    let ours = PacketSocket(descriptor: pair[0])
    // Before the fork: a sandbox that cannot be told its session is not started.
    for packet in packets { try ours.send(packet.bytes, packet.descriptors, wait: false) }

    let slot = try slots.take()
    try SharedSlots.setInherited(slot, true)
    var processDescriptor: Int32 = -1
    let process = unsafe csb_fork(&processDescriptor)
    if process == 0 {
      SharedSlots.use(slot)
      runSandboxProcess(lockdown, memory: memory, control: pair[1])
    }
    try SharedSlots.setInherited(slot, false)
    guard process > 0 else {
      slots.put(slot)
      throw RuntimeError("fork", errno: -process)
    }
    let key = freeKeys.popLast() ?? sandboxes.count
    if key == sandboxes.count { sandboxes.append(nil) }
    sandboxes[key] = Sandbox(
      process: process, processDescriptor: processDescriptor, slot: slot, session: session,
      deadline: deadline, verdict: nil)
    try watch(processDescriptor, key: UInt64(key + 1))
  }

  // MARK: Ends

  private mutating func reap(_ key: Int) throws(RuntimeError) {
    guard let sandbox = sandboxes[key] else { return }
    var status: Int32 = 0
    var usage = rusage()
    // WNOHANG: an event must never make this loop wait, whoever it came from.
    let waited = unsafe wait4(sandbox.process, &status, WNOHANG, &usage)
    if waited == 0 { return }
    guard waited == sandbox.process else { throw RuntimeError("wait4", errno: errno) }
    // Explicitly: a sandbox forked meanwhile may still hold a copy of this descriptor, and its
    // events would then go on under a key that somebody else has by now.
    _ = epoll_ctl(events, EPOLL_CTL_DEL, sandbox.processDescriptor, nil)
    close(sandbox.processDescriptor)
    sandboxes[key] = nil
    freeKeys.append(key)
    let signal = status & 0x7f
    let silent: ReportMessage.Outcome =
      signal != 0
      ? .killed(signal: signal) : .refused("the sandbox ended without saying why")
    var message = SharedSlots.report(
      sandbox.slot, fallback: sandbox.verdict ?? silent, usage: usage)
    // A sandbox that the kernel ended did not get to the end it may have noted before.
    if signal != 0 { message.outcome = sandbox.verdict ?? silent }
    slots.put(sandbox.slot)
    try report(sandbox.session, message)
  }

  private func report(_ session: UInt64, _ message: ReportMessage) throws(RuntimeError) {
    var writer = ByteWriter()
    message.encode(into: &writer)
    try engine.send(.report, identifier: session, body: writer.bytes, wait: true)
  }

  private mutating func kill(_ key: Int, because verdict: ReportMessage.Outcome) {
    guard var sandbox = sandboxes[key], sandbox.verdict == nil else { return }
    sandbox.verdict = verdict
    sandboxes[key] = sandbox
    // Not reaped yet, so the number is still this sandbox's.
    _ = Glibc.kill(sandbox.process, SIGKILL)
  }

  private mutating func killOverdue() {
    let time = now()
    for key in sandboxes.indices {
      if let sandbox = sandboxes[key], sandbox.deadline <= time { kill(key, because: .timedOut) }
    }
  }

  private mutating func killAll() {
    for key in sandboxes.indices { kill(key, because: .cancelled) }
    for sandbox in sandboxes {
      guard let sandbox else { continue }
      var status: Int32 = 0
      unsafe waitpid(sandbox.process, &status, 0)
    }
  }

  private func millisecondsToDeadline() -> Int32 {
    var nearest = UInt64.max
    for case let sandbox? in sandboxes where sandbox.verdict == nil {
      nearest = min(nearest, sandbox.deadline)
    }
    if nearest == .max { return -1 }
    let time = now()
    guard nearest > time else { return 0 }
    return Int32(clamping: (nearest - time) / 1_000_000 + 1)
  }

  /// Nanoseconds of the monotonic clock.
  private func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
