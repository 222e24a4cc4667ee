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

  /// Blocks for the next packet; nil at the end.
  func receive() throws(RuntimeError) -> ReceivedPacket? {
    var bytes = [UInt8](repeating: 0, count: PacketHeader.maximumPacketByteCount)
    var descriptors = [Int32](repeating: -1, count: PacketHeader.maximumDescriptorCount)
    var descriptorCount = 0
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe descriptors.withUnsafeMutableBufferPointer { target in
        unsafe csb_receive(
          descriptor, buffer.baseAddress!, buffer.count, target.baseAddress!, target.count,
          &descriptorCount, 0)
      }
    }
    guard count >= 0 else { throw RuntimeError("receive a packet", errno: Int32(-count)) }
    if count == 0 { return nil }
    return ReceivedPacket(
      bytes: Array(bytes[..<count]), descriptors: Array(descriptors[..<descriptorCount]))
  }

  /// Sends one packet; −EAGAIN when `wait` is false and the peer does not read.
  func send(_ bytes: [UInt8], _ descriptors: [Int32] = [], wait: Bool) throws(RuntimeError) {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe descriptors.withUnsafeBufferPointer { source in
        unsafe csb_send(
          descriptor, buffer.baseAddress!, buffer.count, source.baseAddress, source.count,
          wait ? 0 : Int32(MSG_DONTWAIT))
      }
    }
    guard result == bytes.count else {
      throw RuntimeError("send a packet", errno: result < 0 ? Int32(-result) : EIO)
    }
  }

  /// Sends a packet whose body may be large: then it travels in a sealed memory file.
  func send(
    _ kind: PacketKind, identifier: UInt64, body: [UInt8], wait: Bool
  ) throws(RuntimeError) {
    var writer = ByteWriter()
    if body.count <= PacketHeader.maximumInlineByteCount {
      PacketHeader(kind: kind, identifier: identifier).encode(into: &writer)
      try send(writer.bytes + body, wait: wait)
      return
    }
    let file = unsafe csb_memory_file("body")
    guard file >= 0 else { throw RuntimeError("memory file for a body", errno: -file) }
    defer { close(file) }
    let written = unsafe body.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, 0) }
    guard written == body.count else { throw RuntimeError("write a body", errno: errno) }
    PacketHeader(kind: kind, identifier: identifier, bodyByteCount: UInt32(body.count))
      .encode(into: &writer)
    try send(writer.bytes, [file], wait: wait)
  }
}

/// Reads the body that a header announced: from the packet, or from the memory file.
func body(of packet: ReceivedPacket, _ header: PacketHeader) throws(RuntimeError) -> [UInt8] {
  if header.bodyByteCount == 0 {
    return Array(packet.bytes.dropFirst(PacketHeader.byteCount))
  }
  guard let file = packet.descriptors.last else { throw RuntimeError("a body is missing") }
  var bytes = [UInt8](repeating: 0, count: Int(header.bodyByteCount))
  var done = 0
  while done < bytes.count {
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(file, $0.baseAddress! + done, $0.count - done, done)
    }
    guard count > 0 else { throw RuntimeError("read a body", errno: count < 0 ? errno : EIO) }
    done += count
  }
  return bytes
}
