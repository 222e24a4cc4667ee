public import Wire

/// How an input would be split, for people.
public struct InputDescription: Sendable {
  public var path: String
  public var codec: Codec
  public var byteCount: Int64
  /// What it is made of: `3 frames, found by walking over their blocks`.
  public var units: String
  /// Decompressed size where the file tells it.
  public var decompressedByteCount: Int64?
  /// What tells that its bytes are right.
  public var checksums: String
  public var records: String?
  public var shards: ShardList

  /// Looks at a file's headers and tables; nothing is decompressed.
  public init(path: String, splitter: Splitter) throws(DatasetError) {
    self.path = path
    let file = try InputFile(path)
    defer { file.close() }
    codec = try file.codec()
    byteCount = file.version.byteCount
    shards = try splitter.shards(of: [path])
    let list = codec == .none ? nil : try splitter.units(of: file, codec)
    let count = list?.units.count ?? 0
    if codec == .none {
      decompressedByteCount = byteCount
    } else if let list, list.units.allSatisfy({ $0.decompressedByteCount != nil }) {
      decompressedByteCount = list.units.reduce(0) { $0 + ($1.decompressedByteCount ?? 0) }
    }
    let plural = count == 1 ? "" : "s"
    switch (codec, list) {
    case (.none, _): units = "plain bytes"
    case (.gzip, nil): units = "one stream: its members do not tell their length"
    case (_, nil): units = "one stream: no parts were found that can be told apart"
    case (.zstd, let list?):
      units = "\(count) frame\(plural), by \(list.hasTable ? "the seek table" : "their headers")"
    case (.gzip, _): units = "\(count) bgzip member\(plural), by their extra fields"
    case (.xz, let list?):
      units = "\(count) \(list.isBlocks ? "block" : "stream")\(plural), by index"
    case (.bzip2, _): units = "\(count) block\(plural), by the marks that start them"
    case (.lz4, _): units = "\(count) frame\(plural), by their headers"
    }
    switch codec {
    case .none: checksums = "none: a changed byte cannot be seen"
    case .zstd, .lz4, .xz:
      checksums =
        list?.hasTable == true
        ? "as its frames have them"
        : list?.hasChecksums == false ? "not in every part: damage may go unseen" : "in every part"
    case .gzip, .bzip2: checksums = "in every part"
    }
    if let index = list?.recordIndex {
      let total = index.recordCounts.reduce(Int64(0)) { $0 + Int64($1) }
      records = "\(total) records (\(index.format)), indexed"
    }
  }
}
