/// Where records end, for what must find that in a stream.
public enum RecordRule: Sendable, Hashable {
  case delimiter(UInt8)
  case fixed(Int64)
  case lengthPrefixed(width: Int, bigEndian: Bool)
  /// Lines, but line ends between double quotes are data.
  case csv
}

/// What a sandbox process does without a guest: it decodes channel 0 once and deals it out.
///
/// Channel 1 is a file that takes the chunks. Channel 3 gives places for them, one at a time, eight
/// bytes each: an offset in that file. Channel 2 gets two numbers of eight bytes for each chunk that is
/// complete, in order: its offset and its length. Chunk n ends with the first record that ends at or
/// after (n + 1) × `chunkByteCount` decompressed bytes; a chunk may be empty. The last ends with the
/// input; after it come an offset of all ones and the number of chunks.
public struct FanOutMessage: Sendable, Hashable {
  public var rule: RecordRule
  public var chunkByteCount: Int64
  /// From this chunk on everything goes into one.
  public var lastChunk: Int64

  /// No record may be longer.
  public static let maximumRecordByteCount: Int64 = 1 << 30

  public init(rule: RecordRule, chunkByteCount: Int64, lastChunk: Int64) {
    self.rule = rule
    self.chunkByteCount = chunkByteCount
    self.lastChunk = lastChunk
  }

  package func encode(into writer: inout ByteWriter) {
    let (kind, value): (UInt8, Int64) =
      switch rule {
      case .delimiter(let byte): (1, Int64(byte))
      case .fixed(let size): (2, size)
      case .lengthPrefixed(let width, let bigEndian): (bigEndian ? 4 : 3, Int64(width))
      case .csv: (5, 0)
      }
    writer.integer(kind)
    for number in [value, chunkByteCount, lastChunk] { writer.integer(number) }
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    let kind = try reader.integer("record rule", as: UInt8.self)
    let value = try reader.count("record rule value")
    chunkByteCount = try reader.count("chunk size")
    lastChunk = try reader.count("last chunk")
    guard chunkByteCount > 0, chunkByteCount < 1 << 40, lastChunk < 1 << 40 else {
      throw reader.error("chunk size")
    }
    switch (kind, value) {
    case (1, 0...255): rule = .delimiter(UInt8(value))
    case (2, 1...(1 << 30)): rule = .fixed(value)
    case (3, 1...8): rule = .lengthPrefixed(width: Int(value), bigEndian: false)
    case (4, 1...8): rule = .lengthPrefixed(width: Int(value), bigEndian: true)
    case (5, 0): rule = .csv
    default: throw reader.error("record rule")
    }
  }
}
