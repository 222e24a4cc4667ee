extension HTMLReport {
  private static let width = 1000.0
  private static let leftMargin = 84.0
  private static let rowHeight = 16.0
  /// More bars than this cannot be told apart: then a row shows how busy it was.
  private static let barLimit = 4000

  private var plotWidth: Double { Self.width - Self.leftMargin - 10 }
  private var duration: Double { max(record.wall, 0.001) }

  private func x(_ seconds: Double) -> String {
    Format.decimal(
      Self.leftMargin + min(max(seconds / duration, 0), 1) * plotWidth, digits: 2)
  }

  /// Colour class of a task.
  private func kind(_ task: RunRecord.Task) -> String {
    if task.status == "failed" { return "failed" }
    if task.status == "skipped" { return "skipped" }
    if task.reason == "cache" { return "cache" }
    return task.phase == "reduce" ? "reduce" : "map"
  }

  var legend: String {
    let present = Set(record.tasks.map(kind))
    return "<p class=\"legend\">"
      + ["map", "reduce", "cache", "skipped", "failed"].filter(present.contains).map {
        "<span class=\"key \($0)\"></span>\($0)"
      }.joined(separator: " ") + "</p>"
  }

  /// Which sandbox did what when.
  var timeline: String {
    let rows = (record.tasks.compactMap(\.slot).max() ?? 0) + 1
    let height = Double(rows) * (Self.rowHeight + 4) + 34
    let start = record.header.t / 1000
    var svg = open(height, "timeline of sandboxes") + axis(height - 22)
    for row in 0..<rows {
      svg +=
        "<text x=\"\(Int(Self.leftMargin) - 8)\" y=\"\(text(row))\" class=\"right\">\(row + 1)</text>"
    }
    if record.tasks.count > Self.barLimit {
      svg += busyRows(rows, start)
    } else {
      for task in record.tasks {
        let begin = task.t / 1000 - start
        let width = max(task.wall / duration * plotWidth, 1)
        svg +=
          "<rect class=\"\(kind(task))\" x=\"\(x(begin))\" y=\"\(top(task.slot ?? 0))\" "
          + "width=\"\(Format.decimal(width, digits: 2))\" height=\"\(Int(Self.rowHeight))\">"
          + "<title>\(label(task))</title></rect>"
      }
    }
    return svg + "</svg>"
  }

  /// For runs with very many tasks: how much of each step of time each row was busy.
  private func busyRows(_ rows: Int, _ start: Double) -> String {
    let steps = 400
    var busy = [[Double]](repeating: [Double](repeating: 0, count: steps), count: rows)
    for task in record.tasks where (0..<rows).contains(task.slot ?? 0) {
      let begin = (task.t / 1000 - start) / duration * Double(steps)
      let end = begin + task.wall / duration * Double(steps)
      for index in max(0, Int(begin))...max(max(0, Int(begin)), min(steps - 1, Int(end)))
      where index < steps {
        busy[task.slot ?? 0][index] += max(
          0, min(end, Double(index + 1)) - max(begin, Double(index)))
      }
    }
    var svg = ""
    let width = Format.decimal(plotWidth / Double(steps), digits: 3)
    for row in 0..<rows {
      for index in 0..<steps where busy[row][index] > 0.01 {
        svg +=
          "<rect class=\"map\" x=\"\(x(Double(index) / Double(steps) * duration))\" "
          + "y=\"\(top(row))\" width=\"\(width)\" height=\"\(Int(Self.rowHeight))\" "
          + "opacity=\"\(Format.decimal(min(1, busy[row][index]), digits: 2))\"/>"
      }
    }
    return svg
  }

  private func top(_ row: Int) -> Int { Int(Double(row) * (Self.rowHeight + 4)) + 4 }
  private func text(_ row: Int) -> Int { top(row) + 12 }

  private func label(_ task: RunRecord.Task) -> String {
    var parts = ["\(task.stage) \(task.phase) \(task.n): \(Format.seconds(task.wall))"]
    if let path = task.path { parts.append(path) }
    if let count = task.in { parts.append("\(Format.bytes(count)) in") }
    if let count = task.out { parts.append("\(Format.bytes(count)) out") }
    if let error = task.error { parts.append(error) }
    return Format.html(parts.joined(separator: "\n"))
  }

  /// Bytes a second over time, and sandboxes alive.
  var throughput: String {
    let steps = 100
    let height = 180.0
    let bottom = height - 26
    let activity = record.activity(steps: steps)
    let fastest = max(activity.map(\.bytesPerSecond).max() ?? 0, 1)
    let most = max(activity.map(\.alive).max() ?? 0, 1)
    func y(_ part: Double) -> String {
      Format.decimal(bottom - part * (bottom - 10), digits: 2)
    }
    var area = "M\(x(0)) \(Format.decimal(bottom, digits: 2))"
    var line = ""
    for (index, step) in activity.enumerated() {
      let left = x(Double(index) / Double(steps) * duration)
      let right = x(Double(index + 1) / Double(steps) * duration)
      let level = y(step.bytesPerSecond / fastest)
      area += " L\(left) \(level) L\(right) \(level)"
      line += "\(line.isEmpty ? "M" : " L")\(left) \(y(step.alive / most))"
      line += " L\(right) \(y(step.alive / most))"
    }
    area += " L\(x(duration)) \(Format.decimal(bottom, digits: 2)) Z"
    return open(height, "throughput over time") + axis(bottom)
      + "<path class=\"area\" d=\"\(area)\"/><path class=\"line\" d=\"\(line)\"/>"
      + "<text x=\"\(Int(Self.leftMargin) - 8)\" y=\"16\" class=\"right\">"
      + "\(Format.bytes(Int64(fastest)))/s</text>"
      + "<text x=\"\(Int(Self.leftMargin) - 8)\" y=\"32\" class=\"right strong\">"
      + "\(Format.decimal(most, digits: 0)) alive</text></svg>"
  }

  /// How long tasks of a phase took: equal steps from none to the longest.
  func histogram(_ statistics: PhaseStatistics) -> String {
    let walls = record.tasks.filter {
      $0.stage == statistics.stage && $0.phase == statistics.phase && $0.reason != "cache"
    }.map(\.wall)
    guard walls.count > 1, statistics.longest > 0 else { return "" }
    var counts = [Int](repeating: 0, count: 24)
    for wall in walls { counts[min(23, Int(wall / statistics.longest * 24))] += 1 }
    let most = Double(counts.max() ?? 1)
    var svg = "<svg class=\"spark\" viewBox=\"0 0 120 24\" role=\"img\" "
    svg += "aria-label=\"how long tasks took\">"
    for (index, count) in counts.enumerated() where count > 0 {
      let height = max(1, Double(count) / most * 23)
      svg +=
        "<rect class=\"map\" x=\"\(index * 5)\" y=\"\(Format.decimal(24 - height, digits: 1))\" "
        + "width=\"4\" height=\"\(Format.decimal(height, digits: 1))\"/>"
    }
    return svg + "</svg>"
  }

  private func open(_ height: Double, _ label: String) -> String {
    "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(height))\" role=\"img\" aria-label=\"\(label)\">"
  }

  /// A time axis with about eight round marks.
  private func axis(_ y: Double) -> String {
    let step = Self.roundStep(atLeast: duration / 8)
    var svg = "<path class=\"axis\" d=\"M\(x(0)) \(Int(y)) H\(x(duration))\"/>"
    var mark = 0.0
    while mark <= duration * 1.0001 {
      svg +=
        "<path class=\"grid\" d=\"M\(x(mark)) 0 V\(Int(y))\"/>"
        + "<text x=\"\(x(mark))\" y=\"\(Int(y) + 16)\" class=\"middle\">"
        + "\(mark == 0 ? "0" : Format.seconds(mark))</text>"
      mark += step
    }
    return svg
  }

  /// 1, 2 or 5 times a power of ten: what an axis may be divided by.
  private static func roundStep(atLeast raw: Double) -> Double {
    var power = 0.000_001
    while power * 10 <= raw { power *= 10 }
    return [1, 2, 5].map { $0 * power }.first { $0 >= raw } ?? power * 10
  }
}
