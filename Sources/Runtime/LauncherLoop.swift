// Unsafe: poll, read and wait4 fill local variables that outlive the call.
import CSandbox
import Glibc
import Wire

/// The launcher: one module, many sandboxes, one thread. It forks and it reaps; what a sandbox is to
/// do, and what became of it, engine and sandbox say to each other without it.
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
      try engine.send(.ready, identifier: 0, body: writer.bytes)
      return 1
    }
    var writer = ByteWriter()
    writer.integer(UInt8(0))
    writer.string(loop.protections.joined(separator: "\n"))
    try engine.send(.ready, identifier: 0, body: writer.bytes)
    try loop.run()
    return 0
  } catch {
    return 1
  }
}

private struct LauncherLoop {
  private let engine: PacketSocket
  private let memory: GuestMemory
  private let lockdown: Lockdown
  /// What of wall two this host allows.
  let protections: [String]
  /// Readable when a child has ended.
  private let childEvents: Int32
  private var buffer = PacketBuffer()
  /// Living sandboxes: the engine's number of each process, and the other way round. A process that
  /// was not waited for keeps its number, so a number in here is never somebody else's.
  private var identifiers: [pid_t: UInt64] = [:]
  private var processes: [UInt64: pid_t] = [:]

  init(engine: PacketSocket) throws(RuntimeError) {
    self.engine = engine
    let closed = csb_close_range(UInt32(engine.descriptor) + 1, .max)
    guard closed == 0 else { throw RuntimeError("close_range", errno: -closed) }
    try Lockdown.lockLauncher()
    guard let packet = try engine.receive(&buffer), packet.descriptors.count == 1 else {
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
    childEvents = csb_child_events()
    guard childEvents >= 0 else { throw RuntimeError("signalfd", errno: -childEvents) }
  }

  /// Serves until the engine hangs up.
  mutating func run() throws(RuntimeError) {
    var events = [
      pollfd(fd: engine.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: childEvents, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      guard unsafe poll(&events, nfds_t(events.count), -1) >= 0 || errno == EINTR else {
        throw RuntimeError("poll", errno: errno)
      }
      if events[1].revents != 0 { try reap() }
      if events[0].revents != 0, try !serveEngine() {
        // Death of this process kills the sandboxes (PDEATHSIG); waiting for them makes it exact.
        killAll()
        return
      }
    }
  }

  // MARK: Requests

  private mutating func serveEngine() throws(RuntimeError) -> Bool {
    guard let packet = try engine.receive(&buffer) else { return false }
    defer { for descriptor in packet.descriptors { close(descriptor) } }
    let header: PacketHeader
    do throws(WireError) {
      var reader = ByteReader(packet.bytes)
      header = try PacketHeader(from: &reader)
      try reader.end()
    } catch { throw RuntimeError(error.description) }
    switch header.kind {
    case .fork:
      guard packet.descriptors.count == 2 else {
        throw RuntimeError("fork: descriptors are missing")
      }
      try fork(header.identifier, control: packet.descriptors[0], shared: packet.descriptors[1])
    case .kill:
      if let process = processes[header.identifier] { kill(process, SIGKILL) }
    default: throw RuntimeError("unexpected packet")
    }
    return true
  }

  private mutating func fork(_ identifier: UInt64, control: Int32, shared: Int32)
    throws(RuntimeError)
  {
    let process = csb_fork()
    if process == 0 {
      runSandboxProcess(
        lockdown, memory: memory, control: control, shared: shared, buffer: buffer)
    }
    guard process > 0 else {
      return try report(
        identifier,
        EndedMessage(status: 0, userNanoseconds: 0, systemNanoseconds: 0, error: -process))
    }
    identifiers[process] = identifier
    processes[identifier] = process
  }

  // MARK: Ends

  private mutating func reap() throws(RuntimeError) {
    // One signal may stand for many children.
    csb_clear_child_events(childEvents)
    while true {
      var status: Int32 = 0
      var usage = rusage()
      let process = unsafe wait4(-1, &status, WNOHANG, &usage)
      if process == 0 || process < 0 && errno == ECHILD { return }
      guard process > 0 else { throw RuntimeError("wait4", errno: errno) }
      guard let identifier = identifiers.removeValue(forKey: process) else { continue }
      processes[identifier] = nil
      try report(
        identifier,
        EndedMessage(
          status: status, userNanoseconds: nanoseconds(usage.ru_utime),
          systemNanoseconds: nanoseconds(usage.ru_stime)))
    }
  }

  private func report(_ identifier: UInt64, _ message: EndedMessage) throws(RuntimeError) {
    var writer = ByteWriter()
    message.encode(into: &writer)
    try engine.send(.ended, identifier: identifier, body: writer.bytes)
  }

  private func killAll() {
    for process in identifiers.keys { kill(process, SIGKILL) }
    for process in identifiers.keys {
      var status: Int32 = 0
      unsafe waitpid(process, &status, 0)
    }
  }

  private func nanoseconds(_ time: timeval) -> UInt64 {
    UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_usec) * 1000
  }
}
