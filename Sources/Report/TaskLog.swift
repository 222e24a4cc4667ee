/// The per-shard log: a line a task, tab-separated, with fixed columns, as users of GNU parallel's joblog
/// and Nextflow's trace expect.
public struct TaskLog {
  /// The columns, in order. New ones are only ever added at the end.
  public static let columns = [
    "stage", "phase", "shard", "start", "wall", "user", "system", "peak", "in", "out", "exit",
    "signal", "status", "reason", "attempt", "path", "offset", "length", "etag", "error",
  ]

  private let record: RunRecord

  public init(_ record: RunRecord) { self.record = record }

  /// A head line and a line a task. Start is Unix time in seconds, wall, user and system are seconds, sizes
  /// are bytes; `-` stands for what is not known.
  public var text: String {
    var result = Self.columns.joined(separator: "\t") + "\n"
    for task in record.tasks { result += Self.line(task) }
    return result
  }

  private static func line(_ task: RunRecord.Task) -> String {
    let fields: [String] = [
      Format.field(task.stage), Format.field(task.phase), "\(task.n)",
      Format.decimal(task.t / 1000, digits: 3), Format.decimal(task.wall, digits: 6),
      Format.decimal(task.user ?? 0, digits: 6), Format.decimal(task.system ?? 0, digits: 6),
      number(task.peak), number(task.in), number(task.out), number(task.exit),
      number(task.signal), Format.field(task.status), Format.field(task.reason),
      number(task.attempt), Format.field(task.path), number(task.offset), number(task.length),
      Format.field(task.etag), Format.field(task.error),
    ]
    return fields.joined(separator: "\t") + "\n"
  }

  private static func number(_ value: (some BinaryInteger)?) -> String {
    value.map { "\($0)" } ?? "-"
  }
}
