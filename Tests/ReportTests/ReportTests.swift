import Foundation
import Testing

@testable import Report

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ReportTests {
  @Test("the last line of a task counts, a line that was cut off does not, unknown events pass")
  func reading() throws {
    let record = try Example.record()
    #expect(record.tasks.map(\.n) == [0, 1, 2, 3, 0])
    #expect(record.tasks[3].status == "skipped")
    #expect(record.status == "done")
    #expect(record.wall == 5)
    #expect(record.inputByteCount == 4000)
  }

  @Test("a file that is no record, or of another format, is refused")
  func refusals() {
    #expect(throws: RecordError.self) { try RunRecord(lines: Data("{}\n".utf8)) }
    let later = Example.lines.replacing("\"format\":1", with: "\"format\":2")
    #expect(throws: RecordError.self) { try RunRecord(lines: Data(later.utf8)) }
    #expect(throws: RecordError.self) { try RunRecord(path: "/nonexistent/record.jsonl") }
  }

  @Test("a run without an end is unfinished, and a resumed one forgets the earlier end")
  func unfinished() throws {
    let resumed = Example.lines + "\n{\"event\":\"resume\",\"t\":2000000,\"kept\":4}\n"
    let record = try RunRecord(lines: Data(resumed.utf8))
    #expect(record.status == "unfinished")
    #expect(record.resumes == [2_000_000])
    #expect(record.wall == 5)
  }

  @Test("figures of a phase: median, skew, sums; tasks from the cache took no time")
  func statistics() throws {
    let map = try #require(Example.record().statistics.first)
    #expect((map.tasks, map.cached, map.skipped, map.failed) == (4, 1, 1, 0))
    #expect(map.median == 1)
    #expect(map.longest == 3)
    #expect(map.skew == 3)
    #expect(map.processor == 3.25)
    #expect(map.peak == 1_048_576)
    #expect(map.outputByteCount == 35)
  }

  @Test("throughput is conserved: what is spread over time adds up to what was read")
  func activity() throws {
    let record = try Example.record()
    let steps = 50
    let activity = record.activity(steps: steps)
    let read = activity.reduce(0) { $0 + $1.bytesPerSecond * record.wall / Double(steps) }
    // Without the task from the cache, which read nothing now.
    #expect(abs(read - 3000) < 1)
    let busy = activity.reduce(0) { $0 + $1.alive * record.wall / Double(steps) }
    #expect(abs(busy - (1 + 3 + 0.5 + 1)) < 0.01)
  }

  @Test("the log has a line a task and as many fields as columns, whatever a path holds")
  func log() throws {
    let lines = try TaskLog(Example.record()).text.split(separator: "\n")
    #expect(lines.count == 6)
    for line in lines {
      #expect(
        line.split(separator: "\t", omittingEmptySubsequences: false).count
          == TaskLog.columns.count)
    }
    #expect(lines[1].contains("/d/a b<script>.log"))
    #expect(lines[4].hasSuffix("crashed <b>"))
  }

  @Test("hostile text is inert in the page, which loads nothing")
  func page() throws {
    let page = try HTMLReport(Example.record()) { _ in "</pre><script>alert(1)</script>" }.text
    #expect(!page.contains("<script"))
    #expect(!page.contains("crashed <b>"))
    #expect(page.contains("crashed &lt;b&gt;"))
    #expect(page.contains("&lt;1&gt;"))
    #expect(page.contains("zvm job shell 20261125T142233-1-logs --shard 1"))
    for marker in ["http://", "https://", "src=", "url("] { #expect(!page.contains(marker)) }
  }

  @Test("the page is well-formed XML but for its head", arguments: [0, 5000])
  func wellFormed(extraTasks: Int) throws {
    var lines = Example.lines
    for number in 10..<(10 + extraTasks) {
      lines +=
        "\n{\"event\":\"task\",\"stage\":\"main\",\"phase\":\"map\",\"n\":\(number),\"t\":1000500,"
        + "\"wall\":0.01,\"slot\":\(number % 2),\"status\":\"ok\",\"reason\":\"run\",\"in\":1}"
    }
    let page = try HTMLReport(RunRecord(lines: Data(lines.utf8))).text
    let start = try #require(page.range(of: "<main>"))
    let end = try #require(page.range(of: "</main>"))
    let body = page[start.lowerBound..<end.upperBound].replacing("<br>", with: "<br/>")
    let parser = XMLParser(data: Data(body.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError)) at \(parser.lineNumber)")
    // Thousands of bars become rows of how busy they were.
    #expect(page.utf8.count < 1 << 20)
  }

  @Test("Prometheus text: every sample has help, a type and a number")
  func prometheus() throws {
    let text = try PrometheusText(Example.record()).text
    var known = Set<Substring>()
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# TYPE ") { known.insert(line.split(separator: " ")[2]) }
      if line.hasPrefix("#") { continue }
      #expect(known.contains(line.prefix { $0 != "{" }), "\(line)")
      #expect(Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
    }
    #expect(text.contains("result=\"cache\"} 1\n"))
  }

  @Test("the summary is JSON with the phases' figures")
  func json() throws {
    let data = try Data(JSONSummary(Example.record()).text.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["status"] as? String == "done")
    #expect((object["phases"] as? [[String: Any]])?.count == 2)
    #expect((object["problems"] as? [String])?.count == 1)
  }

  @Test(
    "numbers for people",
    arguments: [
      (Format.bytes(512), "512 B"), (Format.bytes(1536), "1.50 KiB"),
      (Format.bytes(1 << 40), "1.00 TiB"), (Format.seconds(0.000_25), "250 µs"),
      (Format.seconds(0.0124), "12.4 ms"), (Format.seconds(250), "4 m 10 s"),
      (Format.seconds(7380), "2 h 3 m"), (Format.decimal(-0.004, digits: 2), "0.00"),
      (Format.decimal(2.999, digits: 2), "3.00"), (Format.time(0), "1970-01-01 00:00:00"),
      // date -u -d @1709164799, @951868800, @4107542399
      (Format.time(1_709_164_799_000), "2024-02-28 23:59:59"),
      (Format.time(951_868_800_000), "2000-03-01 00:00:00"),
      (Format.time(4_107_542_399_000), "2100-02-28 23:59:59"),
    ])
  func formatting(got: String, wanted: String) { #expect(got == wanted) }

  @Test("runs are found by ID, by the beginning of one, by name, and the latest by nothing")
  func history() throws {
    let folder = NSTemporaryDirectory() + "zvm-history-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["20261125T142233-1-logs", "20261126T000000-7-words"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)/stderr", withIntermediateDirectories: true)
      try Data(Example.lines.utf8).write(
        to: URL(fileURLWithPath: "\(folder)/\(name)/record.jsonl"))
    }
    let history = History(folder: folder)
    #expect(try history.find(nil) == "20261126T000000-7-words")
    #expect(try history.find("logs") == "20261125T142233-1-logs")
    #expect(try history.find("20261125") == "20261125T142233-1-logs")
    #expect(throws: RecordError.self) { try history.find("2026") }
    #expect(throws: RecordError.self) { try history.find("nothing") }
    let record = try history.record("20261125T142233-1-logs")
    let path = history.errorPath("20261125T142233-1-logs", "main", "map", 3)
    try Data((String(repeating: "x", count: 5000) + "last words").utf8).write(
      to: URL(fileURLWithPath: path))
    #expect(
      history.errorTail("20261125T142233-1-logs", record.tasks[3])?.hasSuffix("last words")
        == true)
    #expect(history.errorTail("20261125T142233-1-logs", record.tasks[0]) == nil)
  }
}
