// Unsafe: a local array and a packet are handed to the system for the length of one call; `csb_session()`
// is this process's own shared memory.
import CSandbox
import Glibc
import Wire

/// Receives a session of the common kind as every sandbox does. What is made on first use (types'
/// metadata, malloc's lists) is made in the launcher, once, instead of in each sandbox; and what a
/// sandbox allocates lies together, so that it has few pages to copy.
func warmUp(_ bytes: [UInt8], _ memory: GuestMemory)
  throws(RuntimeError)
{
  var pair: [Int32] = [-1, -1]
  let made = unsafe socketpair(
    AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair)
  guard made == 0 else { throw RuntimeError("socketpair", errno: errno) }
  defer { for descriptor in pair { close(descriptor) } }
  guard unsafe write(pair[0], bytes, bytes.count) == bytes.count,
    let received = try receiveSession(from: PacketSocket(descriptor: pair[1]))
  else { throw RuntimeError("rehearse a session", errno: errno) }
  try rehearse(received.message, memory)
}

/// What a session writes to first: a process that was forked ahead of need has copied those pages before
/// its session comes.
func ownPages(_ rehearsal: [UInt8], _ memory: GuestMemory) throws(RuntimeError) {
  try rehearse(rehearsal, memory)
  memory.touch()
  csb_touch_heard()
  let shared = unsafe csb_session()
  unsafe shared.pointee.state = UInt32(CSB_EMPTY)
  // The memory was another session's: what that one left must not be counted with.
  unsafe csb_channel_at(shared, 0).pointee = csb_channel()
  // 1 is /dev/null.
  let file = ChannelMessage(
    alias: "", access: 0, digest: false, gets: 0, getBytes: 0, puts: 1, putBytes: 1,
    backing: .file(0, offset: 0, size: 1))
  rehearseTrap(
    SessionState(
      identifier: 0, memory: memory, channels: [try ChannelState(file, descriptors: [1])],
      memoryDigest: false, powers: Powers(rawValue: 0), trapLimit: 0, outputLeft: 1, fanOut: nil,
      trace: -1))
  unsafe csb_channel_at(shared, 0).pointee = csb_channel()
}

/// As `warmUp`, without system calls.
func rehearse(_ bytes: [UInt8], _ memory: GuestMemory) throws(RuntimeError) {
  do throws(WireError) {
    var reader = ByteReader(bytes)
    _ = try PacketHeader(from: &reader)
    try? rehearse(try SessionMessage(from: &reader), memory)
  } catch { throw RuntimeError(error.description) }
}

/// A session with channels of the common kinds, as a packet. A kind that is missing here costs each sandbox
/// that has it the making of types.
/// `isUsual`: with as many channels as most sessions have.
func commonSession(isUsual: Bool) -> [UInt8] {
  let channel = ChannelMessage(
    alias: "/dev/stdin", access: 0, digest: false, gets: 1, getBytes: 1, puts: 0, putBytes: 0,
    backing: .stream(0))
  var constant = channel
  constant.backing = .bytes([1, 2, 3])
  var file = channel
  file.backing = .file(0, offset: 0, size: 1)
  var extents = channel
  extents.backing = .extents([ChannelMessage.Extent(descriptor: 0, offset: 0, length: 1)])
  let session = SessionMessage(
    isFollowed: false, heapByteCount: 0x10000, memoryDigest: false, trapLimit: 1,
    outputByteLimit: 1,
    channels: isUsual ? [file, channel, channel] : [channel, file, extents, constant])
  var writer = ByteWriter()
  PacketHeader(kind: .session, identifier: 1).encode(into: &writer)
  session.encode(into: &writer)
  return writer.bytes
}

private func rehearse(_ session: SessionMessage, _ memory: GuestMemory) throws(RuntimeError) {
  let manifest = UserManifest(heapStart: 0, heapByteCount: 0, channels: session.channels)
  guard manifest.bytes(at: 0).count > 0 else { return }
  var channels: [ChannelState] = []
  channels.reserveCapacity(session.channels.count)
  for channel in session.channels {
    channels.append(try ChannelState(channel, descriptors: [0]))
  }
  rehearse(
    SessionState(
      identifier: 0, memory: memory, channels: channels, memoryDigest: false,
      powers: Powers(rawValue: 0), trapLimit: 1, outputLeft: 1, fanOut: nil, trace: -1))
}
