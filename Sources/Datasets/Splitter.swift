import Wire

/// Splits files into shards of whole records.
public struct Splitter: Sendable {
  /// Wanted size of a shard, decompressed, in bytes; nil: as suits each file.
  private let wantedByteCount: Int64?
  public let format: RecordFormat

  /// Shards of small files.
  public static let smallestByteCount: Int64 = 8 << 20
  private static let largestByteCount: Int64 = 64 << 20
  /// Chunks of what must be decoded from its start: several of them are in memory at a time.
  private static let largestChunkByteCount: Int64 = 32 << 20
  /// A file is divided into at least so many shards, as far as the limits above allow.
  private static let usualCount: Int64 = 64

  /// `shardByteCount`: wanted size of a shard, decompressed; nil: as suits each file.
  public init(shardByteCount: Int64?, format: RecordFormat = .lines) {
    precondition(shardByteCount ?? 1 > 0)
    wantedByteCount = shardByteCount
    self.format = format
  }

  /// Sizes of shards for a file of so many bytes, decompressed. They depend on the file alone: whatever
  /// else is read, its shards stay the same, and so their results in the cache are of use. A power of
  /// two, so that a file that grows seldom gets another.
  private func sizes(of total: Int64) -> ShardSizes {
    if let wantedByteCount { return ShardSizes(wantedByteCount) }
    var size = Self.smallestByteCount
    while size < Self.largestByteCount, size * Self.usualCount < total { size *= 2 }
    return ShardSizes(size, last: max(size / 4, Self.smallestByteCount), of: total)
  }

  /// Splits plain files at the first record edge at or after each multiple of the shard size, and
  /// compressed ones between frames, blocks or members, where the format has such and the records
  /// can be found from there. Of the others, files that are more than an eighth of the input are
  /// decoded once and dealt out in chunks; the rest are one shard each. An empty file is one shard
  /// without records. The same files give the same shards everywhere.
  public func shards(of paths: [String]) throws(DatasetError) -> ShardList {
    var total: Int64 = 0
    if paths.count > 1 {
      for path in paths {
        let file = try InputFile(path)
        total += file.version.byteCount
        file.close()
      }
    }
    var result = ShardList()
    for path in paths {
      let file = try InputFile(path)
      defer { file.close() }
      let pieces = try pieces(of: file, isLarge: file.version.byteCount > total / 8)
      result.append(ShardList.File(path: path, version: file.version, pieces: pieces))
    }
    return result
  }

  /// The shards of one open file, as above.
  public func pieces(of file: InputFile) throws(DatasetError) -> PieceList {
    try pieces(of: file, isLarge: true)
  }

  private func pieces(of file: InputFile, isLarge: Bool) throws(DatasetError) -> PieceList {
    let codec = try file.codec()
    let size = file.version.byteCount
    if codec == .none, !format.isSequential || size <= sizes(of: size).usual {
      return try plainPieces(of: file)
    }
    let whole = PieceList.compressed([CompressedPiece(codec, offset: 0, length: size)])
    guard let rule = format.rule else { return whole }
    var list: UnitList?
    if codec != .none { list = try units(of: file, codec) }
    if var list, list.units.count > 1 {
      list.unitsAreRecords = list.recordIndex?.format == format
      let builder = PieceBuilder(
        codec: codec, format: format, sizes: sizes(of: list.guessedByteCount))
      if builder.canSplit(list) { return .compressed(builder.pieces(of: list)) }
    }
    let guess = try decompressedByteCount(of: file, codec, list)
    let chunk = wantedByteCount ?? min(sizes(of: guess).usual, Self.largestChunkByteCount)
    guard codec == .none || isLarge, guess > 2 * chunk else {
      return codec == .none ? try plainPieces(of: file) : whole
    }
    let count = guess / chunk + 1
    return .stream(
      StreamPiece(codec: codec, rule: rule, chunkByteCount: chunk, index: 0, count: count))
  }

  /// Decompressed size, or a guess: too large a one leaves chunks empty, too small a one makes the
  /// last chunk large.
  private func decompressedByteCount(of file: InputFile, _ codec: Codec, _ list: UnitList?)
    throws(DatasetError) -> Int64
  {
    let size = file.version.byteCount
    if codec == .none { return size }
    if let list, list.units.allSatisfy({ $0.decompressedByteCount != nil }) {
      return min(
        list.units.reduce(0) { $0 + ($1.decompressedByteCount ?? 0) }, size * Self.largestRatio)
    }
    // The last member tells its size modulo 2^32; there is one member, as a rule.
    if codec == .gzip, let tail = try file.exactly(4, at: size - 4) {
      var guess = Int64(tail.little32(0))
      while guess < size { guess += 1 << 32 }
      if guess >= 2 * size, guess <= size * Self.largestRatio { return guess }
    }
    return size * Self.usualRatio
  }

  /// What logs are compressed by, and what is not believed any more.
  private static let usualRatio: Int64 = 12
  private static let largestRatio: Int64 = 1100

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

  private func plainPieces(of file: InputFile) throws(DatasetError) -> PieceList {
    let size = file.version.byteCount
    let sizes = sizes(of: size)
    guard size > sizes.usual, format.rule != nil, !format.isSequential else {
      return .plain(ends: [size])
    }
    var ends: [Int64] = []
    var start: Int64 = 0
    while start < size {
      start = try recordEdge(in: file, atOrAfter: start + sizes.size(at: start))
      ends.append(start)
    }
    return .plain(ends: ends)
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

/// How large the shards of a file are wanted. The last of them are smaller: whoever is done first then
/// waits less for the others.
struct ShardSizes: Sendable {
  let usual: Int64
  private let last: Int64
  private let lastStart: Int64

  /// All alike.
  init(_ usual: Int64) {
    self.usual = usual
    last = usual
    lastStart = .max
  }

  /// What the last four would have is divided into shards of `last` bytes.
  init(_ usual: Int64, last: Int64, of total: Int64) {
    self.usual = usual
    self.last = last
    lastStart = total - 4 * usual
  }

  /// Wanted size of a shard that starts so far in the file, decompressed.
  func size(at position: Int64) -> Int64 { position >= lastStart ? last : usual }
}
