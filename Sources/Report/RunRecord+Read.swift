import Foundation

/// Why a record cannot be shown.
public struct RecordError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

extension RunRecord {
  /// Reads `record.jsonl`. A line that is cut off is passed over, as are events of later versions; a file
  /// without a first line of format 1 is an error.
  public init(path: String) throws(RecordError) {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw RecordError("\(path): cannot be read: \(error.localizedDescription)")
    }
    do throws(RecordError) { try self.init(lines: data) } catch {
      throw RecordError("\(path): \(error)")
    }
  }

  init(lines data: Data) throws(RecordError) {
    var events = Events()
    for line in data.split(separator: UInt8(ascii: "\n")) { events.take(line) }
    guard let header = events.header else { throw RecordError("no job event: not a run record") }
    guard header.format == 1 else {
      throw RecordError("format \(header.format) is not known; this zvm knows 1")
    }
    self.header = header
    inputs = events.inputs
    phases = events.phases
    phaseEnds = events.phaseEnds
    retries = events.retries
    resumes = events.resumes
    end = events.end
    var order: [String: Int] = [:]
    for phase in phases where order[phase.key] == nil { order[phase.key] = order.count }
    tasks = events.tasks.sorted {
      let (left, right) = (order[$0.key] ?? .max, order[$1.key] ?? .max)
      return left == right ? $0.n < $1.n : left < right
    }
  }

  /// What is collected while the lines go by.
  private struct Events {
    private struct Kind: Decodable { var event: String }
    private struct Resume: Decodable { var t: Double }
    private struct TaskKey: Hashable {
      var phase: String
      var number: Int
    }

    private let decoder = JSONDecoder()
    var header: Header?
    var inputs: [Input] = []
    var phases: [Phase] = []
    var phaseEnds: [PhaseEnd] = []
    var retries: [Retry] = []
    var resumes: [Double] = []
    var end: End?
    private var tasksByKey: [TaskKey: Task] = [:]

    var tasks: [Task] { Array(tasksByKey.values) }

    mutating func take(_ line: Data) {
      guard let kind = decode(Kind.self, line) else { return }
      switch kind.event {
      case "job": header = header ?? decode(Header.self, line)
      case "input": decode(Input.self, line).map { inputs.append($0) }
      case "stage":
        guard let phase = decode(Phase.self, line) else { return }
        // A resumed job names its phases again.
        if !phases.contains(where: { $0.key == phase.key }) { phases.append(phase) }
      case "task":
        guard let task = decode(Task.self, line) else { return }
        tasksByKey[TaskKey(phase: task.key, number: task.n)] = task
      case "retry": decode(Retry.self, line).map { retries.append($0) }
      case "stage_end": decode(PhaseEnd.self, line).map { phaseEnds.append($0) }
      case "resume":
        decode(Resume.self, line).map { resumes.append($0.t) }
        end = nil
      case "end": end = decode(End.self, line) ?? end
      default: break
      }
    }

    private func decode<Event: Decodable>(_ type: Event.Type, _ line: Data) -> Event? {
      try? decoder.decode(type, from: line)
    }
  }
}

extension RunRecord.Phase {
  var key: String { "\(stage)/\(phase)" }
}

extension RunRecord.Task {
  var key: String { "\(stage)/\(phase)" }
}
