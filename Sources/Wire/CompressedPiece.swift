/// A part of a compressed file as a map program reads it: decompressed, and cut to whole records.
///
/// The window holds whole frames or blocks. Where its edges fall inside a record, `start` and `end`
/// say what to leave to the neighbour before and what to take from the one behind, so that every
/// record is in exactly one piece: the record that covers an edge goes to the piece before it.
public struct CompressedPiece: Sendable, Hashable {
  /// How an edge of the window is moved to the edge of a record.
  public enum RecordEdge: Sendable, Hashable {
    /// The window's edge is a record's edge.
    case exact
    /// Behind the first such byte at or after the window's edge, or the end of the input.
    case delimiter(UInt8)
    /// This many decompressed bytes after the window's edge, or the end of the input.
    case bytes(Int64)
  }

  public var codec: Codec
  /// First byte of the window in the file, and its length. With bzip2 blocks the first bit is
  /// `startBit` of that byte (0: the highest), and `endBit` more bits follow the last whole byte.
  public var offset: Int64
  public var length: Int64
  public var startBit: UInt8 = 0
  public var endBit: UInt8 = 0
  /// Compressed bytes after the window in which its last record may end (and, with bzip2 blocks, bits
  /// after the last whole one of them).
  public var tailByteCount: Int64 = 0
  public var tailEndBit: UInt8 = 0
  public var start = RecordEdge.exact
  public var end = RecordEdge.exact
  /// Decompressed size of the window where headers tell it; another size is then an error.
  public var decompressedByteCount: Int64?
  /// Whether the window holds blocks of a stream (xz, bzip2) rather than whole frames, streams or
  /// members. The stream's header is then at the start of the file.
  public var isBlocks = false

  /// A window that is decompressed as it is.
  public init(_ codec: Codec, offset: Int64, length: Int64) {
    self.codec = codec
    self.offset = offset
    self.length = length
  }

  package func encode(into writer: inout ByteWriter) {
    writer.integer(codec.rawValue)
    for value in [offset, length, tailByteCount, decompressedByteCount ?? -1] {
      writer.integer(value)
    }
    writer.integer(UInt8(isBlocks ? 1 : 0))
    writer.integer(startBit)
    writer.integer(endBit)
    writer.integer(tailEndBit)
    start.encode(into: &writer)
    end.encode(into: &writer)
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    guard let codec = Codec(rawValue: try reader.integer("codec")) else {
      throw reader.error("codec")
    }
    self.codec = codec
    offset = try reader.count("offset")
    length = try reader.count("length")
    tailByteCount = try reader.count("tail")
    let size = try reader.integer("decompressed size", as: UInt64.self)
    decompressedByteCount = Int64(exactly: size)
    isBlocks = try reader.integer("blocks", as: UInt8.self) != 0
    startBit = try reader.integer("start bit")
    endBit = try reader.integer("end bit")
    tailEndBit = try reader.integer("tail end bit")
    guard startBit < 8, endBit < 8, tailEndBit < 8 else { throw reader.error("bit") }
    start = try RecordEdge(from: &reader)
    end = try RecordEdge(from: &reader)
    // Sums must fit, in bits too.
    let (windowEnd, overflow) = offset.addingReportingOverflow(length)
    let (tailEnd, tailOverflow) = windowEnd.addingReportingOverflow(tailByteCount)
    guard !overflow, !tailOverflow, tailEnd < .max / 16 else { throw reader.error("window") }
  }
}

extension CompressedPiece.RecordEdge {
  fileprivate func encode(into writer: inout ByteWriter) {
    switch self {
    case .exact: writer.integer(UInt8(0))
    case .delimiter(let byte):
      writer.integer(UInt8(1))
      writer.integer(byte)
    case .bytes(let count):
      writer.integer(UInt8(2))
      writer.integer(count)
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(WireError) {
    switch try reader.integer("edge", as: UInt8.self) {
    case 0: self = .exact
    case 1: self = .delimiter(try reader.integer("delimiter"))
    case 2: self = .bytes(try reader.count("edge bytes"))
    default: throw reader.error("edge")
    }
  }
}
