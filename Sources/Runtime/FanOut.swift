// Unsafe: one buffer of this process, allocated once, lent to channels for the length of a call.
import CSandbox
import Compression
import Glibc
import Wire

/// Decodes channel 0 once and deals it out in chunks of whole records (FanOutMessage says how).
/// Runs in the place of a guest, behind the same filter, with nothing but the session's channels.
struct FanOut {
  private let order: FanOutMessage
  private var channels: [ChannelState]
  private var cutter: RecordCutter
  /// Of the chunk that is being filled: its number, place and length.
  private var chunk: Int64 = 0
  private var place: Int64 = 0
  private var length: Int64 = 0
  /// Decompressed bytes so far.
  private var position: Int64 = 0

  private static let bufferByteCount = 256 << 10

  init(_ order: FanOutMessage, _ channels: [ChannelState]) {
    self.order = order
    self.channels = channels
    cutter = RecordCutter(order.rule)
  }

  /// Runs to the end of the input; how it ended is in shared memory.
  mutating func run() {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.bufferByteCount, alignment: 64)
    defer { unsafe buffer.deallocate() }
    do throws(FanOutEnd) {
      guard channels.count == 4 else { throw FanOutEnd(channel: 0, "fan-out needs four channels") }
      place = try nextPlace()
      while true {
        let count = try unsafe read(into: buffer)
        if count == 0 { break }
        try unsafe deal(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
      try finishChunk()
      try announce(-1, chunk)
      unsafe csb_session().pointee.code = 0
      unsafe csb_session().pointee.state = UInt32(CSB_EXITED)
    } catch {
      unsafe csb_session().pointee.channel = UInt32(error.channel)
      tell(error.message)
      unsafe csb_session().pointee.state = UInt32(CSB_CHANNEL_FAILED)
    }
  }

  private var target: Int64 { (chunk + 1) * order.chunkByteCount }

  private mutating func deal(_ bytes: UnsafeRawBufferPointer) throws(FanOutEnd) {
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
      guard chunk < order.lastChunk else {
        try unsafe put(rest)
        return
      }
      if cutter.isAtEnd, position >= target {
        try finishChunk()
        place = try nextPlace()
        continue
      }
      let lowest = Int(clamping: min(target - position, Int64(rest.count) + 1))
      let span = unsafe Span(_unsafeElements: rest.assumingMemoryBound(to: UInt8.self))
      guard let end = cutter.take(span, endAtOrAfter: lowest) else {
        try unsafe put(rest)
        return
      }
      try unsafe put(UnsafeRawBufferPointer(rebasing: rest[..<end]))
      unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest[end...])
    }
  }

  private mutating func put(_ bytes: UnsafeRawBufferPointer) throws(FanOutEnd) {
    guard
      chunk >= order.lastChunk
        || length < order.chunkByteCount + FanOutMessage.maximumRecordByteCount
    else {
      throw FanOutEnd(
        channel: 0,
        "no record ends in \(length) bytes from decompressed byte \(position - length)")
    }
    do throws(ChannelFailure) {
      try unsafe channels[1].write(bytes, offset: place + length)
    } catch { throw FanOutEnd(channel: 1, error.message) }
    length += Int64(bytes.count)
    position += Int64(bytes.count)
  }

  private mutating func finishChunk() throws(FanOutEnd) {
    try announce(place, length)
    chunk += 1
    length = 0
  }

  private mutating func announce(_ first: Int64, _ second: Int64) throws(FanOutEnd) {
    var numbers = (first.littleEndian, second.littleEndian)
    do throws(ChannelFailure) {
      try unsafe withUnsafeMutableBytes(of: &numbers) { bytes throws(ChannelFailure) in
        try unsafe channels[2].write(UnsafeRawBufferPointer(bytes), offset: 0)
      }
    } catch { throw FanOutEnd(channel: 2, error.message) }
  }

  private mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(FanOutEnd) -> Int {
    do throws(ChannelFailure) {
      return try unsafe channels[0].read(into: buffer, offset: 0)
    } catch { throw FanOutEnd(channel: 0, error.message) }
  }

  private mutating func nextPlace() throws(FanOutEnd) -> Int64 {
    var number: Int64 = -1
    let count: Int
    do throws(ChannelFailure) {
      count = try unsafe withUnsafeMutableBytes(of: &number) { bytes throws(ChannelFailure) in
        try unsafe channels[3].read(into: bytes, offset: 0)
      }
    } catch { throw FanOutEnd(channel: 3, error.message) }
    guard count == 8, number >= 0, number < 1 << 60 else {
      throw FanOutEnd(channel: 3, "nobody wants more chunks")
    }
    return Int64(littleEndian: number)
  }
}

private struct FanOutEnd: Error {
  let channel: Int
  let message: String

  init(channel: Int, _ message: String) {
    self.channel = channel
    self.message = message
  }
}
