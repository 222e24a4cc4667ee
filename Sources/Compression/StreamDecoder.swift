// Unsafe: the invariant is that `input` owns `inputByteCount` bytes for as long as this value lives,
// and that a codec is only given `position..<available` of them.

/// What a codec's library says of a step that cannot be made.
struct StepError: Error {
  let problem: String

  init(_ problem: String) { self.problem = problem }
}

/// How far one call of a codec's library got.
struct Step {
  var consumed: Int
  var produced: Int
  /// Whether a frame, stream or member ended with this step, its checksum compared.
  var ended: Bool
  /// Nothing was done; try again with these bytes and more.
  var needsMore = false
}

/// One codec: decodes frames (streams, members) one at a time.
protocol StepCodec: AnyObject {
  /// For messages: `zstd`, `gzip`, …
  var name: String { get }
  /// Gets ready for the next frame.
  func begin() throws(StepError)
  /// Moves bytes from input to output. No progress at all means: more input is needed. `isLast`: there
  /// is none.
  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(StepError) -> Step
  /// Length of the padding that the format allows at the start of `input`, behind a frame.
  func padding(_ input: UnsafeRawBufferPointer) -> Int
  /// Whether the input may end inside a frame: it is a window of blocks.
  var mayStop: Bool { get }
}

extension StepCodec {
  func padding(_ input: UnsafeRawBufferPointer) -> Int { 0 }
  var mayStop: Bool { false }
}

/// Decodes all frames of an input, one after the other. What is behind a frame must be another one:
/// bytes that nobody understands are an error, or a damaged header would hide the rest of a file.
@safe final class StreamDecoder {
  private let codec: any StepCodec
  private let read: ReadFunction
  private let input: UnsafeMutableRawPointer
  private var available = 0
  private var position = 0
  private var consumed: Int64 = 0
  private var insideFrame = false
  private var anyFrame = false
  private var atEnd = false

  private static let inputByteCount = 256 << 10

  init(_ codec: any StepCodec, _ read: @escaping ReadFunction) {
    self.codec = codec
    unsafe self.read = unsafe read
    unsafe input = .allocate(byteCount: Self.inputByteCount, alignment: 64)
  }

  deinit { unsafe input.deallocate() }

  /// Puts some bytes into the buffer, which is not empty; 0 at the end of the input.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError) -> Int {
    while true {
      if position == available, !atEnd { try fill() }
      if !insideFrame {
        if anyFrame, position < available {
          position += unsafe codec.padding(rest)
          if position == available { continue }
        }
        if position == available, atEnd { return 0 }
        do throws(StepError) { try codec.begin() } catch { throw failure(error.problem) }
        insideFrame = true
        anyFrame = true
      }
      let step: Step
      do throws(StepError) {
        step = try unsafe codec.step(rest, buffer, isLast: atEnd || isFull)
      } catch { throw failure(error.problem) }
      if step.needsMore {
        try fill()
        continue
      }
      position += step.consumed
      if step.ended { insideFrame = false }
      if step.produced > 0 { return step.produced }
      if step.consumed == 0, !step.ended {
        if position < available {
          throw failure("the decoder stopped before the end of the data")
        }
        if atEnd {
          if codec.mayStop { return 0 }
          throw failure("truncated")
        }
      }
    }
  }

  private var rest: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: input + position, count: available - position)
  }

  private func failure(_ problem: String, errno: Int32? = nil) -> DecodeError {
    DecodeError(
      offset: consumed + Int64(position), problem: "\(codec.name): \(problem)", readErrno: errno)
  }

  /// Whether the buffer has no room for more than what is left to do.
  private var isFull: Bool { position == 0 && available == Self.inputByteCount }

  /// Reads more behind what is left to do.
  private func fill() throws(DecodeError) {
    consumed += Int64(position)
    available -= position
    if available > 0, position > 0 {
      unsafe input.copyMemory(from: input + position, byteCount: available)
    }
    position = 0
    let count = unsafe read(
      UnsafeMutableRawBufferPointer(
        start: input + available, count: Self.inputByteCount - available))
    if count < 0 { throw failure("read failed", errno: Int32(-count)) }
    available += count
    atEnd = count == 0
  }
}
