import Datasets
import Digest
import Foundation

/// What tells that an input file is still the one that was split.
struct InputStamp: Sendable, Equatable {
  var byteCount: Int64
  var modifiedNanoseconds: Int64
  var inode: UInt64
}

/// What the record of an earlier run of a job says.
struct RecordedJob: Sendable {
  /// The `job` event.
  struct Header: Sendable {
    var file: String
    var given: String
    var folder: String
    /// nil: as suits each file; 0 in the record.
    var shardByteCount: Int64?
    var jobs: Int
    var parameters: [String: String]
    var output: String?
    var usesCache: Bool
  }

  var header: Header
  var isDone = false
  /// Number of finished tasks.
  private(set) var taskCount = 0
  private var outputs: [String: [Int: TaskOutput]] = [:]
  /// SHA-256 of a phase's list of tasks.
  private(set) var plans: [String: String] = [:]
  /// SHA-256 of a phase's programs and side inputs, by name.
  private var uses: [String: [String: String]] = [:]
  /// Input files by stage and path.
  private(set) var inputs: [String: [String: InputStamp]] = [:]

  /// Reads a record. Lines that are cut off or not understood count as not there: what they told is
  /// done again.
  init(folder: String) throws(JobError) {
    let path = "\(folder)/\(RunRecord.fileName)"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw JobError("\(path): cannot be read")
    }
    // Filled in below, or the record is refused.
    header = Header(
      file: "", given: "", folder: "", shardByteCount: nil, jobs: 1, parameters: [:], output: nil,
      usesCache: false)
    var found: Header?
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let event = (try? JSONSerialization.jsonObject(with: line)) as? [String: Any] else {
        continue
      }
      switch event["event"] as? String {
      case "job": found = Self.header(event)
      case "input": addInput(event)
      case "stage":
        if let phase = Self.phase(event), let plan = event["plan"] as? String {
          // Other tasks than before: what they left says nothing of these.
          let used = event["uses"] as? [String: String] ?? [:]
          if let old = plans[phase], old != plan || uses[phase] != used { outputs[phase] = [:] }
          plans[phase] = plan
          uses[phase] = used
        }
      case "task": addTask(event)
      case "end": isDone = event["status"] as? String == "done"
      default: break
      }
    }
    guard let found else { throw JobError("\(path): does not begin with the job") }
    header = found
    taskCount = outputs.values.reduce(0) { $0 + $1.count }
  }

  private static func phase(_ event: [String: Any]) -> String? {
    guard let stage = event["stage"] as? String, let phase = event["phase"] as? String else {
      return nil
    }
    return "\(stage)/\(phase)"
  }

  private static func header(_ event: [String: Any]) -> Header? {
    guard event["format"] as? Int == 1, let file = event["file"] as? String,
      let folder = event["folder"] as? String, let size = event["shard_size"] as? Int, size >= 0,
      let jobs = event["jobs"] as? Int
    else { return nil }
    return Header(
      file: file, given: event["given"] as? String ?? file, folder: folder,
      shardByteCount: size == 0 ? nil : Int64(size), jobs: jobs,
      parameters: event["set"] as? [String: String] ?? [:], output: event["output"] as? String,
      usesCache: event["cache"] as? Bool ?? false)
  }

  private mutating func addInput(_ event: [String: Any]) {
    guard let stage = event["stage"] as? String, let path = event["path"] as? String,
      let bytes = event["bytes"] as? Int, let modified = event["modified_ns"] as? Int,
      let inode = event["inode"] as? Int
    else { return }
    inputs[stage, default: [:]][path] = InputStamp(
      byteCount: Int64(bytes), modifiedNanoseconds: Int64(modified), inode: UInt64(inode))
  }

  private mutating func addTask(_ event: [String: Any]) {
    guard let phase = Self.phase(event), let index = event["n"] as? Int else { return }
    guard event["status"] as? String == "ok", let hex = event["etag"] as? String,
      let etag = Etag(hex: hex), let lists = event["runs"] as? [[Int]],
      let input = event["in"] as? Int, let output = event["out"] as? Int
    else {
      // A later failure voids what was before.
      outputs[phase]?[index] = nil
      return
    }
    var runs: [Run] = []
    for list in lists {
      guard let run = Run(numbers: list.map { Int64($0) }) else { return }
      runs.append(run)
    }
    var result = TaskOutput(
      runs: runs, etag: etag, inputByteCount: Int64(input), outputByteCount: Int64(output))
    if let list = (event["reject_run"] as? [[Int]])?.first {
      guard let run = Run(numbers: list.map { Int64($0) }), let count = event["rejects"] as? Int
      else { return }
      result.rejectRun = run
      result.rejectCount = count
    }
    outputs[phase, default: [:]][index] = result
  }

  /// What a finished task left, if its bytes are still those that the record tells of.
  func output(stage: String, phase: Phase, task: Int, data: DataFiles) throws(JobError)
    -> TaskOutput?
  {
    guard let output = outputs["\(stage)/\(phase.rawValue)"]?[task] else { return nil }
    var hash = SHA256()
    for run in output.runs {
      guard let file = try? data.file(run.file) else { return nil }
      let whole = try forEachPiece(of: file, from: run.offset, length: run.length) {
        bytes throws(JobError) in hash.update(bytes)
      }
      guard whole else { return nil }
    }
    return Etag(hash.finalize()) == output.etag ? output : nil
  }

  func uses(_ stage: String, _ phase: Phase) -> [String: String]? {
    uses["\(stage)/\(phase.rawValue)"]
  }

  func plan(_ stage: String, _ phase: Phase) -> String? { plans["\(stage)/\(phase.rawValue)"] }
}
