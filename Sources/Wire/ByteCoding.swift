/// Appends little-endian fields to a packet.
package struct ByteWriter: Sendable {
  package var bytes: [UInt8] = []

  /// `capacity`: bytes that are likely to come.
  package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  // One for each width: generic code, where it is not specialized, takes longer for a field than the
  // system does for the packet.
  package mutating func integer(_ value: UInt8) { bytes.append(value) }
  package mutating func integer(_ value: UInt16) { append(UInt64(value), byteCount: 2) }
  package mutating func integer(_ value: UInt32) { append(UInt64(value), byteCount: 4) }
  package mutating func integer(_ value: UInt64) { append(value, byteCount: 8) }
  package mutating func integer(_ value: Int32) { integer(UInt32(bitPattern: value)) }
  package mutating func integer(_ value: Int64) { integer(UInt64(bitPattern: value)) }

  private mutating func append(_ value: UInt64, byteCount: Int) {
    var rest = value
    for _ in 0..<byteCount {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest = rest &>> 8
    }
  }

  /// A length in four bytes, then the bytes.
  package mutating func bytes(_ value: [UInt8]) {
    integer(UInt32(value.count))
    bytes += value
  }

  package mutating func string(_ value: String) { bytes(Array(value.utf8)) }
}

/// Why a packet is refused: the field and where it stands.
package struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
  package let field: String
  package let offset: Int

  package init(field: String, offset: Int) {
    self.field = field
    self.offset = offset
  }

  package var description: String { "packet offset \(offset): bad \(field)" }
}

/// Reads little-endian fields out of bytes that nobody trusts; every one is checked against the end.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  package var offset = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package func error(_ field: String) -> WireError { WireError(field: field, offset: offset) }

  package mutating func integer(_ field: String, as type: UInt8.Type = UInt8.self)
    throws(WireError) -> UInt8
  { UInt8(truncatingIfNeeded: try take(1, field)) }

  package mutating func integer(_ field: String, as type: UInt16.Type = UInt16.self)
    throws(WireError) -> UInt16
  { UInt16(truncatingIfNeeded: try take(2, field)) }

  package mutating func integer(_ field: String, as type: UInt32.Type = UInt32.self)
    throws(WireError) -> UInt32
  { UInt32(truncatingIfNeeded: try take(4, field)) }

  package mutating func integer(_ field: String, as type: UInt64.Type = UInt64.self)
    throws(WireError) -> UInt64
  { try take(8, field) }

  private mutating func take(_ byteCount: Int, _ field: String) throws(WireError) -> UInt64 {
    guard bytes.count - offset >= byteCount else { throw error(field) }
    var value: UInt64 = 0
    for index in 0..<byteCount {
      value |= UInt64(bytes[offset &+ index]) &<< UInt64(8 &* index)
    }
    offset += byteCount
    return value
  }

  /// A signed field that must not be negative.
  package mutating func count(_ field: String) throws(WireError) -> Int64 {
    let value = try integer(field, as: UInt64.self)
    guard let signed = Int64(exactly: value) else { throw error(field) }
    return signed
  }

  package mutating func bytes(_ field: String, atMost limit: Int) throws(WireError) -> [UInt8] {
    let length = Int(try integer(field, as: UInt32.self))
    guard length <= limit, bytes.count - offset >= length else { throw error(field) }
    defer { offset += length }
    return Array(bytes[offset..<(offset + length)])
  }

  package mutating func string(_ field: String, atMost limit: Int) throws(WireError) -> String {
    String(decoding: try bytes(field, atMost: limit), as: UTF8.self)
  }

  /// Nothing may follow the last field.
  package func end() throws(WireError) {
    guard offset == bytes.count else { throw error("end of packet") }
  }
}
