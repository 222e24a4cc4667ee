// Unsafe: each cursor owns one region of memory for as long as it lives. Invariant: position ≤ end ≤
// capacity; the current line is [position, position + lineLength) inside [0, end).
import Glibc
import SystemPackage

/// Merges sorted runs into one, in bounded memory whatever their number and size. Lines with equal
/// keys keep the order of their runs.
struct RunMerger {
  /// Memory for the buffers of one merge.
  static let memoryByteCount = 32 << 20
  private static let bufferByteCount = 64 << 10
  private static let maximumFanIn = 1024

  /// Where nameless files for merges in between are made.
  let folder: String
  /// Opens a run's file.
  let file: (Int32) throws(JobError) -> FileDescriptor

  private struct Source {
    var file: FileDescriptor
    var run: Run
    var bufferByteCount: Int {
      Int(min(Int64(max(RunMerger.bufferByteCount, Int(run.longestLine))), run.length))
    }
  }

  /// Merges into `writer`.
  func merge(_ runs: [Run], into writer: inout RunWriter) throws(JobError) {
    var sources: [Source] = []
    sources.reserveCapacity(runs.count)
    for run in runs where run.length > 0 {
      sources.append(Source(file: try file(run.file), run: run))
    }
    var spills: [SpoolFile] = []
    defer { for spill in spills { spill.close() } }
    while true {
      let groups = Self.groups(sources)
      if groups.count <= 1 { break }
      // A level in between: neighbours become one run each, so the order of runs stays.
      let spill = try SpoolFile(in: folder)
      var merged: [Source] = []
      var level = RunWriter(spill.descriptor, number: 0, at: 0)
      for group in groups {
        level.begin(partition: 0)
        try Self.mergeOnce(sources[group], into: &level)
      }
      _ = try level.finish()
      for run in level.runs { merged.append(Source(file: spill.descriptor, run: run)) }
      for old in spills { old.close() }
      spills = [spill]
      sources = merged
    }
    try Self.mergeOnce(sources[...], into: &writer)
  }

  /// Neighbours whose buffers fit in the memory together; at least two a group.
  private static func groups(_ sources: [Source]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    var memory = 0
    for index in sources.indices {
      let need = sources[index].bufferByteCount
      let count = index - start
      if count >= maximumFanIn || count >= 2 && memory + need > memoryByteCount {
        result.append(start..<index)
        start = index
        memory = 0
      }
      memory += need
    }
    if start < sources.count { result.append(start..<sources.count) }
    return result
  }

  private static func mergeOnce(_ sources: ArraySlice<Source>, into writer: inout RunWriter)
    throws(JobError)
  {
    var cursors: [Cursor] = []
    for source in sources {
      let cursor = Cursor(source.file, source.run, capacity: source.bufferByteCount)
      if try cursor.advance() { cursors.append(cursor) }
    }
    guard !cursors.isEmpty else { return }
    // A binary heap whose top is the smallest line.
    var heap = Array(cursors.indices)
    for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) {
      sift(&heap, index, cursors)
    }
    while !heap.isEmpty {
      let cursor = cursors[heap[0]]
      unsafe try writer.line(cursor.line, cursor.lineLength)
      if try !cursor.advance() {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
      }
      if heap.count > 1 { sift(&heap, 0, cursors) }
    }
  }

  private static func sift(_ heap: inout [Int], _ start: Int, _ cursors: [Cursor]) {
    var index = start
    let moving = heap[start]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, precedes(heap[child + 1], heap[child], cursors) { child += 1 }
      guard precedes(heap[child], moving, cursors) else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = moving
  }

  @inline(__always)
  private static func precedes(_ left: Int, _ right: Int, _ cursors: [Cursor]) -> Bool {
    let a = cursors[left]
    let b = cursors[right]
    if a.prefix != b.prefix { return a.prefix < b.prefix }
    let order = unsafe compareKeyRests(a.line, a.keyLength, b.line, b.keyLength)
    return order != 0 ? order < 0 : left < right
  }
}

/// Reads the lines of one run.
@safe private final class Cursor {
  private let file: FileDescriptor
  private var offset: Int64
  private var left: Int64
  private let memory: UnsafeMutableRawPointer
  private let capacity: Int
  private var position = 0
  private var end = 0
  private(set) var lineLength = 0
  private(set) var keyLength = 0
  private(set) var prefix: UInt64 = 0

  init(_ file: FileDescriptor, _ run: Run, capacity: Int) {
    self.file = file
    self.capacity = max(capacity, 1)
    offset = run.offset
    left = run.length
    unsafe memory = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { unsafe memory.deallocate() }

  var line: UnsafeRawPointer { unsafe UnsafeRawPointer(memory + position) }

  /// Moves to the next line; false when there is none.
  func advance() throws(JobError) -> Bool {
    position += lineLength
    lineLength = 0
    while true {
      if let newline = unsafe memchr(memory + position, 0x0A, end - position) {
        let length = unsafe UnsafeRawPointer(newline) - line + 1
        let tab = unsafe memchr(line, 0x09, length - 1)
        lineLength = length
        keyLength = unsafe tab.map { unsafe UnsafeRawPointer($0) - line } ?? length - 1
        prefix = unsafe keyPrefix(line, keyLength)
        return true
      }
      if left == 0 {
        guard position == end else { throw JobError("the job's data: a run ends inside a line") }
        return false
      }
      try refill()
    }
  }

  private func refill() throws(JobError) {
    unsafe memmove(memory, memory + position, end - position)
    end -= position
    position = 0
    let room = min(capacity - end, Int(clamping: left))
    guard room > 0 else { throw JobError("the job's data: a line is longer than its run says") }
    let count = unsafe pread(file.rawValue, memory + end, room, Int(offset))
    guard count > 0 else {
      throw JobError(
        "the job's data: cannot be read: " + (count < 0 ? systemMessage(errno) : "too short"))
    }
    end += count
    offset += Int64(count)
    left -= Int64(count)
  }
}
