// Unsafe: a local array is handed to socketpair, local variables to wait4, for the length of one call.
import CSandbox
import Glibc
import Wire

/// The launcher: one module, many sandboxes, one thread. It forks and it reaps; what a sandbox is to
/// do, and what became of it, engine and sandbox say to each other without it.
///
/// It ends, and with it every sandbox, when the engine hangs up.
package func runLauncher(control: Int32) -> Int32 {
  guard dup2(control, Lockdown.engineDescriptor) == Lockdown.engineDescriptor,
    // Descriptor 3 is the next sandbox's control socket, whatever it is now.
    dup2(0, Lockdown.controlDescriptor) == Lockdown.controlDescriptor
  else { return 1 }
  let engine = PacketSocket(descriptor: Lockdown.engineDescriptor, isLaunchers: true)
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

/// What the engine asks for.
private enum Request {
  case fork(UInt64, ForkMessage, control: Int32, shared: Int32)
  case shape(SessionMessage)
  case kill(UInt64)
  case killProcess(pid_t)

  init(_ packet: ReceivedPacket) throws(WireError) {
    var reader = ByteReader(packet.bytes)
    let header = try PacketHeader(from: &reader)
    switch header.kind {
    case .fork where packet.descriptors.count == 2:
      self = .fork(
        header.identifier, try ForkMessage(from: &reader), control: packet.descriptors[0],
        shared: packet.descriptors[1])
    case .shape where packet.descriptors.isEmpty: self = .shape(try SessionMessage(from: &reader))
    case .kill where packet.descriptors.isEmpty:
      try reader.end()
      self = .kill(header.identifier)
    case .killProcess where packet.descriptors.isEmpty:
      try reader.end()
      self = .killProcess(pid_t(truncatingIfNeeded: header.identifier))
    default: throw reader.error("kind, or its descriptors")
    }
  }
}

private struct LauncherLoop {
  private let engine: PacketSocket
  private var memory: GuestMemory
  private let plainPowers: Powers
  private let templatePowers: Powers
  private let lockdown: Lockdown
  /// What of wall two this host allows.
  let protections: [String]
  /// Readable when a child has ended.
  private let childEvents: Int32
  private var buffer = PacketBuffer()
  /// A living sandbox: the engine's number, and our copy of its end of the control socket, by which the
  /// engine learns how the process ended.
  private struct Child {
    let identifier: UInt64
    let socket: PacketSocket
  }
  /// Living sandboxes, and the process of each number. A process that was not waited for keeps its
  /// number, so a number in here is never somebody else's.
  private var children: [pid_t: Child] = [:]
  private var processes: [UInt64: pid_t] = [:]
  private var initProcess: pid_t = 0

  init(engine: PacketSocket) throws(RuntimeError) {
    self.engine = engine
    let closed = csb_close_range(UInt32(engine.descriptor) + 1, .max)
    guard closed == 0 else { throw RuntimeError("close_range", errno: -closed) }
    csb_keep_lookups()
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
    let filter = try module.filtered ? Lockdown.compileFilter(for: module.powers) : []
    let isolation = Isolation()
    protections = isolation.statements
    lockdown = Lockdown(hasProcessNamespace: isolation.hasProcessNamespace)
    childEvents = csb_child_events()
    guard childEvents >= 0 else { throw RuntimeError("signalfd", errno: -childEvents) }
    var pair: [Int32] = [-1, -1]
    if isolation.hasProcessNamespace {
      let made = unsafe socketpair(
        AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair)
      guard made == 0 else { throw RuntimeError("socketpair", errno: errno) }
    }
    // What a sandbox uses comes last, and together.
    csb_gather_malloc()
    csb_forget_lookups()
    templatePowers = module.powers
    plainPowers = module.powers.subtracting(.fork)
    memory = try GuestMemory(module: module, file: file)
    close(file)
    let prepared = csb_prepare(serveTrap)
    guard prepared == 0 else { throw RuntimeError("fault handler", errno: -prepared) }
    try warmUp(&buffer, memory)
    // From here on the launcher itself can do no more than what serving takes.
    if module.filtered { try Lockdown.load(filter: filter) }
    if isolation.hasProcessNamespace { try forkInit(pair[1]) }
  }

  /// Forks the first process of the sandboxes' process namespace. It does nothing but wait for the
  /// launcher's end, which closes `socket`'s other end, and when it is gone the kernel kills all others.
  private mutating func forkInit(_ socket: Int32) throws(RuntimeError) {
    let moved = csb_move(socket, Lockdown.controlDescriptor)
    guard moved >= 0 else { throw RuntimeError("dup2", errno: -moved) }
    csb_close(socket)
    let process = csb_fork()
    if process == 0 {
      do throws(RuntimeError) {
        try lockdown.lockSandbox(mayFork: false)
        _ = try PacketSocket(descriptor: Lockdown.controlDescriptor).receive(&buffer)
      } catch {}
      _exit(0)
    }
    guard process > 0 else { throw RuntimeError("fork", errno: -process) }
    initProcess = process
  }

  /// Serves until the engine hangs up.
  mutating func run() throws(RuntimeError) {
    while true {
      let ready = csb_poll(engine.descriptor, childEvents)
      guard ready >= 0 else {
        if ready == -EINTR { continue }
        throw RuntimeError("poll", errno: -ready)
      }
      if ready & 2 != 0 {
        // One signal may stand for many children.
        csb_clear_child_events(childEvents)
        while try reap(-1) {}
      }
      if ready & 1 != 0, try !serveEngine() {
        // Death of this process kills the sandboxes (PDEATHSIG); waiting for them makes it exact.
        killAll()
        return
      }
    }
  }

  // MARK: Requests

  private mutating func serveEngine() throws(RuntimeError) -> Bool {
    guard let packet = try engine.receive(&buffer) else { return false }
    let request: Request
    do throws(WireError) { request = try Request(packet) } catch {
      throw RuntimeError(error.description)
    }
    switch request {
    case .fork(let identifier, let message, let control, let shared):
      try fork(identifier, message, control, shared)
    case .shape(let session):
      // Where this cannot be, the sandbox says so.
      try? memory.arm(heapByteCount: session.heapByteCount, channels: session.channels)
    case .kill(let identifier):
      if let process = processes[identifier] { _ = csb_kill(process) }
    case .killProcess(let process):
      // It is killed only while it is a child that was not waited for.
      if process > 0, process != initProcess, try !reap(process) { _ = csb_kill(process) }
    }
    return true
  }

  /// Forks a sandbox. Its shared memory and its control socket are in place before it exists.
  private mutating func fork(
    _ identifier: UInt64, _ message: ForkMessage, _ control: Int32, _ shared: Int32
  ) throws(RuntimeError) {
    let mapped = csb_map_next(shared)
    guard mapped == 0 else { throw RuntimeError("map shared memory", errno: -mapped) }
    let moved = csb_move(control, Lockdown.controlDescriptor)
    guard moved >= 0 else { throw RuntimeError("dup2", errno: -moved) }
    csb_close(shared)
    let process = csb_fork()
    if process == 0 {
      runSandboxProcess(
        lockdown, memory: memory, powers: message.mayFork ? templatePowers : plainPowers,
        mayFork: message.mayFork, buffer: &buffer)
    }
    // Nothing of it stays here but the copy that says how it ended: a dead sandbox's socket is closed.
    _ = csb_move(0, Lockdown.controlDescriptor)
    let child = Child(
      identifier: identifier, socket: PacketSocket(descriptor: control, isLaunchers: true))
    guard process > 0 else {
      return try tell(
        child,
        EndedMessage(
          process: 0, status: 0, userNanoseconds: 0, systemNanoseconds: 0, error: -process))
    }
    children[process] = child
    processes[identifier] = process
    guard message.tellsProcess else { return }
    var writer = ByteWriter()
    writer.integer(UInt32(process))
    try child.socket.send(.forked, identifier: identifier, body: writer.bytes, waits: false)
  }

  // MARK: Ends

  /// Takes one child that has ended, this one or any; false when there is none. A process that is no
  /// child counts as taken.
  private mutating func reap(_ wanted: pid_t) throws(RuntimeError) -> Bool {
    var status: Int32 = 0
    var user: UInt64 = 0
    var system: UInt64 = 0
    var peak: UInt64 = 0
    let process = unsafe csb_wait(wanted, 0, &status, &user, &system, &peak)
    if process == 0 { return false }
    if process == -ECHILD { return wanted > 0 }
    guard process > 0 else { throw RuntimeError("wait4", errno: -process) }
    // Without it nothing can be forked: the engine starts another launcher.
    guard process != initProcess else { throw RuntimeError("init of the sandboxes is gone") }
    let message = EndedMessage(
      process: process, status: status, userNanoseconds: user, systemNanoseconds: system,
      peakByteCount: peak)
    guard let child = children.removeValue(forKey: process) else {
      // A template's copy has no number of the engine's.
      var writer = ByteWriter()
      message.encode(into: &writer)
      try engine.send(.copyEnded, identifier: 0, body: writer.bytes)
      return true
    }
    processes[child.identifier] = nil
    try tell(child, message)
    return true
  }

  /// Tells how a sandbox ended, over its own socket: to whoever waits for it. Where that is full of what
  /// the sandbox said, or nobody is there any more, over the launcher's.
  private func tell(_ child: Child, _ message: EndedMessage) throws(RuntimeError) {
    var writer = ByteWriter()
    message.encode(into: &writer)
    let identifier = child.identifier
    if try !child.socket.send(.ended, identifier: identifier, body: writer.bytes, waits: false) {
      try engine.send(.ended, identifier: identifier, body: writer.bytes)
    }
    csb_close(child.socket.descriptor)
  }

  private func killAll() {
    // With init go all others of its namespace; without it, those that the launcher knows.
    if initProcess > 0 { _ = csb_kill(initProcess) }
    for process in children.keys { _ = csb_kill(process) }
    var status: Int32 = 0
    var sums: (UInt64, UInt64, UInt64) = (0, 0, 0)
    while unsafe csb_wait(-1, 1, &status, &sums.0, &sums.1, &sums.2) >= 0 {}
  }
}
