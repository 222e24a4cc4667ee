import Wire

/// Decodes a session of the common kind as every sandbox does. What is made on first use (types'
/// metadata, malloc's lists) is made in the launcher, once, instead of in each sandbox.
func warmUp() {
  let channel = ChannelMessage(
    alias: "/dev/stdin", access: 0, digest: false, gets: 1, getBytes: 1, puts: 0, putBytes: 0,
    backing: .stream(0))
  var bytes = channel
  bytes.backing = .bytes([1, 2, 3])
  let session = SessionMessage(
    isFollowed: false, heapByteCount: 0x10000, memoryDigest: false, trapLimit: 1,
    outputByteLimit: 1, channels: [channel, channel, channel, bytes])
  var writer = ByteWriter()
  PacketHeader(kind: .session, identifier: 1).encode(into: &writer)
  session.encode(into: &writer)
  var reader = ByteReader(writer.bytes)
  guard (try? PacketHeader(from: &reader)) != nil,
    let decoded = try? SessionMessage(from: &reader)
  else { return }
  let manifest = UserManifest(heapStart: 0, heapByteCount: 0, channels: decoded.channels)
  precondition(manifest.bytes(at: 0).count > 0)
  var channels: [ChannelState] = []
  for channel in decoded.channels {
    if let state = try? ChannelState(channel, descriptors: [0]) { channels.append(state) }
  }
  precondition(channels.count == decoded.channels.count)
}
