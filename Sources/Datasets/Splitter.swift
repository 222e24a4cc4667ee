import Wire

/// Splits files into shards of whole records.
public struct Splitter: Sendable {
  /// Wanted size of a shard, decompressed, in bytes.
  public let shardByteCount: Int64
  public let format: RecordFormat

  public init(shardByteCount: Int64, format: RecordFormat = .lines) {
    precondition(shardByteCount > 0)
    self.shardByteCount = shardByteCount
    self.format = format
  }

  /// Splits plain files at the first record edge at or after each multiple of the shard size, and
  /// compressed ones between frames, blocks or members, where the format has such and the records
  /// can be found from there; any other file is one shard. An empty file is one shard without
  /// records. The same files give the same shards everywhere.
  public func shards(of paths: [String]) throws(DatasetError) -> [Shard] {
    var result: [Shard] = []
    for path in paths {
      let file = try InputFile(path)
      defer { file.close() }
      for piece in try pieces(of: file) {
        result.append(
          Shard(index: result.count, path: path, piece: piece, version: file.version))
      }
    }
    return result
  }

  private func pieces(of file: InputFile) throws(DatasetError) -> [Shard.Piece] {
    let codec = try file.codec()
    if codec == .none { return try plainPieces(of: file) }
    let builder = PieceBuilder(codec: codec, format: format, wantedByteCount: shardByteCount)
    if format != .wholeFile, var list = try units(of: file, codec), list.units.count > 1 {
      list.unitsAreRecords = list.recordIndex?.format == format
      if builder.canSplit(list) { return builder.pieces(of: list).map { .compressed($0) } }
    }
    return [.compressed(CompressedPiece(codec, offset: 0, length: file.version.byteCount))]
  }

  /// The parts that can be decompressed on their own, or nil where the format has none.
  func units(of file: InputFile, _ codec: Codec) throws(DatasetError) -> UnitList? {
    switch codec {
    case .zstd: try ZstdScanner(file: file).units()
    case .gzip: try GzipScanner(file: file).units()
    case .xz: try XzScanner(file: file).units()
    case .bzip2: try Bzip2Scanner(file: file).units()
    case .lz4: try LZ4Scanner(file: file).units()
    case .none: nil
    }
  }

  private func plainPieces(of file: InputFile) throws(DatasetError) -> [Shard.Piece] {
    let size = file.version.byteCount
    guard size > shardByteCount, !format.isSequential, format != .wholeFile else {
      return [.plain(offset: 0, byteCount: size)]
    }
    var result: [Shard.Piece] = []
    var start: Int64 = 0
    while start < size {
      let end = try recordEdge(in: file, atOrAfter: start + shardByteCount)
      result.append(.plain(offset: start, byteCount: end - start))
      start = end
    }
    return result
  }

  private func recordEdge(in file: InputFile, atOrAfter offset: Int64) throws(DatasetError)
    -> Int64
  {
    if offset >= file.version.byteCount { return file.version.byteCount }
    if case .fixed(let size) = format {
      return min(file.version.byteCount, (offset + size - 1) / size * size)
    }
    guard let delimiter = format.delimiter else { return file.version.byteCount }
    return try file.recordStart(atOrAfter: offset, delimiter: delimiter)
  }
}
