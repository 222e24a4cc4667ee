public import SystemPackage
public import Wire

/// One numbered channel of a session: all that a program in a sandbox can read or write.
///
/// Channels 0, 1 and 2 are `/dev/stdin`, `/dev/stdout` and `/dev/stderr` and must be there
/// (CONTRACT.md, "Channels").
public struct Channel: Sendable {
  /// The channel type of the manifest: which direction may seek.
  public enum Access: UInt8, Sendable, Hashable {
    case sequential = 0
    /// Random read, sequential write: the first write goes after the last byte.
    case append = 1
    case randomWrite = 2
    case random = 3
  }

  /// How many calls and bytes may move. A spent limit answers −EDQUOT, even at end of file.
  public struct Limits: Sendable, Hashable {
    public var gets: Int64
    public var getBytes: Int64
    public var puts: Int64
    public var putBytes: Int64

    public init(gets: Int64, getBytes: Int64, puts: Int64, putBytes: Int64) {
      self.gets = gets
      self.getBytes = getBytes
      self.puts = puts
      self.putBytes = putBytes
    }

    public static let readOnly = Limits(gets: .max, getBytes: .max, puts: 0, putBytes: 0)
    public static let writeOnly = Limits(gets: 0, getBytes: 0, puts: .max, putBytes: .max)
  }

  /// A window of one of the descriptors of an `extents` backing.
  public struct Extent: Sendable, Hashable {
    /// Index into the descriptors.
    public var descriptor: Int
    /// First byte in the file.
    public var offset: Int64
    /// Length in bytes.
    public var length: Int64

    public init(descriptor: Int, offset: Int64, length: Int64) {
      self.descriptor = descriptor
      self.offset = offset
      self.length = length
    }
  }

  /// What stands behind a channel. Descriptors are borrowed: they must stay open until the
  /// session has completed, and are never closed by the sandbox API.
  public enum Backing: Sendable {
    /// Reads give end of file, writes vanish.
    case null
    /// A pipe or character device: bytes in order, no offset.
    case stream(FileDescriptor)
    /// A window of a file, moved by pread/pwrite. `length` nil: to the end of the file.
    /// Writes start at `offset`.
    case file(FileDescriptor, offset: Int64, length: Int64?)
    /// Read-only: windows of files, one after the other, as if they were one file.
    case extents([FileDescriptor], [Extent])
    /// Read-only, sequential: a window of a file, decompressed inside the locked-down sandbox
    /// process straight into guest memory. `length` nil: to the end of the file.
    case compressed(FileDescriptor, Codec, offset: Int64, length: Int64?)
    /// Read-only, sequential: whole records out of a window of a compressed file, decompressed in
    /// the same place.
    case piece(FileDescriptor, CompressedPiece)
    /// Read-only: a few constant bytes (nvram).
    case bytes([UInt8])
  }

  /// Name seen by the program, such as `/dev/stdin`.
  public var alias: String
  public var access: Access
  public var backing: Backing
  public var limits: Limits
  /// Whether a SHA-256 of the bytes moved is wanted in the report (the manifest's etag).
  public var digest: Bool
  /// Whether a write that the system refuses (no room, nobody reads any more) is answered with −errno, so that
  /// the program can deal with it as elsewhere. Otherwise it ends the session: a program that does not look
  /// would leave half of its output and call that success.
  public var tellsErrors = false

  public init(
    alias: String, access: Access = .sequential, backing: Backing, limits: Limits,
    digest: Bool = false
  ) {
    self.alias = alias
    self.access = access
    self.backing = backing
    self.limits = limits
    self.digest = digest
  }
}
