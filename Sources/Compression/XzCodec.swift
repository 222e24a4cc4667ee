// Unsafe: liblzma is given the caller's buffers during one call; `stream` lives as long as this.
internal import CLZMA

/// xz streams by liblzma, which compares each block's check.
@safe final class XzCodec: StepCodec {
  let name = "xz"
  let mayStop: Bool
  private let stream: UnsafeMutablePointer<lzma_stream>

  /// Enough for `xz -9`: a dictionary of 64 MiB.
  private static let memoryByteCount: UInt64 = 100 << 20

  /// `blocks`: the input is a stream header and some of the stream's blocks; it ends without index.
  init(blocks: Bool) {
    mayStop = blocks
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: lzma_stream())
  }

  deinit {
    unsafe lzma_end(stream)
    unsafe stream.deallocate()
  }

  func begin() throws(StepError) {
    guard unsafe lzma_stream_decoder(stream, Self.memoryByteCount, 0) == LZMA_OK else {
      throw StepError("no memory")
    }
  }

  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(StepError) -> Step {
    unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_in = input.count
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = output.count
    let result = unsafe lzma_code(stream, LZMA_RUN)
    switch result {
    case LZMA_OK, LZMA_STREAM_END, LZMA_BUF_ERROR: break
    case LZMA_FORMAT_ERROR: throw StepError("not an xz header")
    case LZMA_MEMLIMIT_ERROR:
      throw StepError("needs more than \(Self.memoryByteCount >> 20) MiB of memory")
    case LZMA_OPTIONS_ERROR: throw StepError("unknown options in a header")
    case LZMA_MEM_ERROR: throw StepError("no memory")
    default: throw StepError("invalid data or a wrong checksum")
    }
    return unsafe Step(
      consumed: input.count - stream.pointee.avail_in,
      produced: output.count - stream.pointee.avail_out, ended: result == LZMA_STREAM_END)
  }

  /// Streams are padded with zeros to multiples of four.
  func padding(_ input: UnsafeRawBufferPointer) -> Int {
    unsafe input.firstIndex { $0 != 0 } ?? input.count
  }
}
