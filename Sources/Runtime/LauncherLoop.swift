// Unsafe: a local array is handed to socketpair, and a number to the shim, for the length of one call.
import CHeap
import CInflate
import CSandbox
import Glibc
import Wire

/// What `zvm-launcher` does: its control socket is descriptor 3, and an argument says that it is for one session.
/// (A closure in its `main.swift` would ask for the main actor, and bring that library along.)
package func launcherMain() -> Int32 { runLauncher(control: 3, isForOne: CommandLine.argc > 1) }

/// The launcher: one module, many sandboxes, one thread. It forks, and that is all: a sandbox is the
/// engine's child, which kills it and waits for it; what it is to do, and what became of it, engine and
/// sandbox say to each other.
///
/// It ends, and with it every sandbox, when the engine hangs up. `isForOne`: for one session only. Then it does
/// nothing for the next ones' sake, and the sandbox is itself the first process of its process namespace.
private func runLauncher(control: Int32, isForOne: Bool) -> Int32 {
  guard dup2(control, Lockdown.engineDescriptor) == Lockdown.engineDescriptor,
    // Descriptor 3 is the next sandbox's control socket, whatever it is now.
    dup2(0, Lockdown.controlDescriptor) == Lockdown.controlDescriptor
  else { return 1 }
  let engine = PacketSocket(descriptor: Lockdown.engineDescriptor, isLaunchers: true)
  do throws(RuntimeError) {
    var loop: LauncherLoop
    do throws(RuntimeError) {
      loop = try LauncherLoop(engine: engine, isForOne: isForOne)
    } catch {
      var writer = ByteWriter()
      writer.integer(UInt8(1))
      writer.integer(UInt32(0))
      writer.string(error.description)
      try engine.send(.ready, identifier: 0, body: writer.bytes)
      return 1
    }
    try loop.sayReady()
    loop.run()
  } catch {
    return 1
  }
}

/// What the engine asks for.
private enum Request {
  case fork(UInt64, ForkMessage, control: Int32, shared: Int32?)
  case shape(SessionMessage)

  init(_ packet: ReceivedPacket) throws(WireError) {
    var reader = ByteReader(packet.bytes)
    let header = try PacketHeader(from: &reader)
    switch header.kind {
    // The first descriptor of a packet lands in the lowest number that is free.
    case .fork
    where (1...2).contains(packet.descriptors.count)
      && packet.descriptors[0] == Lockdown.controlDescriptor:
      self = .fork(
        header.identifier, try ForkMessage(from: &reader), control: packet.descriptors[0],
        shared: packet.descriptors.count > 1 ? packet.descriptors[1] : nil)
    case .shape where packet.descriptors.isEmpty: self = .shape(try SessionMessage(from: &reader))
    default: throw reader.error("kind, or its descriptors")
    }
  }
}

/// Allocates what a request takes, so that this lies where the first sessions' memory does.
@inline(never) private func rehearseRequest() {
  var writer = ByteWriter()
  PacketHeader(kind: .fork, identifier: 1).encode(into: &writer)
  ForkMessage(mayFork: false, isAhead: false, isNear: false, isNoted: false, memory: 1).encode(
    into: &writer)
  let packet = ReceivedPacket(
    bytes: writer.bytes, descriptors: [Lockdown.controlDescriptor, Lockdown.engineDescriptor])
  _ = try? Request(packet)
}

private struct LauncherLoop {
  private let engine: PacketSocket
  private let isForOne: Bool
  private var memory: GuestMemory
  private let plainPowers: Powers
  private let templatePowers: Powers
  private let lockdown: Lockdown
  /// What of wall two this host allows, as a packet has it.
  private let protections: [UInt8]
  private let rehearsal: [UInt8]
  private let usual: [UInt8]
  /// The first process of the sandboxes' process namespace; 0 where there is none.
  private var initProcess: pid_t = 0
  private var isSifting: Bool

