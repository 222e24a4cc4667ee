public import Wire

/// A piece of an input that must be read from its start: all pieces come out of one decoder, which
/// deals the input out in chunks of whole records (FanOutMessage says where they end).
public struct StreamPiece: Sendable, Hashable {
  public var codec: Codec
  public var rule: RecordRule
  /// Wanted size of a chunk, decompressed.
  public var chunkByteCount: Int64
  /// Number of this chunk, and of all. The count is a guess where the file does not tell its size:
  /// chunks behind the end of the input are empty, and the last one takes whatever is left.
  public var index: Int64
  public var count: Int64

  public init(codec: Codec, rule: RecordRule, chunkByteCount: Int64, index: Int64, count: Int64) {
    self.codec = codec
    self.rule = rule
    self.chunkByteCount = chunkByteCount
    self.index = index
    self.count = count
  }

  /// What the decoder is asked for.
  public var message: FanOutMessage {
    FanOutMessage(rule: rule, chunkByteCount: chunkByteCount, lastChunk: count - 1)
  }
}

extension RecordFormat {
  /// Where records end; nil when the whole file is one.
  public var rule: RecordRule? {
    switch self {
    case .lines, .jsonLines: .delimiter(UInt8(ascii: "\n"))
    case .nulSeparated: .delimiter(0)
    case .fixed(let size): .fixed(size)
    case .lengthPrefixed(let width, let bigEndian):
      .lengthPrefixed(width: width, bigEndian: bigEndian)
    case .csv: .csv
    case .wholeFile: nil
    }
  }
}
