/// Figures of one phase of a run.
public struct PhaseStatistics: Sendable {
  public var stage: String
  public var phase: String
  public var program: String
  /// Tasks that are known, and of them those taken from the cache, skipped and failed.
  public var tasks = 0
  public var cached = 0
  public var skipped = 0
  public var failed = 0
  public var inputByteCount: Int64 = 0
  public var outputByteCount: Int64 = 0
  /// Seconds of processor time.
  public var processor = 0.0
  /// Seconds that one task took by the clock.
  public var median = 0.0
  public var ninetieth = 0.0
  public var longest = 0.0
  /// Largest peak memory of a task, bytes; nil when none is known.
  public var peak: Int64?

  /// How much longer the longest task took than the median one: 1 is even work.
  public var skew: Double { median > 0 ? longest / median : 1 }
}

extension RunRecord {
  /// Figures of every phase, in the order in which they ran.
  public var statistics: [PhaseStatistics] {
    var groups: [String: [Task]] = [:]
    for task in tasks { groups[task.key, default: []].append(task) }
    return phases.map { phase in
      let tasks = groups[phase.key] ?? []
      var result = PhaseStatistics(
        stage: phase.stage, phase: phase.phase, program: phase.program ?? "")
      result.tasks = tasks.count
      result.cached = tasks.count { $0.reason == "cache" }
      result.skipped = tasks.count { $0.status == "skipped" }
      result.failed = tasks.count { $0.status == "failed" }
      result.inputByteCount = tasks.reduce(0) { $0 + ($1.in ?? 0) }
      result.outputByteCount = tasks.reduce(0) { $0 + ($1.out ?? 0) }
      result.processor = tasks.reduce(0) { $0 + ($1.user ?? 0) + ($1.system ?? 0) }
      let walls = tasks.filter { $0.reason != "cache" }.map(\.wall).sorted()
      result.median = Self.quantile(0.5, of: walls)
      result.ninetieth = Self.quantile(0.9, of: walls)
      result.longest = walls.last ?? 0
      result.peak = tasks.compactMap(\.peak).max()
      return result
    }
  }

  /// The value below which that part of sorted values lies (nearest rank).
  static func quantile(_ part: Double, of sorted: [Double]) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let rank = Int((part * Double(sorted.count)).rounded(.up)) - 1
    return sorted[min(max(rank, 0), sorted.count - 1)]
  }

  /// Input bytes a second and sandboxes alive, in equal steps of time from the start to the end. A task's
  /// bytes are spread evenly over its time.
  func activity(steps: Int) -> [(bytesPerSecond: Double, alive: Double)] {
    let start = header.t / 1000
    let step = max(wall, 0.001) / Double(steps)
    var result = [(bytesPerSecond: Double, alive: Double)](repeating: (0, 0), count: steps)
    for task in tasks where task.reason != "cache" {
      let begin = (task.t / 1000 - start) / step
      let end = begin + max(task.wall, 0.000_001) / step
      let rate = task.phase == "map" ? Double(task.in ?? 0) / max(task.wall, 0.000_001) : 0
      for index in max(0, Int(begin))..<max(max(0, Int(begin)), min(steps, Int(end) + 1)) {
        let share = min(end, Double(index + 1)) - max(begin, Double(index))
        guard share > 0 else { continue }
        result[index].bytesPerSecond += rate * share
        result[index].alive += share
      }
    }
    return result
  }
}
