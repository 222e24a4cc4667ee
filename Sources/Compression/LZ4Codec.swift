// Unsafe: liblz4 is given the caller's buffers during one call; `context` lives as long as this.
internal import CLZ4

/// lz4 frames by liblz4, which compares the checksums that a frame has; skippable frames are
/// passed over.
@safe final class LZ4Codec: StepCodec {
  let name = "lz4"
  private let context: OpaquePointer

  init() throws(StepError) {
    var made: OpaquePointer?
    let result = unsafe LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(result) == 0, let made = unsafe made else { throw StepError("no memory") }
    unsafe context = unsafe made
  }

  deinit { unsafe LZ4F_freeDecompressionContext(context) }

  func begin() { unsafe LZ4F_resetDecompressionContext(context) }

  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(StepError) -> Step {
    var consumed = input.count
    var produced = output.count
    let result = unsafe LZ4F_decompress(
      context, output.baseAddress, &produced, input.baseAddress, &consumed, nil)
    if LZ4F_isError(result) != 0 {
      throw StepError(unsafe String(cString: LZ4F_getErrorName(result)))
    }
    return Step(consumed: consumed, produced: produced, ended: result == 0 && consumed > 0)
  }
}
