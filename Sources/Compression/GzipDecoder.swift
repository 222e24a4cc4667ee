// Unsafe: the invariant is that `input` owns `inputByteCount` bytes and `stream` one z_stream for
// as long as this value lives, and that zlib is only given positions inside them.
internal import CZlib

/// gzip by zlib, all members one after the other. libarchive's filter would not do: it does not
/// compare the checksum, so a damaged file would give wrong bytes instead of an error.
@safe final class GzipDecoder {
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutablePointer<UInt8>
  private let read: ReadFunction
  private var consumed: Int64 = 0
  private var insideMember = false
  private var anyMember = false
  private var atEnd = false

  private static let inputByteCount = 128 << 10
  /// 32 KiB window, gzip header and trailer.
  private static let windowBits: Int32 = 15 + 16

  init(_ read: @escaping ReadFunction) throws(DecodeError) {
    unsafe self.read = unsafe read
    unsafe input = .allocate(capacity: Self.inputByteCount)
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe inflateInit2_(
      stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw DecodeError(offset: 0, problem: "no memory for a gzip decoder", readErrno: nil)
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
    unsafe input.deallocate()
  }

  /// Offset in the compressed input that has been worked through.
  private var position: Int64 { consumed - Int64(unsafe stream.pointee.avail_in) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError) -> Int {
    let wanted = min(buffer.count, 1 << 30)
    unsafe stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(wanted)
    while unsafe Int(stream.pointee.avail_out) == wanted {
      if unsafe stream.pointee.avail_in == 0 { try fill() }
      if atEnd, unsafe stream.pointee.avail_in == 0 {
        guard !insideMember else { throw failure("gzip: truncated") }
        return 0
      }
      if !insideMember {
        // gzip pads with zeros on tapes; anything else behind a member must be a member.
        if anyMember, unsafe stream.pointee.next_in.pointee == 0 {
          unsafe stream.pointee.next_in += 1
          unsafe stream.pointee.avail_in -= 1
          continue
        }
        unsafe inflateReset(stream)
        insideMember = true
        anyMember = true
      }
      let status = unsafe inflate(stream, Z_NO_FLUSH)
      switch status {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: insideMember = false
      default:
        let text = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
        throw failure("gzip: \(text ?? "invalid data")")
      }
    }
    return unsafe wanted - Int(stream.pointee.avail_out)
  }

  private func failure(_ problem: String, errno: Int32? = nil) -> DecodeError {
    DecodeError(offset: position, problem: problem, readErrno: errno)
  }

  private func fill() throws(DecodeError) {
    if atEnd { return }
    let count = unsafe read(
      UnsafeMutableRawBufferPointer(start: input, count: Self.inputByteCount))
    if count < 0 { throw failure("read failed", errno: Int32(-count)) }
    consumed += Int64(count)
    atEnd = count == 0
    unsafe stream.pointee.next_in = input
    unsafe stream.pointee.avail_in = UInt32(count)
  }
}
