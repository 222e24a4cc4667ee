// Unsafe: libbz2 is given the caller's buffers during one call; `stream` lives as long as this.
internal import CBZip2

/// bzip2 streams by libbz2, which compares the CRC of each block and stream.
@safe final class Bzip2Codec: StepCodec {
  let name = "bzip2"
  private let stream: UnsafeMutablePointer<bz_stream>
  private var isOpen = false

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: bz_stream())
  }

  deinit {
    if isOpen { unsafe BZ2_bzDecompressEnd(stream) }
    unsafe stream.deallocate()
  }

  func begin() throws(StepError) {
    if isOpen { unsafe BZ2_bzDecompressEnd(stream) }
    unsafe stream.pointee = bz_stream()
    isOpen = unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK
    guard isOpen else { throw StepError("no memory") }
  }

  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(StepError) -> Step {
    let room = min(output.count, 1 << 30)
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
    unsafe stream.pointee.avail_in = UInt32(input.count)
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    unsafe stream.pointee.avail_out = UInt32(room)
    let result = unsafe BZ2_bzDecompress(stream)
    switch result {
    case BZ_OK, BZ_STREAM_END: break
    case BZ_DATA_ERROR_MAGIC: throw StepError("not a bzip2 header")
    case BZ_MEM_ERROR: throw StepError("no memory")
    default: throw StepError("invalid data or a wrong checksum")
    }
    return unsafe Step(
      consumed: input.count - Int(stream.pointee.avail_in),
      produced: room - Int(stream.pointee.avail_out), ended: result == BZ_STREAM_END)
  }
}
