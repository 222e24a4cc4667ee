/// Appends little-endian fields to a packet.
package struct ByteWriter: Sendable {
  package var bytes: [UInt8] = []

  package init() {}

  // Inlinable: without their types known, fields cost more than the packet.
  @inlinable @inline(__always)
  package mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
    var rest = value.littleEndian
    for _ in 0..<(Value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
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
  @usableFromInline let bytes: [UInt8]
  package var offset = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package func error(_ field: String) -> WireError { WireError(field: field, offset: offset) }

  @inlinable @inline(__always)
  package mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
    _ field: String, as type: Value.Type = Value.self
  ) throws(WireError) -> Value {
    let width = Value.bitWidth / 8
    guard bytes.count - offset >= width else { throw error(field) }
    var value: Value = 0
    for index in 0..<width {
      value |= Value(truncatingIfNeeded: bytes[offset + index]) << Value(8 * index)
    }
    offset += width
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
