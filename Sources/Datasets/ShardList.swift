public import Wire

/// The pieces of one file, in order. They take little memory, however many they are.
public enum PieceList: Sendable, Hashable, RandomAccessCollection {
  /// Windows of a plain file, one behind the other from its start: where each ends.
  case plain(ends: [Int64])
  case compressed([CompressedPiece])
  /// All chunks of a decoder; this is the first.
  case stream(StreamPiece)

  public var startIndex: Int { 0 }

  public var endIndex: Int {
    switch self {
    case .plain(let ends): ends.count
    case .compressed(let pieces): pieces.count
    case .stream(let first): Int(first.count)
    }
  }

  public subscript(index: Int) -> Shard.Piece {
    switch self {
    case .plain(let ends):
      let start = index == 0 ? 0 : ends[index - 1]
      return .plain(offset: start, byteCount: ends[index] - start)
    case .compressed(let pieces): return .compressed(pieces[index])
    case .stream(var piece):
      piece.index = Int64(index)
      return .stream(piece)
    }
  }
}

/// Shards in order. What they have in common is kept once a file: a shard of a plain file takes eight
/// bytes, so a plan of a million shards is small.
public struct ShardList: Sendable, RandomAccessCollection {
  /// One file and how it is split.
  public struct File: Sendable {
    public var path: String
    public var version: FileVersion
    public var origin: Shard.Origin?
    public var pieces: PieceList
    /// Number of its first shard.
    public fileprivate(set) var first = 0

    public init(path: String, version: FileVersion, pieces: PieceList) {
      self.path = path
      self.version = version
      self.pieces = pieces
    }

    /// What it is called in messages and records, and its version; of a copy, those of the original.
    public var name: String { origin?.name ?? path }
    public var namedVersion: FileVersion { origin?.version ?? version }
  }

  public private(set) var files: [File] = []
  public private(set) var count = 0

  public init() {}

  /// Shards of another file go behind those that are there.
  public mutating func append(_ file: File) {
    var file = file
    file.first = count
    count += file.pieces.count
    files.append(file)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(index: Int) -> Shard {
    precondition(indices.contains(index))
    // The last file that begins at or before the shard.
    var (low, high) = (0, files.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if files[middle].first <= index { low = middle } else { high = middle }
    }
    let file = files[low]
    var shard = Shard(
      index: index, path: file.path, piece: file.pieces[index - file.first], version: file.version)
    shard.origin = file.origin
    return shard
  }
}
