// Unsafe: the invariant is that `input` owns `inputByteCount` bytes for as long as this value
// lives, and that zstd is only given positions inside it.
internal import CZstd

/// zstd by libzstd: all frames of the input, one after the other; skippable frames are skipped.
@safe final class ZstdDecoder {
  private let context: OpaquePointer
  private let input: UnsafeMutableRawPointer
  private let read: ReadFunction
  private var available = 0
  private var position = 0
  private var consumed: Int64 = 0
  /// Whether a frame has begun and not ended.
  private var insideFrame = false
  private var atEnd = false

  private static let inputByteCount = 128 << 10
  /// Largest window accepted: 2^27, what `zstd --ultra -22` makes and `zstd -d` takes by default.
  private static let maximumWindowLog: Int32 = 27

  init(_ read: @escaping ReadFunction) throws(DecodeError) {
    guard let context = unsafe ZSTD_createDStream() else {
      throw DecodeError(offset: 0, problem: "no memory for a zstd decoder", readErrno: nil)
    }
    unsafe self.context = unsafe context
    unsafe self.read = unsafe read
    unsafe input = .allocate(byteCount: Self.inputByteCount, alignment: 16)
    _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.maximumWindowLog)
  }

  deinit {
    unsafe ZSTD_freeDStream(context)
    unsafe input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError) -> Int {
    var output = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    while unsafe output.pos == 0 {
      if position == available {
        try fill()
        // The end is right only between frames; zstd may still hold decoded bytes inside one.
        if available == 0, !insideFrame { return 0 }
      }
      var source = unsafe ZSTD_inBuffer(src: input, size: available, pos: position)
      let before = unsafe source.pos
      let result = unsafe ZSTD_decompressStream(context, &output, &source)
      let moved = unsafe source.pos - before
      position = unsafe source.pos
      if ZSTD_isError(result) != 0 {
        let text = unsafe String(cString: ZSTD_getErrorName(result))
        throw DecodeError(
          offset: consumed + Int64(position), problem: "zstd: \(text)", readErrno: nil)
      }
      insideFrame = result != 0
      if atEnd, insideFrame, moved == 0, unsafe output.pos == 0 {
        throw DecodeError(
          offset: consumed + Int64(position), problem: "zstd: truncated: the last frame has no end",
          readErrno: nil)
      }
    }
    return unsafe output.pos
  }

  private func fill() throws(DecodeError) {
    consumed += Int64(available)
    position = 0
    available = 0
    if atEnd { return }
    let count = unsafe read(
      UnsafeMutableRawBufferPointer(start: input, count: Self.inputByteCount))
    if count < 0 {
      throw DecodeError(offset: consumed, problem: "read failed", readErrno: Int32(-count))
    }
    available = count
    atEnd = count == 0
  }
}