  init(engine: PacketSocket, isForOne: Bool) throws(RuntimeError) {
    self.engine = engine
    self.isForOne = isForOne
    isSifting = !isForOne
    let closed = csb_close_range(UInt32(engine.descriptor) + 1, .max)
    guard closed == 0 else { throw RuntimeError("close_range", errno: -closed) }
    let wiped = csb_wipe_heard()
    guard wiped == 0 else { throw RuntimeError("MADV_WIPEONFORK", errno: -wiped) }
    if let wrong = unsafe cinflate_protect() {
      throw RuntimeError(unsafe "ISA-L: \(String(cString: wrong))")
    }
    csb_find_given()
    if !isForOne { csb_keep_lookups() }
    csb_forget_restarts()
    csb_keep_processors()
    try Lockdown.lockLauncher()
    // Before there is a module: the engine may still be validating it.
    let isolation = Isolation()
    var statements = ByteWriter()
    statements.string(isolation.statements)
    protections = statements.bytes
    lockdown = Lockdown(hasProcessNamespace: isolation.hasProcessNamespace)
    guard let packet = try engine.receive(), (1...2).contains(packet.descriptors.count) else {
      throw RuntimeError("no module came")
    }
    let file = packet.descriptors[0]
    if packet.descriptors.count > 1 {
      let kept = csb_keep_note(packet.descriptors[1])
      guard kept == 0 else { throw RuntimeError("map the note of forks", errno: -kept) }
      close(packet.descriptors[1])
    }
    guard csb_is_sealed(file) == 1 else { throw RuntimeError("the module is not sealed") }
    let module: ModuleMessage
    do throws(WireError) {
      var reader = ByteReader(packet.bytes)
      guard try PacketHeader(from: &reader).kind == .module else { throw reader.error("kind") }
      module = try ModuleMessage(from: &reader)
    } catch { throw RuntimeError(error.description) }
    var pair: [Int32] = [-1, -1]
    let needsInit = isolation.hasProcessNamespace && !isForOne
    if needsInit {
      let made = unsafe socketpair(
        AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair)
      guard made == 0 else { throw RuntimeError("socketpair", errno: errno) }
      guard dup2(pair[1], Lockdown.controlDescriptor) == Lockdown.controlDescriptor else {
        throw RuntimeError("dup2", errno: errno)
      }
      close(pair[1])
    }
    // What a sandbox uses comes last, and together.
    cheap_drop()
    if isForOne { cheap_gather() }
    templatePowers = module.powers
    plainPowers = module.powers.subtracting(.fork)
    memory = try GuestMemory(module: module, file: file)
    close(file)
    let prepared = csb_prepare(serveTrap)
    guard prepared == 0 else { throw RuntimeError("fault handler", errno: -prepared) }
    csb_leave_given()
    rehearsal = commonSession(isUsual: false)
    usual = isForOne ? [] : commonSession(isUsual: true)
    if !isForOne { try warmUp(rehearsal, memory) }
    cheap_drop()
    // From here on the launcher itself can do no more than what serving takes.
    if let filter = module.filter { try Lockdown.load(filter: filter) }
    if needsInit { try forkInit() }
    // Who is first in a namespace sees no parent, dead or alive: where the engine ended before a sandbox could
    // ask to be killed then, nobody else would do it.
    if isolation.hasProcessNamespace && isForOne { csb_watch_forks() }
    csb_close(Lockdown.controlDescriptor)
  }

  /// Forks the first process of the sandboxes' process namespace. It does nothing but wait for the
  /// launcher's end, which closes the other end of the socket that it has as descriptor 3, and when it is
  /// gone the kernel kills all others. The engine looks after it.
  private mutating func forkInit() throws(RuntimeError) {
    let process = csb_fork()
    if process == 0 {
      do throws(RuntimeError) {
        try lockdown.lockSandbox(mayFork: false)
        _ = try PacketSocket(descriptor: Lockdown.controlDescriptor).receive()
      } catch {}
      csb_exit(0)
    }
    guard process > 0 else { throw RuntimeError("fork", errno: -process) }
    initProcess = process
  }

