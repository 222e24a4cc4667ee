/// A run's figures in Prometheus' text format, for a node exporter's textfile folder or a push gateway.
public struct PrometheusText {
  private let record: RunRecord

  public init(_ record: RunRecord) { self.record = record }

  public var text: String {
    let job = "job=\"\(Self.escaped(record.header.name))\",id=\"\(Self.escaped(record.header.id))\""
    var result = ""
    func metric(_ name: String, _ kind: String, _ help: String, _ samples: [(String, String)]) {
      result += "# HELP zvm_job_\(name) \(help)\n# TYPE zvm_job_\(name) \(kind)\n"
      for (labels, value) in samples {
        result += "zvm_job_\(name){\(job)\(labels.isEmpty ? "" : "," + labels)} \(value)\n"
      }
    }
    let phases = record.statistics.map { statistics in
      (
        "stage=\"\(Self.escaped(statistics.stage))\",phase=\"\(Self.escaped(statistics.phase))\"",
        statistics
      )
    }
    metric(
      "success", "gauge", "1 when the run ended well.",
      [("", record.status == "done" ? "1" : "0")])
    metric(
      "start_time_seconds", "gauge", "Unix time of the start.",
      [("", Format.decimal(record.header.t / 1000, digits: 3))])
    metric(
      "wall_seconds", "gauge", "Duration of the run.",
      [("", Format.decimal(record.wall, digits: 6))])
    metric(
      "tasks", "gauge", "Tasks by what became of them.",
      phases.flatMap { labels, s in
        [
          (labels + ",result=\"run\"", "\(s.tasks - s.cached - s.skipped - s.failed)"),
          (labels + ",result=\"cache\"", "\(s.cached)"),
          (labels + ",result=\"skipped\"", "\(s.skipped)"),
          (labels + ",result=\"failed\"", "\(s.failed)"),
        ]
      })
    metric(
      "input_bytes", "gauge", "Bytes that programs read.",
      phases.map { ($0, "\($1.inputByteCount)") })
    metric(
      "output_bytes", "gauge", "Bytes that programs wrote.",
      phases.map { ($0, "\($1.outputByteCount)") })
    metric(
      "cpu_seconds", "gauge", "Processor time in sandboxes.",
      phases.map { ($0, Format.decimal($1.processor, digits: 6)) })
    metric(
      "task_wall_seconds", "gauge", "Duration of a task by quantile.",
      phases.flatMap { labels, s in
        [
          (labels + ",quantile=\"0.5\"", Format.decimal(s.median, digits: 6)),
          (labels + ",quantile=\"0.9\"", Format.decimal(s.ninetieth, digits: 6)),
          (labels + ",quantile=\"1\"", Format.decimal(s.longest, digits: 6)),
        ]
      })
    metric("retries", "gauge", "Failures that were tried again.", [("", "\(record.retries.count)")])
    return result
  }

  /// A label's value.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
