// Unsafe: ISA-L is given the caller's buffers during one call; `state` and `saved` live as long as
// this, and no pointer in them is used across calls.
internal import CISAL

/// gzip members by ISA-L, which compares each member's CRC-32 and length.
@safe final class GzipCodec: StepCodec {
  let name = "gzip"
  private let state: UnsafeMutablePointer<inflate_state>
  /// The state before a step that may have to be made again.
  private let saved: UnsafeMutablePointer<inflate_state>
  /// The header of the member, as long as it is not complete. ISA-L forgets the flags of a header
  /// that is cut, so it does not get to see any.
  private var header: GzipHeader?

  init() {
    unsafe state = Self.zeros()
    unsafe saved = Self.zeros()
  }

  /// Not by `inflate_state()`: without optimization that takes half a megabyte of stack.
  private static func zeros() -> UnsafeMutablePointer<inflate_state> {
    let memory = unsafe UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<inflate_state>.size, alignment: MemoryLayout<inflate_state>.alignment)
    unsafe memory.initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<inflate_state>.size)
    return unsafe memory.bindMemory(to: inflate_state.self, capacity: 1)
  }

  /// How much ISA-L may decode ahead of what it hands out.
  private static let aheadByteCount = 128 << 10

  deinit {
    unsafe state.deallocate()
    unsafe saved.deallocate()
  }

  func begin() {
    unsafe isal_inflate_init(state)
    unsafe state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR_VER)
    header = GzipHeader()
  }

  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
  ) throws(StepError) -> Step {
    if header != nil {
      for unsafe(index, byte) in unsafe input.enumerated()
      where try header?.take(byte) == true {
        header = nil
        return Step(consumed: index + 1, produced: 0, ended: false)
      }
      return Step(consumed: input.count, produced: 0, ended: false)
    }
    let room = min(output.count, 1 << 30)
    // ISA-L looks behind the end of an input that ends inside a block's code tables, and may find
    // fault with what is there: an error before the end of the file counts only when it stays with
    // more input. A step whose output is full before its input is used up cannot get there.
    let mayRetry = !isLast && room + Self.aheadByteCount >= input.count
    if mayRetry { unsafe saved.update(from: state, count: 1) }
    unsafe state.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe state.pointee.avail_in = UInt32(input.count)
    unsafe state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe state.pointee.avail_out = UInt32(room)
    let result = unsafe isal_inflate(state)
    if result < 0, mayRetry {
      unsafe state.update(from: saved, count: 1)
      return Step(consumed: 0, produced: 0, ended: false, needsMore: true)
    }
    switch result {
    case ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW: break
    case ISAL_INCORRECT_CHECKSUM: throw StepError("the checksum or length of a member is wrong")
    default: throw StepError("invalid data (\(result))")
    }
    var consumed = unsafe input.count - Int(state.pointee.avail_in)
    let ended = unsafe state.pointee.block_state == ISAL_BLOCK_FINISH
    if ended {
      // Whole bytes that were read ahead belong to what comes next.
      let ahead = unsafe Int(state.pointee.read_in_length) / 8
      consumed -= min(max(ahead, 0), consumed)
    }
    return unsafe Step(
      consumed: consumed, produced: room - Int(state.pointee.avail_out), ended: ended)
  }

  /// Tapes pad with zeros.
  func padding(_ input: UnsafeRawBufferPointer) -> Int {
    unsafe input.firstIndex { $0 != 0 } ?? input.count
  }
}
