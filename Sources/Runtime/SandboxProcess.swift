// Unsafe: `csb_session()` is this process's own shared memory, set before the fork.
import CSandbox
import Glibc
import Wire

/// What a freshly forked process does: lock itself in, take one session, run it, end.
func runSandboxProcess(_ lockdown: Lockdown, memory: GuestMemory, control: Int32) -> Never {
  do throws(RuntimeError) {
    try lockdown.lockSandbox(control: control)
    let socket = PacketSocket(descriptor: Lockdown.controlDescriptor)
    if let session = try receiveSession(from: socket, memory: memory) { runGuest(session) }
  } catch {
    tell(error.description)
    unsafe csb_session().pointee.state = UInt32(CSB_REFUSED)
  }
  _exit(0)
}

/// Collects descriptors until the session itself comes; nil when the launcher hung up.
private func receiveSession(from socket: PacketSocket, memory: GuestMemory) throws(RuntimeError)
  -> SessionState?
{
  var descriptors: [Int32] = []
  while let packet = try socket.receive() {
    descriptors += packet.descriptors
    let header: PacketHeader
    do throws(WireError) {
      var reader = ByteReader(packet.bytes)
      header = try PacketHeader(from: &reader)
    } catch { throw RuntimeError(error.description) }
    if header.kind == .descriptors { continue }
    guard header.kind == .session else { throw RuntimeError("unexpected packet") }
    let bytes = try body(of: packet, header)
    let session: SessionMessage
    do throws(WireError) {
      var reader = ByteReader(bytes)
      session = try SessionMessage(from: &reader)
    } catch { throw RuntimeError(error.description) }
    return try arm(session, descriptors, memory)
  }
  return nil
}

/// Sets up guest memory and channels.
private func arm(_ message: SessionMessage, _ descriptors: [Int32], _ memory: GuestMemory)
  throws(RuntimeError) -> SessionState
{
  var memory = memory
  try memory.arm(heapByteCount: message.heapByteCount, channels: message.channels)
  var channels: [ChannelState] = []
  channels.reserveCapacity(message.channels.count)
  for channel in message.channels {
    channels.append(try ChannelState(channel, descriptors: descriptors))
  }
  // The memory was another sandbox's: what that one wrote past its own channels must not count here.
  for index in channels.indices {
    unsafe csb_channel_at(csb_session(), UInt32(index)).pointee = csb_channel()
  }
  unsafe csb_session().pointee.channel_count = UInt32(channels.count)
  return SessionState(
    memory: memory, channels: channels, memoryDigest: message.memoryDigest,
    fanOut: message.fanOut)
}
