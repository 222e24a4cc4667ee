// Unsafe: `csb_session()` is this process's own shared memory, mapped before the filter is loaded; a local variable is
// handed to the shim for the length of one call.
import CSandbox
import Glibc
import Wire

/// What a freshly forked process does: lock itself in, then run sessions, one after the other, for as
/// long as they end well and the engine has more.
func runSandboxProcess(
  _ lockdown: Lockdown, memory: GuestMemory, powers: Powers, _ message: ForkMessage,
  rehearsal: [UInt8]
) -> Never {
  csb_own_session()
  do throws(RuntimeError) {
    try lockdown.lockSandbox(mayFork: message.mayFork)
    let socket = PacketSocket(descriptor: Lockdown.controlDescriptor)
    if message.isAhead { try awaitFirst(on: socket, rehearsal, memory) }
    var memory = memory
    var wait = Wait(pause: 50)
    while let session = try receiveSession(from: socket) {
      let again = session.message.isFollowed
      if again { memory.keepFirstPages() }
      let isClean = runGuest(try arm(session, powers, &memory))
      // Whoever asked may be waiting for this processor: to take a process down takes longer than a session.
      if !again, session.message.looks { csb_yield() }
      // Only who ended by itself gets another session; all others end here.
      guard again, isClean, unsafe csb_session().pointee.state == UInt32(CSB_EXITED) else { break }
      try Lockdown.closeChannels()
      if session.message.resetsFirst { try memory.reset() }
      try socket.say(.idle, session.identifier)
      // After the answer, before anything of the next session is read.
      if !session.message.resetsFirst { try memory.reset() }
      if session.message.looks { wait.look(at: socket) }
    }
  } catch {
    tell(error.description)
    unsafe csb_session().pointee.state = UInt32(CSB_REFUSED)
  }
  csb_exit(0)
}

/// A process that was forked ahead of need. (Not in its caller's frame: with that, a sandbox needs one page of stack.)
@inline(never) private func awaitFirst(
  on socket: PacketSocket, _ rehearsal: [UInt8], _ memory: GuestMemory
) throws(RuntimeError) {
  var looks: UInt32 = 0
  // Where it looks for its session, this processor's caches keep what that needs.
  repeat {
    try ownPages(rehearsal, memory)
  } while unsafe csb_await_first(socket.descriptor, &looks) == 0
}

struct ReceivedSession {
  let identifier: UInt64
  let message: SessionMessage
  let descriptors: [Int32]
}

/// How a process waits for its next session, or a launcher for the next request: it looks for one for a while
/// before it sleeps. To be woken on another processor takes longer than all that a short session does. Between two
/// looks it lets others run.
struct Wait {
  /// Some 70 microseconds: what an engine needs that calls back, and is asked for the next session then.
  private static let looks: Int32 = 120
  /// Sessions for which it is not tried again after it was in vain.
  private let longest: Int
  private var pause = 0

  init(pause: Int) { longest = pause }

  /// Whether something is there.
  @discardableResult
  mutating func look(at socket: PacketSocket) -> Bool {
    if pause > 0 {
      pause -= 1
      return false
    }
    if socket.isReady(looks: Self.looks) { return true }
    pause = longest
    return false
  }
}

/// Collects descriptors until the session itself comes; nil when the engine hung up.
func receiveSession(from socket: PacketSocket)
  throws(RuntimeError) -> ReceivedSession?
{
  var descriptors: [Int32] = []
  while let packet = try socket.receive() {
    descriptors += packet.descriptors
    do throws(WireError) {
      var reader = ByteReader(packet.bytes)
      let header = try PacketHeader(from: &reader)
      switch header.kind {
      case .descriptors: continue
      case .session: break
      default: throw reader.error("kind")
      }
      if header.bodyByteCount > 0 { reader = ByteReader(try body(of: packet, header)) }
      return ReceivedSession(
        identifier: header.identifier, message: try SessionMessage(from: &reader),
        descriptors: descriptors)
    } catch { throw RuntimeError(error.description) }
  }
  return nil
}

/// Sets up guest memory and channels.
func arm(
  _ session: ReceivedSession, _ powers: Powers, _ memory: inout GuestMemory
) throws(RuntimeError) -> SessionState {
  let message = session.message
  try memory.arm(heapByteCount: message.heapByteCount, channels: message.channels)
  var state = SessionState(
    identifier: session.identifier, memory: memory, channels: [],
    memoryDigest: message.memoryDigest,
    powers: powers, trapLimit: message.trapLimit, outputLeft: message.outputByteLimit,
    fanOut: message.fanOut, trace: -1)
  try state.openChannels(of: session)
  return state
}

extension SessionState {
  /// Makes the session's channels and its trace, and clears what shared memory says of them.
  mutating func openChannels(of session: ReceivedSession) throws(RuntimeError) {
    let wanted = session.message.trace
    guard wanted <= UInt32(session.descriptors.count) else {
      throw RuntimeError("the trace's descriptor was not sent")
    }
    trace = wanted == 0 ? -1 : session.descriptors[Int(wanted) - 1]
    channels = []
    channels.reserveCapacity(session.message.channels.count)
    for channel in session.message.channels {
      channels.append(try ChannelState(channel, descriptors: session.descriptors))
    }
    // The memory was another session's: what that one wrote past its own channels must not count.
    for index in channels.indices {
      unsafe csb_channel_at(csb_session(), UInt32(index)).pointee = csb_channel()
    }
    let shared = unsafe csb_session()
    unsafe shared.pointee.channel_count = UInt32(channels.count)
    unsafe shared.pointee.traps = 0
    unsafe shared.pointee.message_length = 0
    unsafe shared.pointee.memory_digest_valid = 0
    unsafe shared.pointee.state = UInt32(CSB_RUNNING)
  }
}
