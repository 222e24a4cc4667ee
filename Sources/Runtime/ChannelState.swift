// Unsafe: reads and writes go straight between descriptors and guest memory; the buffers come from
// `GuestMemory`, checked, and are used only during the call that got them.
import Compression
import Digest
import Glibc
import Wire

/// Why a channel cannot go on: this ends the session.
struct ChannelFailure: Error {
  let message: String
  /// Why the system refused a call; 0: it is something else.
  let code: Int32

  init(_ message: String) {
    self.message = message
    code = 0
  }

  init(_ action: String, errno code: Int32) {
    self.code = code
    message = unsafe "\(action): \(String(cString: strerror(code)))"
  }
}

/// One channel of the running session: where its bytes come from or go, and how far it is.
struct ChannelState {
  /// A window of a descriptor.
  struct Window {
    var descriptor: Int32
    var offset: Int64
    var length: Int64
  }

  enum Source {
    case null
    case stream(Int32)
    case file(Window)
    case extents([Window])
    case compressed(CompressedWindow)
    case bytes([UInt8])
  }

  let message: ChannelMessage
  private let source: Source
  /// First byte of the channel that holds no data yet, where the size is known.
  private var size: Int64
  /// Where the next sequential read and write start.
  private var readPosition: Int64 = 0
  private var writePosition: Int64 = 0
  /// Of all bytes moved, where the session asked for it.
  private var digest: SHA256?

  /// Direction: both limits of one 0 means never.
  var mayRead: Bool { message.gets > 0 || message.getBytes > 0 }
  var mayWrite: Bool { message.puts > 0 || message.putBytes > 0 }
  var readsAnywhere: Bool { message.access & 1 != 0 }
  var writesAnywhere: Bool { message.access & 2 != 0 }

  init(_ message: ChannelMessage, descriptors: [Int32]) throws(RuntimeError) {
    self.message = message
    size = message.backing.byteCount
    digest = message.digest ? SHA256() : nil
    func descriptor(_ index: UInt32) throws(RuntimeError) -> Int32 {
      guard index < UInt32(descriptors.count) else {
        throw RuntimeError("\(message.alias): descriptor \(index) was not sent")
      }
      return descriptors[Int(index)]
    }
    switch message.backing {
    case .null: source = .null
    case .stream(let index): source = .stream(try descriptor(index))
    case .file(let index, let offset, let size):
      source = .file(Window(descriptor: try descriptor(index), offset: offset, length: size))
    case .extents(let extents):
      var windows: [Window] = []
      var total: Int64 = 0
      for extent in extents {
        windows.append(
          Window(
            descriptor: try descriptor(extent.descriptor), offset: extent.offset,
            length: extent.length))
        let (sum, overflow) = total.addingReportingOverflow(extent.length)
        guard !overflow else { throw RuntimeError("\(message.alias): too many bytes") }
        total = sum
      }
      source = .extents(windows)
    case .compressed(let index, let piece):
      let file = try descriptor(index)
      do throws(ChannelFailure) { source = .compressed(try CompressedWindow(file, piece)) } catch {
        throw RuntimeError("\(message.alias): \(error.message)")
      }
    case .bytes(let bytes): source = .bytes(bytes)
    }
    if message.access == 1 { writePosition = size }
  }

  /// Whether this is a sequential channel whose read limit is used up.
  func isSpent(reads: (calls: Int64, bytes: Int64)) -> Bool {
    mayRead && !readsAnywhere
      && (reads.calls >= message.gets || reads.bytes >= message.getBytes)
  }

  /// Fills `buffer` as far as there are bytes. A sequential channel goes on where it was.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer, offset: Int64)
    throws(ChannelFailure) -> Int
  {
    let position = readsAnywhere ? offset : readPosition
    let count: Int
    switch source {
    case .null: count = 0
    case .stream(let descriptor): count = try unsafe Self.fill(buffer, descriptor, at: nil)
    case .file(let window):
      let wanted = Int(clamping: max(0, min(Int64(buffer.count), size - position)))
      // Also keeps the sum below small: the guest chose the position.
      if wanted == 0 { return 0 }
      count = try unsafe Self.fill(
        UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), window.descriptor,
        at: window.offset + position)
    case .compressed(let input): count = try unsafe input.read(into: buffer)
    case .extents(let windows): count = try unsafe Self.fill(buffer, windows, at: position)
    case .bytes(let bytes):
      let start = Int(min(position, Int64(bytes.count)))
      let end = min(bytes.count, start + buffer.count)
      unsafe buffer.copyBytes(from: bytes[start..<end])
      count = end - start
    }
    readPosition += Int64(count)
    unsafe take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

  /// Writes all of `buffer`.
  mutating func write(_ buffer: UnsafeRawBufferPointer, offset: Int64) throws(ChannelFailure) {
    let position = writesAnywhere ? offset : writePosition
    // A guest that may seek stays inside what it was granted: the file as it is, or put_size bytes.
    if writesAnywhere,
      position > max(message.backing.byteCount, message.putBytes) - Int64(buffer.count)
    {
      throw ChannelFailure("write", errno: EFBIG)
    }
    switch source {
    case .null: break
    case .stream(let descriptor): try unsafe Self.drain(buffer, descriptor, at: nil)
    case .file(let window):
      let (start, overflow) = window.offset.addingReportingOverflow(position)
      guard !overflow, start.addingReportingOverflow(Int64(buffer.count)).overflow == false else {
        throw ChannelFailure("write", errno: EFBIG)
      }
      try unsafe Self.drain(buffer, window.descriptor, at: start)
      size = max(size, position + Int64(buffer.count))
    case .extents, .compressed, .bytes: throw ChannelFailure("write", errno: EROFS)
    }
    writePosition += Int64(buffer.count)
    unsafe take(buffer)
  }

  /// The digest of all bytes moved, if one was asked for. Ends it.
  mutating func finishDigest() -> [UInt8]? { digest?.finalize() }

  private mutating func take(_ moved: UnsafeRawBufferPointer) {
    digest?.update(
      unsafe Span(_unsafeElements: moved.assumingMemoryBound(to: UInt8.self)))
  }

  /// Reads until `buffer` is full or the descriptor ends: how a pipe was filled by its writer can
  /// not be seen by the reader.
  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ descriptor: Int32, at offset: Int64?
  ) throws(ChannelFailure) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count =
        if let offset {
          unsafe pread(descriptor, rest.baseAddress, rest.count, Int(offset) + done)
        } else {
          unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
        }
      if count == 0 { break }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw ChannelFailure("read", errno: errno)
      }
      done += count
    }
    return done
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ windows: [Window], at position: Int64
  ) throws(ChannelFailure) -> Int {
    var skip = position
    var done = 0
    for window in windows where done < buffer.count {
      if skip >= window.length {
        skip -= window.length
        continue
      }
      let wanted = Int(min(Int64(buffer.count - done), window.length - skip))
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + wanted)])
      let count = try unsafe fill(part, window.descriptor, at: window.offset + skip)
      guard count == wanted else {
        throw ChannelFailure("the file ended \(wanted - count) bytes before its window")
      }
      done += count
      skip = 0
    }
    return done
  }

  private static func drain(
    _ buffer: UnsafeRawBufferPointer, _ descriptor: Int32, at offset: Int64?
  )
    throws(ChannelFailure)
  {
    var done = 0
    while done < buffer.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
      let count =
        if let offset {
          unsafe pwrite(descriptor, rest.baseAddress, rest.count, Int(offset) + done)
        } else {
          unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        }
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        throw ChannelFailure("write", errno: count < 0 ? errno : EIO)
      }
      done += count
    }
  }
}
