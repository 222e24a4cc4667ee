public import Wire

/// A piece of the input that one map program reads: whole records, each in exactly one shard.
public struct Shard: Sendable, Equatable {
  /// Where a shard's bytes are.
  public enum Piece: Sendable, Hashable {
    /// A window of a file, whose edges are edges of records.
    case plain(offset: Int64, byteCount: Int64)
    /// A window of a compressed file, cut to whole records as it is decompressed.
    case compressed(CompressedPiece)
    /// A chunk of an input that one decoder reads from its start.
    case stream(StreamPiece)
  }

  /// What a file is a copy of, where it was made for the job alone.
  public struct Origin: Sendable, Hashable {
    /// For people: `logs.tar//today.log`.
    public var name: String
    /// Of the file that it was taken from.
    public var version: FileVersion

    public init(name: String, version: FileVersion) {
      self.name = name
      self.version = version
    }
  }

  /// From 0, over all inputs, in order.
  public var index: Int
  public var path: String
  public var piece: Piece
  /// Size and time of change of the file when it was split, to notice that it was changed since.
  public var version: FileVersion
  public var origin: Origin?

  /// What it is called in messages and records.
  public var name: String { origin?.name ?? path }

  public var codec: Codec {
    switch piece {
    case .plain: .none
    case .compressed(let piece): piece.codec
    case .stream(let piece): piece.codec
    }
  }

  /// First byte in the file; of a stream's chunks, about where it begins decompressed.
  public var offset: Int64 {
    switch piece {
    case .plain(let offset, _): offset
    case .compressed(let piece): piece.offset
    case .stream(let piece): piece.index * piece.chunkByteCount
    }
  }

  /// Length in bytes in the file, compressed where it is; a stream's chunks have equal shares of it.
  public var byteCount: Int64 {
    switch piece {
    case .plain(_, let count): count
    case .compressed(let piece): piece.length
    case .stream(let piece): max(1, version.byteCount / piece.count)
    }
  }

  /// Decompressed bytes that it has by the file's tables, before its edges are moved; nil when
  /// only decompression tells.
  public var decompressedByteCount: Int64? {
    switch piece {
    case .plain(_, let count): count
    case .compressed(let piece): piece.decompressedByteCount
    case .stream: nil
    }
  }
}

/// What tells that a file is still the one that was looked at.
public struct FileVersion: Sendable, Hashable {
  public var byteCount: Int64
  public var modifiedNanoseconds: Int64
  public var inode: UInt64

  public init(byteCount: Int64, modifiedNanoseconds: Int64, inode: UInt64) {
    self.byteCount = byteCount
    self.modifiedNanoseconds = modifiedNanoseconds
    self.inode = inode
  }
}
