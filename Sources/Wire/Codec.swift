/// How the bytes of an input are compressed.
///
/// The raw values travel from the engine to the launcher and are part of the wire format.
public enum Codec: UInt8, Sendable, Hashable, CaseIterable {
  case none = 0
  case zstd = 1
  case gzip = 2
  case xz = 3
  case bzip2 = 4
  case lz4 = 5
}
