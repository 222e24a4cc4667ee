// Unsafe: buffers are handed to the C shim for the length of one call.
import CSandbox
import Glibc
import Wire

/// A packet as it came, with the descriptors that came along.
struct ReceivedPacket {
  var bytes: [UInt8]
  var descriptors: [Int32]
}

/// One end of a SOCK_SEQPACKET pair. Descriptors are owned by whoever receives them.
struct PacketSocket {
  let descriptor: Int32
  /// Whether this is the launcher's, which vouches for its calls.
  var isLaunchers = false

  /// Whether something can be received, or the other end is closed, or soon is: looks so many times,
  /// and lets others run in between.
  func isReady(looks: Int32) -> Bool { csb_look(descriptor, looks, 1, isLaunchers ? 1 : 0) == 1 }

  /// Blocks for the next packet; nil at the end.
  func receive() throws(RuntimeError) -> ReceivedPacket? {
    let count = csb_hear(descriptor, isLaunchers ? 1 : 0)
    guard count >= 0 else { throw RuntimeError("receive a packet", errno: Int32(-count)) }
    if count == 0 { return nil }
    var descriptorCount = 0
    let descriptors = unsafe csb_heard_fds(&descriptorCount)
    return unsafe ReceivedPacket(
      bytes: Array(UnsafeRawBufferPointer(start: csb_heard(), count: count)),
      descriptors: Array(UnsafeBufferPointer(start: descriptors, count: descriptorCount)))
  }

  /// What a sandbox says to the engine, with `write`, all that it may do to its socket: no descriptor
  /// can go along.
  func say(_ kind: PacketKind, _ identifier: UInt64) throws(RuntimeError) {
    var writer = ByteWriter()
    PacketHeader(kind: kind, identifier: identifier).encode(into: &writer)
    let bytes = writer.bytes
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else {
      throw RuntimeError("answer the engine", errno: errno)
    }
  }

  /// Sends a packet of the launcher's with a small body.
  func send(_ kind: PacketKind, identifier: UInt64, body: [UInt8]) throws(RuntimeError) {
    var writer = ByteWriter()
    PacketHeader(kind: kind, identifier: identifier).encode(into: &writer)
    let bytes = writer.bytes + body
    let result = unsafe bytes.withUnsafeBytes {
      unsafe csb_tell(descriptor, $0.baseAddress!, $0.count, nil, 0)
    }
    guard result == bytes.count else {
      throw RuntimeError("send a packet", errno: result < 0 ? Int32(-result) : EIO)
    }
  }

  /// Sends the launcher's word after the packet's header, and copies no page for that: it is two numbers. It waits for
  /// room, or, where `waits` is false, does without: then it answers whether the packet is on its way.
  @discardableResult
  func tell(_ header: [UInt8], _ word: ForkedMessage, waits: Bool) throws(RuntimeError) -> Bool {
    var pair = csb_pair(first: word.process, second: word.error)
    let result = unsafe header.withUnsafeBytes {
      unsafe csb_tell(
        descriptor, $0.baseAddress!, $0.count, &pair, waits ? 0 : Int32(MSG_DONTWAIT))
    }
    if result > 0 { return true }
    guard !waits else { throw RuntimeError("send a packet", errno: Int32(-result)) }
    return false
  }
}

/// Reads a body that did not fit into its packet from the memory file that came with it.
func body(of packet: ReceivedPacket, _ header: PacketHeader) throws(WireError) -> [UInt8] {
  func missing() -> WireError { WireError(field: "body", offset: PacketHeader.byteCount) }
  guard let file = packet.descriptors.last else { throw missing() }
  var bytes = [UInt8](repeating: 0, count: Int(header.bodyByteCount))
  var done = 0
  while done < bytes.count {
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(file, $0.baseAddress! + done, $0.count - done, done)
    }
    guard count > 0 else { throw missing() }
    done += count
  }
  return bytes
}
