import Foundation

/// A run in one JSON object: how it ended, every phase's figures, its outputs.
public struct JSONSummary {
  private struct Phase: Encodable {
    var stage, phase, program: String
    var tasks, cached, skipped, failed: Int
    var inputBytes, outputBytes: Int64
    var cpuSeconds, medianSeconds, ninetiethSeconds, longestSeconds, skew: Double
    var peakBytes: Int64?
  }

  private struct Output: Encodable {
    var path: String
    var bytes: Int64
    var sha256: String?
  }

  private struct Summary: Encodable {
    var id, name, status, file: String
    var error: String?
    var startSeconds, wallSeconds: Double
    var inputBytes: Int64
    var bytesPerSecond: Double
    var retries, resumes: Int
    var phases: [Phase]
    var outputs: [Output]
    /// Tasks that did not go well.
    var problems: [String]
  }

  private let record: RunRecord

  public init(_ record: RunRecord) { self.record = record }

  public var text: String {
    let summary = Summary(
      id: record.header.id, name: record.header.name, status: record.status,
      file: record.header.file, error: record.end?.error, startSeconds: record.header.t / 1000,
      wallSeconds: record.wall, inputBytes: record.inputByteCount,
      bytesPerSecond: record.wall > 0 ? Double(record.inputByteCount) / record.wall : 0,
      retries: record.retries.count, resumes: record.resumes.count,
      phases: record.statistics.map { s in
        Phase(
          stage: s.stage, phase: s.phase, program: s.program, tasks: s.tasks, cached: s.cached,
          skipped: s.skipped, failed: s.failed, inputBytes: s.inputByteCount,
          outputBytes: s.outputByteCount, cpuSeconds: s.processor, medianSeconds: s.median,
          ninetiethSeconds: s.ninetieth, longestSeconds: s.longest, skew: s.skew,
          peakBytes: s.peak)
      },
      outputs: (record.end?.outputs ?? []).map {
        Output(path: $0.path, bytes: $0.bytes, sha256: $0.sha256)
      },
      problems: record.tasks.filter { $0.status != "ok" }.map {
        "\($0.stage) \($0.phase) \($0.n): \($0.status): \($0.error ?? "")"
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Strings and numbers only: a failure to encode them is a defect of ours.
    guard let data = try? encoder.encode(summary) else {
      preconditionFailure("a summary is JSON")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
