import Datasets
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// The journal and record of a job: events appended to `record.jsonl` (docs/RUN-RECORD.md).
///
/// Each event is one write, so a killed engine leaves whole lines but for the last. Power loss is
/// another matter: `sync` brings the lines to the disk, and is called about once a second. What a
/// line says of a task's output is checked by its etag before it is believed.
final class RunRecord: Sendable {
  static let fileName = "record.jsonl"

  private let descriptor: FileDescriptor
  private let path: String
  private let dirty = Atomic(false)

  init(folder: String) throws(JobError) {
    path = "\(folder)/\(Self.fileName)"
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      // A line that was cut off must not swallow the next one.
      if try !Self.endsWhole(path) { try descriptor.writeAll([UInt8(ascii: "\n")]) }
    } catch {
      throw JobError("\(path): \(error)")
    }
  }

  deinit { try? descriptor.close() }

  private static func endsWhole(_ path: String) throws -> Bool {
    let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    defer { try? file.close() }
    let size = try file.seek(offset: 0, from: .end)
    guard size > 0 else { return true }
    return readBytes(file, at: size - 1, count: 1) == [UInt8(ascii: "\n")]
  }

  func append(_ line: consuming JSONLine) throws(JobError) {
    let bytes = line.line()
    do {
      try descriptor.writeAll(bytes)
    } catch {
      throw JobError("\(path): cannot be written: \(error)")
    }
    dirty.store(true, ordering: .releasing)
  }

  /// Brings what was appended to the disk; nothing to do when there is nothing new.
  func sync() throws(JobError) {
    guard dirty.exchange(false, ordering: .acquiringAndReleasing) else { return }
    guard fdatasync(descriptor.rawValue) == 0 else {
      throw JobError("\(path): sync: \(systemMessage(errno))")
    }
  }

  /// Milliseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// One finished attempt at a task, as the record tells it.
struct TaskEvent {
  var stage: String
  var phase: Phase
  var index: Int
  var start: Int64
  var wall = Duration.zero
  var slot: Int
  var attempt: Int
  var status: String
  var reason = "run"
  var shard: Shard?
  var report: SandboxReport?
  var output: TaskOutput?
  var error: String?
  var errorByteCount = 0

  func line() -> JSONLine {
    var line = JSONLine(event: "task")
    line.text("stage", stage)
    line.text("phase", phase.rawValue)
    line.number("n", index)
    line.number("t", start)
    line.seconds("wall", wall)
    line.seconds("user", report?.userTime ?? .zero)
    line.seconds("system", report?.systemTime ?? .zero)
    line.number("slot", slot)
    line.number("attempt", attempt)
    line.text("status", status)
    line.text("reason", reason)
    if let shard {
      line.text("path", shard.name)
      line.number("offset", shard.offset)
      line.number("length", shard.byteCount)
    }
    line.number("in", output?.inputByteCount ?? report?.accounting.first?.getBytes ?? 0)
    line.number(
      "out", output?.outputByteCount ?? report?.accounting.dropFirst().first?.putBytes ?? 0)
    if let peak = report?.peakMemoryByteCount { line.number("peak", peak) }
    let (exit, signal) = Self.ending(report)
    line.number("exit", exit)
    line.number("signal", signal)
    if let error { line.text("error", error) }
    if errorByteCount > 0 { line.number("stderr", errorByteCount) }
    if let output {
      line.text("etag", output.etag.hex)
      line.numbers("runs", output.runs.map(\.numbers))
      if let run = output.rejectRun {
        line.number("rejects", output.rejectCount)
        line.numbers("reject_run", [run.numbers])
      }
    }
    return line
  }

  private static func ending(_ report: SandboxReport?) -> (Int32, Int32) {
    switch report?.outcome {
    case .exited(let code): (Int32(truncatingIfNeeded: code), 0)
    case .faulted(let signal, _, _, _), .killed(let signal): (-1, signal)
    case nil: (0, 0)
    default: (-1, 0)
    }
  }
}

extension Run {
  /// As in the record.
  var numbers: [Int64] { [Int64(file), Int64(partition), offset, length, Int64(longestLine)] }

  init?(numbers: [Int64]) {
    guard numbers.count == 5, let file = Int32(exactly: numbers[0]),
      let partition = Int32(exactly: numbers[1]), let longest = Int32(exactly: numbers[4]),
      file >= 0, partition >= 0, numbers[2] >= 0, numbers[3] >= 0, longest >= 0,
      !numbers[2].addingReportingOverflow(numbers[3]).overflow
    else { return nil }
    self.init(
      file: file, partition: partition, offset: numbers[2], length: numbers[3],
      longestLine: longest)
  }
}

/// The two halves of a stage.
enum Phase: String, Sendable {
  case map, reduce
}
