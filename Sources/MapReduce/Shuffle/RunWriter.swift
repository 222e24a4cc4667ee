// Unsafe: bytes are copied from pointers that the caller owns for the length of one call.
import Digest
import Glibc
import SystemPackage

/// Writes bytes to the end of a file through a buffer, partition by partition, and notes where each
/// partition's run lies and the digest of it all.
struct RunWriter: ~Copyable {
  private let file: FileDescriptor
  private let number: Int32
  /// Where the next flush goes.
  private var offset: Int64
  private var buffer: [UInt8] = []
  private var hash = SHA256()
  private var partition: Int32 = 0
  private var runStart: Int64
  private var longestLine: Int32 = 0
  private(set) var runs: [Run] = []

  static let bufferByteCount = 256 << 10

  init(_ file: FileDescriptor, number: Int32, at offset: Int64) {
    self.file = file
    self.number = number
    self.offset = offset
    runStart = offset
    buffer.reserveCapacity(Self.bufferByteCount)
  }

  /// Where the next byte goes.
  var end: Int64 { offset + Int64(buffer.count) }

  /// Ends the run that was written and begins one of another (or the same) partition.
  mutating func begin(partition: Int) {
    endRun()
    self.partition = Int32(partition)
  }

  private mutating func endRun() {
    if end > runStart {
      runs.append(
        Run(
          file: number, partition: partition, offset: runStart, length: end - runStart,
          longestLine: longestLine))
    }
    runStart = end
    longestLine = 0
  }

  /// A line with its end. Invariant for the caller: `count` bytes at `line` stay readable.
  @inline(__always)
  mutating func line(_ line: UnsafeRawPointer, _ count: Int) throws(JobError) {
    longestLine = max(longestLine, Int32(truncatingIfNeeded: count))
    unsafe try append(UnsafeRawBufferPointer(start: line, count: count))
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(JobError) {
    if buffer.count + bytes.count > Self.bufferByteCount { try flush() }
    if bytes.count > Self.bufferByteCount {
      let copy = unsafe [UInt8](bytes)
      try put(copy)
    } else {
      unsafe buffer.append(contentsOf: bytes)
    }
  }

  mutating func append(_ bytes: Span<UInt8>) throws(JobError) {
    let result: Result<Void, JobError> = unsafe bytes.withUnsafeBytes { buffer in
      do throws(JobError) {
        unsafe try append(buffer)
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }

  private mutating func flush() throws(JobError) {
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    try put(bytes)
  }

  private mutating func put(_ bytes: [UInt8]) throws(JobError) {
    let error = writeBytes(bytes.span, file, at: offset)
    guard error == 0 else {
      throw JobError("the job's data: cannot be written: \(systemMessage(error))")
    }
    hash.update(bytes.span)
    offset += Int64(bytes.count)
  }

  /// Writes what is left; the digest of all bytes.
  mutating func finish() throws(JobError) -> Etag {
    endRun()
    try flush()
    return Etag(hash.finalize())
  }
}
