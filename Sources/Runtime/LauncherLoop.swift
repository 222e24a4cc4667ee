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
  private var lockdown: Lockdown
  /// What of wall two this host allows.
  let protections: [String]
  /// Readable when a child has ended.
  private let childEvents: Int32
  private var buffer = PacketBuffer()
  /// Living sandboxes: the engine's number of each process, and the other way round. A process that
  /// was not waited for keeps its number, so a number in here is never somebody else's.
  private var identifiers: [pid_t: UInt64] = [:]
  private var processes: [UInt64: pid_t] = [:]
  private var initProcess: pid_t = 0

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
    let isolation = Isolation()
    protections = isolation.statements
    lockdown = Lockdown(
      filtered: module.filtered, hasProcessNamespace: isolation.hasProcessNamespace)
    childEvents = csb_child_events()
    guard childEvents >= 0 else { throw RuntimeError("signalfd", errno: -childEvents) }
    if isolation.hasProcessNamespace { try forkInit() }
  }

  /// Forks the first process of the sandboxes' process namespace. It does nothing but wait for the
  /// launcher's end, and when it is gone the kernel kills all others.
  private mutating func forkInit() throws(RuntimeError) {
    var pair: [Int32] = [-1, -1]
    let made = unsafe socketpair(
      AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair)
    guard made == 0 else { throw RuntimeError("socketpair", errno: errno) }
    let filter = try lockdown.filter(for: [])
    let process = csb_fork()
    if process == 0 {
      do throws(RuntimeError) {
        try lockdown.lockSandbox(control: pair[1], [], filter)
        _ = try PacketSocket(descriptor: Lockdown.controlDescriptor).receive(&buffer)
      } catch {}
      _exit(0)
    }
    close(pair[1])
    guard process > 0 else { throw RuntimeError("fork", errno: -process) }
    initProcess = process
  }

  /// Serves until the engine hangs up.
  mutating func run() throws(RuntimeError) {
    var events = [
      pollfd(fd: engine.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: childEvents, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      guard unsafe poll(&events, nfds_t(events.count), -1) >= 0 else {
        if errno == EINTR { continue }
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
    var reader = ByteReader(packet.bytes)
    let header: PacketHeader
    var message = ForkMessage(tellsProcess: false, powers: [])
    do throws(WireError) {
      header = try PacketHeader(from: &reader)
      if header.kind == .fork { message = try ForkMessage(from: &reader) }
      try reader.end()
    } catch { throw RuntimeError(error.description) }
    switch header.kind {
    case .fork:
      guard packet.descriptors.count == 2 else {
        throw RuntimeError("fork: descriptors are missing")
      }
      try fork(header.identifier, message, packet.descriptors[0], packet.descriptors[1])
    case .kill:
      if let process = processes[header.identifier] { kill(process, SIGKILL) }
    case .killProcess:
      let process = pid_t(truncatingIfNeeded: header.identifier)
      if process > 0, process != initProcess, csb_is_child(process) == 1 { kill(process, SIGKILL) }
    default: throw RuntimeError("unexpected packet")
    }
    return true
  }

  private mutating func fork(
    _ identifier: UInt64, _ message: ForkMessage, _ control: Int32, _ shared: Int32
  ) throws(RuntimeError) {
    let filter = try lockdown.filter(for: message.powers)
    let process = csb_fork()
    if process == 0 {
      runSandboxProcess(
        lockdown, filter, memory: memory, powers: message.powers, control: control, shared: shared,
        buffer: buffer)
    }
    guard process > 0 else {
      return try report(
        identifier,
        EndedMessage(
          process: 0, status: 0, userNanoseconds: 0, systemNanoseconds: 0, error: -process))
    }
    identifiers[process] = identifier
    processes[identifier] = process
    guard message.tellsProcess else { return }
    var writer = ByteWriter()
    writer.integer(UInt32(process))
    try engine.send(.forked, identifier: identifier, body: writer.bytes)
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
      // Without it nothing can be forked: the engine starts another launcher.
      guard process != initProcess else { throw RuntimeError("init of the sandboxes is gone") }
      // A template's copy has no number of the engine's.
      let identifier = identifiers.removeValue(forKey: process) ?? 0
      processes[identifier] = nil
      try report(
        identifier,
        EndedMessage(
          process: process, status: status, userNanoseconds: nanoseconds(usage.ru_utime),
          systemNanoseconds: nanoseconds(usage.ru_stime),
          peakByteCount: UInt64(max(usage.ru_maxrss, 0)) << 10))
    }
  }

  private func report(_ identifier: UInt64, _ message: EndedMessage) throws(RuntimeError) {
    var writer = ByteWriter()
    message.encode(into: &writer)
    try engine.send(.ended, identifier: identifier, body: writer.bytes)
  }

  private func killAll() {
    // With init go all others of its namespace; without it, those that the launcher knows.
    if initProcess > 0 { kill(initProcess, SIGKILL) }
    for process in identifiers.keys { kill(process, SIGKILL) }
    var status: Int32 = 0
    while unsafe waitpid(-1, &status, 0) > 0 || errno == EINTR {}
  }

  private func nanoseconds(_ time: timeval) -> UInt64 {
    UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_usec) * 1000
  }
}
