/// What `zvm pack` knows of the records in a file of its making: it lies in a skippable frame
/// before the seek table, so every other zstd tool passes over it.
///
/// Layout, little-endian: `ZVMRECS1`, the record format's text with its length in one byte, the
/// number of frames in four, then for each frame in order its number of records in four.
/// Every frame starts with a record.
package struct RecordIndex: Sendable, Equatable {
  package var format: RecordFormat
  package var recordCounts: [UInt32]

  static let maximumByteCount: Int64 = 256 << 20
  private static let magic = Array("ZVMRECS1".utf8)

  package init(format: RecordFormat, recordCounts: [UInt32]) {
    self.format = format
    self.recordCounts = recordCounts
  }

  /// Nil when the bytes are no index.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 13, bytes.starts(with: Self.magic) else { return nil }
    let nameEnd = 9 + Int(bytes[8])
    guard bytes.count >= nameEnd + 4,
      let format = RecordFormat(String(decoding: bytes[9..<nameEnd], as: UTF8.self))
    else { return nil }
    let count = Int(bytes.little32(nameEnd))
    guard bytes.count == nameEnd + 4 + 4 * count else { return nil }
    self.format = format
    recordCounts = (0..<count).map { bytes.little32(nameEnd + 4 + 4 * $0) }
  }

  package var bytes: [UInt8] {
    let name = Array(format.description.utf8)
    var result = Self.magic + [UInt8(name.count)] + name
    result.appendLittle32(UInt32(recordCounts.count))
    for count in recordCounts { result.appendLittle32(count) }
    return result
  }
}

extension [UInt8] {
  /// Four bytes, the lowest first. They must be there.
  func little32(_ index: Int) -> UInt32 {
    UInt32(self[index]) | UInt32(self[index + 1]) << 8 | UInt32(self[index + 2]) << 16
      | UInt32(self[index + 3]) << 24
  }

  mutating func appendLittle32(_ value: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}
