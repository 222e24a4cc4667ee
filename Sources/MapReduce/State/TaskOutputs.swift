import Glibc
import Synchronization
import SystemPackage
import Wire

/// What the tasks of a phase left, by number: in nameless files, so that memory does not grow with
/// the number of tasks. A task that was left out has nothing here.
final class TaskOutputs: Sendable {
  let count: Int
  /// An entry of `entryByteCount` bytes a task, zeros where there is none.
  private let entries: SpoolFile
  /// Runs of the tasks that left several, wherever there was room.
  private let runs: SpoolFile
  private let runsEnd = Atomic<Int64>(0)

  /// How many bytes an entry and a run take.
  private static let entryByteCount = 128
  private static let runByteCount = 28
  /// How many entries are read at a time.
  private static let batchCount = 512

  init(count: Int, in folder: String) throws(JobError) {
    self.count = count
    entries = try SpoolFile(in: folder)
    runs = try SpoolFile(in: folder)
  }

  deinit {
    entries.close()
    runs.close()
  }

  /// Keeps a task's output. Once a task.
  func keep(_ output: TaskOutput, of task: Int) throws(JobError) {
    var entry = ByteWriter()
    entry.integer(UInt8(output.rejectRun == nil ? 1 : 2))
    for byte in output.etag.bytes { entry.integer(byte) }
    for number in [output.inputByteCount, output.outputByteCount, Int64(output.rejectCount)] {
      entry.integer(number)
    }
    output.rejectRun?.encode(into: &entry)
    entry.integer(Int64(output.runs.count))
    switch output.runs.count {
    case 0: break
    case 1: output.runs[0].encode(into: &entry)
    default:
      var list = ByteWriter()
      for run in output.runs { run.encode(into: &list) }
      let size = Int64(list.bytes.count)
      let start = runsEnd.wrappingAdd(size, ordering: .relaxed).oldValue
      entry.integer(start)
      try write(list.bytes, runs, at: start)
    }
    try write(entry.bytes, entries, at: Int64(task) * Int64(Self.entryByteCount))
  }

  private func write(_ bytes: [UInt8], _ file: SpoolFile, at offset: Int64) throws(JobError) {
    let error = writeBytes(bytes.span, file.descriptor, at: offset)
    guard error == 0 else {
      throw JobError("the job's data: cannot be written: \(systemMessage(error))")
    }
  }

  /// Calls `body` for each task in order, with nil for those that were left out.
  func visit(_ body: (Int, TaskOutput?) throws(JobError) -> Void) throws(JobError) {
    for first in stride(from: 0, to: count, by: Self.batchCount) {
      let last = min(count, first + Self.batchCount)
      // A file that ends before has no entries there.
      let bytes = try read(
        entries, at: Int64(first * Self.entryByteCount), (last - first) * Self.entryByteCount)
      for task in first..<last {
        let start = (task - first) * Self.entryByteCount
        let end = min(bytes.count, start + Self.entryByteCount)
        try body(task, start < end ? try output(bytes[start..<end]) : nil)
      }
    }
  }

  private func output(_ entry: ArraySlice<UInt8>) throws(JobError) -> TaskOutput? {
    var reader = ByteReader(Array(entry))
    do throws(WireError) {
      let kind = try reader.integer("kind", as: UInt8.self)
      if kind == 0 { return nil }
      var digest: [UInt8] = []
      for _ in 0..<32 { digest.append(try reader.integer("digest")) }
      var result = TaskOutput(
        runs: [], etag: Etag(digest), inputByteCount: try reader.count("input"),
        outputByteCount: try reader.count("output"))
      result.rejectCount = Int(try reader.count("rejects"))
      if kind == 2 { result.rejectRun = try Run(from: &reader) }
      let runCount = Int(try reader.count("runs"))
      if runCount == 1 { result.runs = [try Run(from: &reader)] }
      guard runCount > 1 else { return result }
      let start = try reader.count("start of the runs")
      var list = ByteReader(try readRuns(at: start, runCount))
      for _ in 0..<runCount { result.runs.append(try Run(from: &list)) }
      return result
    } catch { throw JobError("the job's data: \(error)") }
  }

  private func readRuns(at start: Int64, _ count: Int) throws(WireError) -> [UInt8] {
    guard let bytes = readBytes(runs.descriptor, at: start, count: count * Self.runByteCount) else {
      throw WireError(field: "runs: they cannot be read", offset: Int(start))
    }
    return bytes
  }

  private func read(_ file: SpoolFile, at offset: Int64, _ count: Int) throws(JobError) -> [UInt8] {
    guard let bytes = readBytes(file.descriptor, at: offset, count: count) else {
      throw JobError("the job's data: cannot be read: \(systemMessage(errno))")
    }
    return bytes
  }
}

extension Run {
  fileprivate func encode(into writer: inout ByteWriter) {
    for number in [file, partition, longestLine] { writer.integer(UInt32(bitPattern: number)) }
    for number in [offset, length] { writer.integer(number) }
  }

  fileprivate init(from reader: inout ByteReader) throws(WireError) {
    let file: UInt32 = try reader.integer("file")
    let partition: UInt32 = try reader.integer("partition")
    let longestLine: UInt32 = try reader.integer("longest line")
    self.init(
      file: Int32(bitPattern: file), partition: Int32(bitPattern: partition),
      offset: try reader.count("offset"), length: try reader.count("length"),
      longestLine: Int32(bitPattern: longestLine))
  }
}
