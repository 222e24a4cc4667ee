// Unsafe: the C stream structures live for as long as this value; buffers are handed over for the
// length of one call.
internal import CZlib
internal import CZstd

/// Why bytes could not be compressed.
public struct EncodeError: Error, Sendable, CustomStringConvertible {
  public let description: String
}

/// Compresses a stream piece by piece. The same bytes in give the same bytes out, however they are
/// cut into pieces.
@safe public final class StreamEncoder {
  public enum Format: Sendable { case zstd, gzip }

  private static let bufferByteCount = 128 << 10

  private let zstd: OpaquePointer?
  /// zlib keeps its address, so it must not move.
  private let zlib: UnsafeMutablePointer<z_stream>
  private let format: Format
  private var buffer = [UInt8](repeating: 0, count: bufferByteCount)

  /// An encoder with the level that the format's own tool takes by default.
  public init(_ format: Format) throws(EncodeError) {
    self.format = format
    unsafe zlib = .allocate(capacity: 1)
    unsafe zlib.initialize(to: z_stream())
    switch format {
    case .zstd:
      guard let context = unsafe ZSTD_createCCtx() else {
        throw EncodeError(description: "no memory")
      }
      unsafe zstd = context
      unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    case .gzip:
      unsafe zstd = nil
      // 15 window bits, and 16 for a gzip header; its time stays 0.
      let result = unsafe deflateInit2_(
        zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
      guard result == Z_OK else { throw EncodeError(description: "zlib: \(result)") }
    }
  }

  deinit {
    if let zstd = unsafe zstd {
      unsafe ZSTD_freeCCtx(zstd)
    } else {
      unsafe deflateEnd(zlib)
    }
    unsafe zlib.deallocate()
  }

  /// Takes bytes in and hands compressed ones to `put`.
  public func append<Failure: Error>(
    _ bytes: Span<UInt8>, finish: Bool = false, put: (Span<UInt8>) throws(Failure) -> Void
  ) throws {
    // Copied, so that no pointer outlives its buffer: pieces are small.
    var input = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
      for index in bytes.indices { unsafe target[index] = bytes[index] }
      count = bytes.count
    }
    if format == .zstd {
      try appendZstd(&input, finish, put)
    } else {
      try appendGzip(&input, finish, put)
    }
  }

  private func appendZstd<Failure: Error>(
    _ input: inout [UInt8], _ finish: Bool, _ put: (Span<UInt8>) throws(Failure) -> Void
  ) throws {
    var position = 0
    while true {
      var produced = 0
      let left = unsafe input.withUnsafeBytes { source in
        unsafe buffer.withUnsafeMutableBytes { target in
          var from = unsafe ZSTD_inBuffer(
            src: source.baseAddress, size: source.count, pos: position)
          var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          let left = unsafe ZSTD_compressStream2(
            zstd, &to, &from, finish ? ZSTD_e_end : ZSTD_e_continue)
          position = unsafe from.pos
          produced = unsafe to.pos
          return left
        }
      }
      guard ZSTD_isError(left) == 0 else { throw EncodeError(description: "zstd: \(left)") }
      if produced > 0 {
        let piece = Array(buffer[..<produced])
        try put(piece.span)
      }
      if finish ? left == 0 : position == input.count { return }
    }
  }

  private func appendGzip<Failure: Error>(
    _ input: inout [UInt8], _ finish: Bool, _ put: (Span<UInt8>) throws(Failure) -> Void
  ) throws {
    var position = 0
    while true {
      var produced = 0
      let result = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe buffer.withUnsafeMutableBufferPointer { target in
          unsafe zlib.pointee.next_in = source.baseAddress.map { unsafe $0 + position }
          unsafe zlib.pointee.avail_in = UInt32(source.count - position)
          unsafe zlib.pointee.next_out = target.baseAddress
          unsafe zlib.pointee.avail_out = UInt32(target.count)
          let result = unsafe deflate(zlib, finish ? Z_FINISH : Z_NO_FLUSH)
          position = source.count - Int(unsafe zlib.pointee.avail_in)
          produced = target.count - Int(unsafe zlib.pointee.avail_out)
          return result
        }
      }
      guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
        throw EncodeError(description: "zlib: \(result)")
      }
      if produced > 0 {
        let piece = Array(buffer[..<produced])
        try put(piece.span)
      }
      if finish ? result == Z_STREAM_END : position == input.count && produced < buffer.count {
        return
      }
    }
  }
}
