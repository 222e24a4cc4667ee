// Unsafe: buffers are handed to the C shim for the length of one call.
import CSandbox
import Glibc
import Wire

/// A packet as it came, with the descriptors that came along.
struct ReceivedPacket {
  var bytes: [UInt8]
  var descriptors: [Int32]
}

/// Room for one packet, used again and again: receiving allocates what came and no more.
struct PacketBuffer {
  fileprivate var bytes = [UInt8](repeating: 0, count: PacketHeader.maximumPacketByteCount)
  fileprivate var descriptors = [Int32](repeating: -1, count: PacketHeader.maximumDescriptorCount)
}

/// One end of a SOCK_SEQPACKET pair. Descriptors are owned by whoever receives them.
struct PacketSocket {
  let descriptor: Int32

  /// Blocks for the next packet; nil at the end.
  func receive(_ buffer: inout PacketBuffer) throws(RuntimeError) -> ReceivedPacket? {
    var descriptorCount = 0
    let count = unsafe buffer.bytes.withUnsafeMutableBytes { bytes in
      unsafe buffer.descriptors.withUnsafeMutableBufferPointer { target in
        unsafe csb_receive(
          descriptor, bytes.baseAddress!, bytes.count, target.baseAddress!, target.count,
          &descriptorCount, 0)
      }
    }
    guard count >= 0 else { throw RuntimeError("receive a packet", errno: Int32(-count)) }
    if count == 0 { return nil }
    return ReceivedPacket(
      bytes: Array(buffer.bytes[..<count]),
      descriptors: Array(buffer.descriptors[..<descriptorCount]))
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

  /// Sends one packet, waiting for room.
  private func send(_ bytes: [UInt8]) throws(RuntimeError) {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe csb_send(descriptor, buffer.baseAddress!, buffer.count, nil, 0, 0)
    }
    guard result == bytes.count else {
      throw RuntimeError("send a packet", errno: result < 0 ? Int32(-result) : EIO)
    }
  }

  /// Sends a packet with a small body, waiting for room.
  func send(_ kind: PacketKind, identifier: UInt64, body: [UInt8]) throws(RuntimeError) {
    var writer = ByteWriter()
    PacketHeader(kind: kind, identifier: identifier).encode(into: &writer)
    try send(writer.bytes + body)
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
