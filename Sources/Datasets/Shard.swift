public import Wire

/// A piece of the input that one map program reads: whole records, each in exactly one shard.
public struct Shard: Sendable, Equatable {
  /// From 0, over all inputs, in order.
  public var index: Int
  public var path: String
  public var codec: Codec
  /// First byte in the file.
  public var offset: Int64
  /// Length in bytes in the file.
  public var byteCount: Int64
  /// Size and time of change of the file when it was split, to notice that it was changed since.
  public var version: FileVersion
}

/// What tells that a file is still the one that was looked at.
public struct FileVersion: Sendable, Equatable {
  public var byteCount: Int64
  public var modifiedNanoseconds: Int64
  public var inode: UInt64
}

/// Splits files into shards on record boundaries.
public struct Splitter: Sendable {
  /// Wanted size of a shard of plain text, in bytes.
  public let shardByteCount: Int64

  public init(shardByteCount: Int64) {
    precondition(shardByteCount > 0)
    self.shardByteCount = shardByteCount
  }

  /// Splits plain text at the first line end at or after each multiple of the shard size; a
  /// compressed file is one shard. An empty file is one shard without records.
  public func shards(of paths: [String]) throws(DatasetError) -> [Shard] {
    var result: [Shard] = []
    for path in paths {
      let file = try InputFile(path)
      defer { file.close() }
      let codec = try file.codec()
      guard codec == .none, file.version.byteCount > shardByteCount else {
        result.append(
          Shard(
            index: result.count, path: path, codec: codec, offset: 0,
            byteCount: file.version.byteCount, version: file.version))
        continue
      }
      var start: Int64 = 0
      while start < file.version.byteCount {
        let end = try file.recordStart(atOrAfter: start + shardByteCount)
        result.append(
          Shard(
            index: result.count, path: path, codec: codec, offset: start, byteCount: end - start,
            version: file.version))
        start = end
      }
    }
    return result
  }
}
