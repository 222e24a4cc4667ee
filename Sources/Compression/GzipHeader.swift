/// The header of a gzip member (RFC 1952, 2.3), gathered byte by byte: it may be cut anywhere.
struct GzipHeader {
  private var bytes: [UInt8] = []

  /// Names and comments have no limit of their own.
  private static let maximumByteCount = 128 << 10

  /// Takes the next byte; true when the header is complete.
  mutating func take(_ byte: UInt8) throws(StepError) -> Bool {
    bytes.append(byte)
    if bytes.count < 10 {
      let magic: [UInt8] = [0x1F, 0x8B]
      if bytes.count <= 2, byte != magic[bytes.count - 1] {
        throw StepError("not a gzip header")
      }
      return false
    }
    guard bytes[2] == 8 else { throw StepError("unknown compression method") }
    guard bytes[3] & 0xE0 == 0 else { throw StepError("unknown flags in a header") }
    guard bytes.count <= Self.maximumByteCount else { throw StepError("a header without end") }
    // A header with a name ends with a zero: most bytes need no closer look.
    if bytes[3] & 0x06 == 0, bytes[3] != 0, byte != 0 { return false }
    return try isComplete()
  }

  private func isComplete() throws(StepError) -> Bool {
    let flags = bytes[3]
    var end = 10
    if flags & 0x04 != 0 {
      guard bytes.count >= 12 else { return false }
      end = 12 + Int(bytes[10]) + Int(bytes[11]) << 8
    }
    for field in [0x08, 0x10] as [UInt8] where flags & field != 0 {
      guard end < bytes.count, let zero = bytes[end...].firstIndex(of: 0) else { return false }
      end = zero + 1
    }
    if flags & 0x02 != 0 {
      guard bytes.count >= end + 2 else { return false }
      let told = UInt32(bytes[end]) | UInt32(bytes[end + 1]) << 8
      guard told == Self.crc32(bytes[..<end]) & 0xFFFF else {
        throw StepError("the checksum of a header is wrong")
      }
      end += 2
    }
    return bytes.count >= end
  }

  private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value: UInt32 = ~0
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 != 0 ? 0xEDB8_8320 : 0) }
    }
    return ~value
  }
}
