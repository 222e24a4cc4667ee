import Foundation

/// The runs whose state folders are there, newest last.
public struct History: Sendable {
  /// The folder `jobs` in the user's state folder (docs/RUN-RECORD.md).
  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// Names of the runs, oldest first.
  public func identifiers() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)/record.jsonl")
    }.sorted()
  }

  /// The run that `text` means: an ID, the beginning of just one, or `latest`; nil means the latest, too.
  public func find(_ text: String?) throws(RecordError) -> String {
    let all = identifiers()
    guard let last = all.last else { throw RecordError("\(folder): no job was run yet") }
    guard let text, text != "latest" else { return last }
    if all.contains(text) { return text }
    let matches = all.filter { $0.hasPrefix(text) || $0.hasSuffix("-" + text) }
    guard let match = matches.last else { throw RecordError("\(folder): there is no run \(text)") }
    guard matches.count == 1 || match.hasSuffix("-" + text) else {
      throw RecordError("\(text): \(matches.count) runs begin so, from \(matches[0]) to \(match)")
    }
    return match
  }

  public func record(_ identifier: String) throws(RecordError) -> RunRecord {
    try RunRecord(path: "\(folder)/\(identifier)/record.jsonl")
  }

  /// The last bytes that a task's program wrote to its standard error; nil when there are none.
  public func errorTail(_ identifier: String, _ task: RunRecord.Task, limit: Int = 2000)
    -> String?
  {
    guard
      let file = FileHandle(
        forReadingAtPath: errorPath(identifier, task.stage, task.phase, task.n))
    else { return nil }
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    try? file.seek(toOffset: size > UInt64(limit) ? size - UInt64(limit) : 0)
    guard let data = try? file.readToEnd(), !data.isEmpty else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// Where a task's standard error is kept.
  public func errorPath(_ identifier: String, _ stage: String, _ phase: String, _ number: Int)
    -> String
  {
    "\(folder)/\(identifier)/stderr/\(stage)-\(phase)-\(number).log"
  }
}
