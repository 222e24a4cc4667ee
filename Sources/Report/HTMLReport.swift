/// One self-contained HTML page about a run: no script, nothing loaded from anywhere.
public struct HTMLReport {
  let record: RunRecord
  /// How the last bytes of a task's standard error are had; nil when there are none.
  let errorTail: (RunRecord.Task) -> String?

  public init(
    _ record: RunRecord, errorTail: @escaping (RunRecord.Task) -> String? = { _ in nil }
  ) {
    self.record = record
    self.errorTail = errorTail
  }

  /// Rows of a table that may have one for every task: the rest is in the TSV log.
  static let rowLimit = 20

  public var text: String {
    let header = record.header
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(Format.html(header.name)) · \(record.status) · zvm</title>
      <style>\(Self.style)</style></head><body><main>
      <header><h1>\(Format.html(header.name)) <span class="badge \(badge)">\(record.status)</span></h1>
      <p class="muted">\(Format.time(header.t)) UTC · <code>\(Format.html(header.id))</code> · \
      \(Format.html(header.file))</p>\(problem)</header>
      \(cards)
      <section><h2>Timeline</h2>
      <p class="muted">A row is one of the sandboxes that may run at once; a bar is one shard or \
      partition.</p>
      \(legend)\(timeline)</section>
      <section><h2>Throughput</h2>
      <p class="muted">Input bytes a second (area), sandboxes alive (line).</p>
      \(throughput)</section>
      \(failures)
      \(phaseTable)
      \(slowest)
      \(outputTable)
      \(inputTable)
      \(environment)
      <footer class="muted">Written by zvm. Every task, one a line: \
      <code>zvm job report \(Format.html(header.id)) --format tsv</code></footer>
      </main></body></html>

      """
  }

  private var badge: String {
    switch record.status {
    case "done": "good"
    case "unfinished", "interrupted": "fair"
    default: "bad"
    }
  }

  private var problem: String {
    guard let error = record.end?.error else { return "" }
    return "<p class=\"problem\">\(Format.html(error))</p>"
  }

  /// The figures that one looks for first.
  private var cards: String {
    let wall = record.wall
    let input = record.inputByteCount
    let processor = record.statistics.reduce(0) { $0 + $1.processor }
    let cores = Double(max(1, record.header.cores ?? 1))
    let cached = record.tasks.count { $0.reason == "cache" }
    var figures: [(String, String)] = [
      (Format.seconds(wall), "wall"),
      (Format.bytes(input), "read"),
      (wall > 0 ? Format.bytes(Int64(Double(input) / wall)) + "/s" : "–", "throughput"),
      ("\(record.tasks.count)", "tasks"),
      (Format.seconds(processor), "CPU in sandboxes"),
      (
        wall > 0 ? Format.decimal(100 * processor / (wall * cores), digits: 0) + " %" : "–",
        "of \(Int(cores)) cores"
      ),
    ]
    if cached > 0 { figures.append(("\(cached)", "from the cache")) }
    if let resumed = record.end?.resumed, resumed > 0 { figures.append(("\(resumed)", "kept")) }
    if !record.retries.isEmpty { figures.append(("\(record.retries.count)", "retries")) }
    let skipped = record.tasks.count { $0.status == "skipped" }
    if skipped > 0 { figures.append(("\(skipped)", "skipped")) }
    return "<section class=\"cards\">"
      + figures.map { "<div><b>\(Format.html($0.0))</b><span>\($0.1)</span></div>" }.joined()
      + "</section>"
  }

  /// The command that runs one map task again, alone; a reduce task has none.
  static func reproduce(_ task: RunRecord.Task, in record: RunRecord) -> String? {
    guard task.phase == "map" else { return nil }
    let several = Set(record.phases.map(\.stage)).count > 1
    return "zvm job shell \(record.header.id) --shard \(task.n)"
      + (several ? " --stage \(task.stage)" : "")
  }
}