  /// Tells the engine that sandboxes can be forked, and what protects them.
  func sayReady() throws(RuntimeError) {
    var writer = ByteWriter()
    writer.integer(UInt8(0))
    writer.integer(UInt32(initProcess))
    try engine.send(.ready, identifier: 0, body: writer.bytes + protections)
  }

  /// Serves until the engine hangs up, then ends: to free memory first takes longer.
  mutating func run() -> Never {
    var status: Int32 = 0
    do throws(RuntimeError) { try serve() } catch { status = 1 }
    csb_end_watched()
    csb_exit(status)
  }

  private mutating func serve() throws(RuntimeError) {
    if !isForOne {
      // What `init` freed lies all over, and what it looked up is not what a session needs.
      cheap_gather()
      memory.gather()
      try rehearse(usual, memory)
      rehearseRequest()
      csb_forget_lookups()
      try rehearse(rehearsal, memory)
    }
    // Not fields: to change one the compiler takes references to all others, whose pages each fork then copies.
    var wait = Wait(pause: 8)
    // The processor on which it stays, while forks for one who waits follow each other; −1: none.
    var near: Int32 = -1
    var mapped: UInt64 = 0
    while let packet = try engine.receive() {
      let request: Request
      do throws(WireError) { request = try Request(packet) } catch {
        throw RuntimeError(error.description)
      }
      switch request {
      case .fork(let identifier, let message, let control, let shared):
        if let shared {
          let result = csb_map_next(shared)
          guard result == 0 else { throw RuntimeError("map shared memory", errno: -result) }
          csb_close(shared)
          mapped = message.memory
        }
        guard mapped == message.memory, mapped != 0 else {
          throw RuntimeError("a fork without its shared memory")
        }
        try fork(identifier, message, control, &near)
        if near >= 0, isForOne || !wait.look(at: engine) { unsafe csb_leave_near(&near) }
      case .shape(let session):
        unsafe csb_leave_near(&near)
        // Where this cannot be, the sandbox says so.
        try? memory.arm(heapByteCount: session.heapByteCount, channels: session.channels)
      }
    }
  }

  /// Forks a sandbox. Its shared memory and its control socket are in place before it exists.
  private mutating func fork(
    _ identifier: UInt64, _ message: ForkMessage, _ control: Int32, _ near: inout Int32
  ) throws(RuntimeError) {
    if isSifting {
      isSifting = csb_sift_lookups() != 0
      try rehearse(rehearsal, memory)
    }
    var header = ByteWriter()
    PacketHeader(kind: .forked, identifier: identifier).encode(into: &header)
    if !message.isNear { unsafe csb_leave_near(&near) }
    let process =
      unsafe message.isNear
      ? message.isNoted ? csb_fork_noted(&near, identifier) : csb_fork_near(&near) : csb_fork()
    if process == 0 {
      runSandboxProcess(
        lockdown, memory: memory, powers: message.mayFork ? templatePowers : plainPowers,
        message, rehearsal: rehearsal)
    }
    try tell(
      control, header.bytes,
      ForkedMessage(process: max(0, process), error: process > 0 ? 0 : -process))
    // Who is near has its turn now, since that is waited for.
    if message.isNear, !message.isNoted { csb_yield() }
    // Nothing of it stays here: its socket is closed when it is dead.
    csb_close(control)
  }

  /// Tells which process a sandbox is, over its own socket: to whoever waits for it. Where that is full
  /// of what the sandbox said, or nobody is there any more, over the launcher's.
  private func tell(_ control: Int32, _ header: [UInt8], _ message: ForkedMessage)
    throws(RuntimeError)
  {
    let socket = PacketSocket(descriptor: control, isLaunchers: true)
    if try !socket.tell(header, message, waits: false) {
      try engine.tell(header, message, waits: true)
    }
  }
}
