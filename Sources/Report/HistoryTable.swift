/// `zvm jobs`: a line a run, for people.
public struct HistoryTable {
  private let records: [RunRecord]

  public init(_ records: [RunRecord]) { self.records = records }

  /// Columns as wide as they need be; no colours.
  public var text: String {
    var rows = [["ID", "STARTED (UTC)", "STATUS", "WALL", "READ", "TASKS", "CACHED"]]
    for record in records {
      rows.append([
        record.header.id, Format.time(record.header.t), record.status,
        Format.seconds(record.wall), Format.bytes(record.inputByteCount),
        "\(record.tasks.count)", "\(record.tasks.count { $0.reason == "cache" })",
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
      }.joined()
    }.joined(separator: "\n") + "\n"
  }
}
