// Unsafe: lines are handled as offsets into one buffer. Invariant of every Entry: start + length ≤
// bytes in the buffer, keyLength < length; entries are made in `parse` only, from the same buffer that
// `precedes` and `write` look at, and the buffer does not change in between.
import Glibc
import SystemPackage

/// Sorts `key TAB value` lines of a file by partition and key, in pieces that fit in memory; within
/// a key the order stays. A line without TAB is its own key. The order of keys is that of their bytes,
/// as `LC_ALL=C sort` has it.
///
/// What one piece is depends on the bytes alone, never on memory or the number of sandboxes, so that a
/// combiner sees the same pieces everywhere.
final class LineSorter {
  /// Most bytes and lines of one sorted piece.
  static let pieceByteCount = 16 << 20
  static let pieceLineCount = 1 << 19
  /// What sorting takes beside a sandbox: the piece, its entries, a copy of them, the writer.
  static let memoryByteCount = pieceByteCount + 2 * pieceLineCount * 24 + (1 << 20)

  private struct Entry {
    /// The key's first eight bytes, big-endian, zeros behind a shorter one.
    var prefix: UInt64
    var start: UInt32
    /// With its line end.
    var length: UInt32
    var keyLength: UInt32
    var partition: UInt32
  }

  private var buffer: [UInt8] = []
  private var entries: [Entry] = []

  /// Sorts the first `length` bytes of `file` and writes them: piece by piece, each in order of
  /// partition. `pieceEnd` is called after each piece.
  func sort(
    _ file: FileDescriptor, length: Int64, partitions: Int, into writer: inout RunWriter,
    pieceEnd: (inout RunWriter) throws(JobError) -> Void = { _ in }
  ) throws(JobError) {
    var position: Int64 = 0
    while position < length {
      let count = Int(min(length - position, Int64(Self.pieceByteCount)))
      guard fill(&buffer, file, at: position, count: count), buffer.count == count else {
        throw JobError("the job's data: became shorter while it was read")
      }
      let isLast = position + Int64(count) == length
      if isLast, buffer.last != UInt8(ascii: "\n") { buffer.append(UInt8(ascii: "\n")) }
      let used = parse(partitions)
      guard used > 0 else {
        throw JobError("a line of more than \(Self.pieceByteCount) bytes cannot be sorted")
      }
      try write(into: &writer)
      try pieceEnd(&writer)
      position += Int64(used)
    }
  }

  /// Makes entries of whole lines; answers the bytes that they take.
  private func parse(_ partitions: Int) -> Int {
    entries.removeAll(keepingCapacity: true)
    return unsafe buffer.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count, entries.count < Self.pieceLineCount {
        let line = unsafe bytes.baseAddress! + start
        guard let newline = unsafe memchr(line, 0x0A, bytes.count - start) else { break }
        let length = unsafe UnsafeRawPointer(newline) - line + 1
        let tab = unsafe memchr(line, 0x09, length - 1)
        let keyLength = unsafe tab.map { unsafe UnsafeRawPointer($0) - line } ?? length - 1
        var partition = 0
        if partitions > 1 {
          var hash = Partitioner.start
          for index in 0..<keyLength {
            hash = Partitioner.step(hash, unsafe line.load(fromByteOffset: index, as: UInt8.self))
          }
          partition = Partitioner.partition(hash: hash, of: partitions)
        }
        entries.append(
          Entry(
            prefix: unsafe keyPrefix(line, keyLength), start: UInt32(start), length: UInt32(length),
            keyLength: UInt32(keyLength), partition: UInt32(partition)))
        start += length
      }
      return start
    }
  }

  private func write(into writer: inout RunWriter) throws(JobError) {
    let result: Result<Void, JobError> = unsafe buffer.withUnsafeBytes { bytes in
      let base = bytes.baseAddress!
      entries.sort { left, right in
        if left.partition != right.partition { return left.partition < right.partition }
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        let order = unsafe compareKeyRests(
          base + Int(left.start), Int(left.keyLength), base + Int(right.start), Int(right.keyLength)
        )
        return order != 0 ? order < 0 : left.start < right.start
      }
      do throws(JobError) {
        var partition: UInt32?
        for entry in entries {
          if entry.partition != partition {
            partition = entry.partition
            writer.begin(partition: Int(entry.partition))
          }
          unsafe try writer.line(base + Int(entry.start), Int(entry.length))
        }
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }
}

/// The first eight bytes of a key as a number whose order is that of the bytes. Invariant: `count`
/// bytes at `key` are readable.
@inline(__always)
func keyPrefix(_ key: UnsafeRawPointer, _ count: Int) -> UInt64 {
  if count >= 8 { return unsafe UInt64(bigEndian: key.loadUnaligned(as: UInt64.self)) }
  var result: UInt64 = 0
  for index in 0..<count {
    result |=
      UInt64(unsafe key.load(fromByteOffset: index, as: UInt8.self)) << UInt64(56 - 8 * index)
  }
  return result
}

/// Compares keys whose prefixes are equal. Invariant: the counts of bytes are readable.
@inline(__always)
func compareKeyRests(
  _ left: UnsafeRawPointer, _ leftCount: Int, _ right: UnsafeRawPointer, _ rightCount: Int
) -> Int {
  let common = min(leftCount, rightCount)
  if common > 8 {
    let order = unsafe memcmp(left + 8, right + 8, common - 8)
    if order != 0 { return Int(order) }
  }
  return leftCount - rightCount
}
