// Unsafe: libzstd is given the caller's buffers during one call; `context` lives as long as this.
internal import CZstd

/// zstd frames by libzstd; skippable frames are passed over.
@safe final class ZstdCodec: StepCodec {
  let name = "zstd"
  private let context: OpaquePointer

  /// Largest window accepted: 2^27, what `zstd --ultra -22` makes and `zstd -d` takes by default.
  private static let maximumWindowLog: Int32 = 27

  init() throws(StepError) {
    guard let context = unsafe ZSTD_createDStream() else { throw StepError("no memory") }
    unsafe self.context = unsafe context
    _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.maximumWindowLog)
  }

  deinit { unsafe ZSTD_freeDStream(context) }

  func begin() {}

  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(StepError) -> Step {
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = unsafe ZSTD_decompressStream(context, &target, &source)
    if ZSTD_isError(result) != 0 {
      throw StepError(unsafe String(cString: ZSTD_getErrorName(result)))
    }
    return unsafe Step(consumed: source.pos, produced: target.pos, ended: result == 0)
  }
}
