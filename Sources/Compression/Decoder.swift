public import Wire

/// Why compressed input cannot be read on. The text says what is wrong and at which offset of the
/// compressed bytes.
public struct DecodeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Offset in the compressed input, relative to where decoding began.
  public let offset: Int64
  public let problem: String
  /// The errno of a failed read, or nil when the data itself is bad.
  public let readErrno: Int32?

  public var description: String { "compressed input, near byte \(offset): \(problem)" }
}

/// Where compressed bytes come from: fills the buffer from its start, answers how many bytes, 0 at
/// the end, or −errno.
public typealias ReadFunction = (UnsafeMutableRawBufferPointer) -> Int

/// Decompresses a stream, piece by piece, straight into the caller's memory.
///
/// Used inside a locked-down sandbox process: the only system calls are those of the caller's read
/// function. Memory comes from malloc: all that a codec needs is bounded by
/// `maximumMemoryByteCount`, so the process can set it aside before its filter is on.
public struct Decoder: ~Copyable {
  private let stream: StreamDecoder

  /// Upper bound of the heap that one decoder needs: a zstd window of 2^27 bytes with its input
  /// and tables, or an xz dictionary of 64 MiB (`xz -9`).
  public static let maximumMemoryByteCount = 160 << 20

  /// A decoder of `codec`, which must not be `none`. `xzBlocks`: the input is an xz stream's header
  /// and some of its blocks, and ends where they do.
  public init(_ codec: Codec, xzBlocks: Bool = false, read: @escaping ReadFunction)
    throws(DecodeError)
  {
    do throws(StepError) {
      let step: any StepCodec =
        switch codec {
        case .zstd: try ZstdCodec()
        case .gzip: GzipCodec()
        case .xz: XzCodec(blocks: xzBlocks)
        case .bzip2: Bzip2Codec()
        case .lz4: try LZ4Codec()
        case .none: throw StepError("no decoder for plain data")
        }
      stream = unsafe StreamDecoder(step, read)
    } catch { throw DecodeError(offset: 0, problem: error.problem, readErrno: nil) }
  }

  /// Fills the buffer; fewer bytes only at the end of the stream, 0 when it is over. Throws for
  /// truncated or corrupt input: what came before is already in earlier buffers.
  public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try unsafe stream.read(into: rest)
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}

/// How a file is compressed, told by its first bytes (at least 6, unless the file is shorter).
public func detectCodec(_ head: Span<UInt8>) -> Codec {
  func starts(_ magic: [UInt8]) -> Bool {
    guard head.count >= magic.count else { return false }
    for index in magic.indices where head[index] != magic[index] { return false }
    return true
  }
  if starts([0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
  // A zstd file may begin with a skippable frame: 0x184D2A50 … 5F.
  if head.count >= 4, head[0] & 0xF0 == 0x50, head[1] == 0x2A, head[2] == 0x4D, head[3] == 0x18 {
    return .zstd
  }
  if starts([0x1F, 0x8B]) { return .gzip }
  if starts([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
  if starts([0x42, 0x5A, 0x68]) { return .bzip2 }
  if starts([0x04, 0x22, 0x4D, 0x18]) { return .lz4 }
  return .none
}
