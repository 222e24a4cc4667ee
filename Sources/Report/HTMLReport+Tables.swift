extension HTMLReport {
  /// A table; cells that start with a digit are set right.
  private func table(_ heads: [String], _ rows: [[String]]) -> String {
    let head = heads.map { "<th>\($0)</th>" }.joined()
    let body = rows.map { row in
      "<tr>"
        + row.map { cell in
          let isNumber = cell.first?.isNumber == true
          return "<td\(isNumber ? " class=\"number\"" : "")>\(cell)</td>"
        }.joined() + "</tr>"
    }.joined(separator: "\n")
    return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>\(body)"
      + "</tbody></table></div>"
  }

  private func section(_ title: String, _ note: String = "", _ content: String) -> String {
    "<section><h2>\(title)</h2>"
      + (note.isEmpty ? "" : "<p class=\"muted\">\(note)</p>") + content + "</section>"
  }

  var phaseTable: String {
    section(
      "Stages", "Skew is the longest task over the median one: 1 is even work.",
      table(
        [
          "stage", "phase", "program", "tasks", "cached", "in", "out", "CPU", "median", "90 %",
          "longest", "skew", "peak", "durations",
        ],
        record.statistics.map { s in
          [
            Format.html(s.stage), s.phase == "reduce" ? "reduce" : "map", Format.html(s.program),
            "\(s.tasks)", "\(s.cached)", Format.bytes(s.inputByteCount),
            Format.bytes(s.outputByteCount), Format.seconds(s.processor),
            Format.seconds(s.median), Format.seconds(s.ninetieth), Format.seconds(s.longest),
            Format.decimal(s.skew, digits: 1), s.peak.map(Format.bytes) ?? "–", histogram(s),
          ]
        }))
  }

  /// The tasks that took longest, each with the command that runs it alone.
  var slowest: String {
    let tasks = record.tasks.filter { $0.reason != "cache" }.sorted { $0.wall > $1.wall }
    guard !tasks.isEmpty else { return "" }
    return section(
      "Slowest",
      tasks.count > Self.rowLimit ? "The first \(Self.rowLimit) of \(tasks.count)." : "",
      table(
        ["task", "input", "wall", "CPU", "in", "out", "peak", "run it alone"],
        tasks.prefix(Self.rowLimit).map { task in
          [
            Format.html("\(task.stage) \(task.phase) \(task.n)"), place(task),
            Format.seconds(task.wall), Format.seconds((task.user ?? 0) + (task.system ?? 0)),
            task.in.map(Format.bytes) ?? "–", task.out.map(Format.bytes) ?? "–",
            task.peak.map(Format.bytes) ?? "–",
            command(task),
          ]
        }))
  }

  private func command(_ task: RunRecord.Task) -> String {
    Self.reproduce(task, in: record).map { "<code>\(Format.html($0))</code>" } ?? "–"
  }

  private func place(_ task: RunRecord.Task) -> String {
    guard let path = task.path else { return "–" }
    return Format.html(path)
      + (task.offset.map { " <span class=\"muted\">at \($0)</span>" } ?? "")
  }

  /// What failed, was skipped or tried again, with the program's last words.
  var failures: String {
    let tasks = record.tasks.filter { $0.status != "ok" }
    var result = ""
    if !tasks.isEmpty {
      result += section(
        "Failures", tasks.count > Self.rowLimit ? "The first \(Self.rowLimit)." : "",
        tasks.prefix(Self.rowLimit).map { task in
          let tail = errorTail(task).map { "<pre>\(Format.html($0))</pre>" } ?? ""
          return "<div class=\"failure\"><b>\(Format.html("\(task.stage) \(task.phase) \(task.n)"))"
            + "</b> \(task.status) · \(place(task))<br>\(Format.html(task.error ?? ""))\(tail)"
            + command(task) + "</div>"
        }.joined())
    }
    if !record.retries.isEmpty {
      result += section(
        "Tried again", "",
        table(
          ["task", "attempt", "what happened"],
          record.retries.prefix(Self.rowLimit).map {
            [
              Format.html("\($0.stage) \($0.phase) \($0.n)"), "\($0.attempt)",
              Format.html($0.error),
            ]
          }))
    }
    return result
  }

  var outputTable: String {
    guard let outputs = record.end?.outputs, !outputs.isEmpty else { return "" }
    return section(
      "Outputs", "",
      table(
        ["file", "size", "SHA-256"],
        outputs.map {
          [
            Format.html($0.path), Format.bytes($0.bytes),
            "<code>\(Format.html($0.sha256 ?? "–"))</code>",
          ]
        }))
  }

  var inputTable: String {
    guard !record.inputs.isEmpty else { return "" }
    let total = record.inputs.reduce(0) { $0 + $1.bytes }
    return section(
      "Inputs", "\(record.inputs.count) files, \(Format.bytes(total)) as they lie on disk.",
      table(
        ["file", "size"],
        record.inputs.sorted { $0.bytes > $1.bytes }.prefix(Self.rowLimit).map {
          [Format.html($0.path), Format.bytes($0.bytes)]
        }))
  }

  var environment: String {
    let header = record.header
    var rows: [[String]] = [
      ["engine", Format.html(header.engine ?? "–")], ["host", Format.html(header.host ?? "–")],
      ["cores", "\(header.cores ?? 0)"], ["sandboxes at a time", "\(header.jobs ?? 0)"],
      ["result cache", header.cache == false ? "off" : "on"],
    ]
    for (name, value) in (header.set ?? [:]).sorted(by: { $0.key < $1.key }) {
      rows.append([Format.html("--set \(name)"), Format.html(value)])
    }
    for phase in record.phases {
      rows.append([
        Format.html("\(phase.stage) \(phase.phase): \(phase.program ?? "")"),
        "<code>\(Format.html(phase.programDigest ?? "–"))</code>",
      ])
    }
    if let folder = header.folder {
      rows.append([
        "run it again",
        "<code>\(Format.html("cd \(folder) && zvm job run \(header.file)"))</code>",
      ])
    }
    return section("Run", "", table(["", ""], rows))
  }
}
