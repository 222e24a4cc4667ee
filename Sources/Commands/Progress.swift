import Foundation
import Glibc
import MapReduce
import PlainRun
import Synchronization

/// Progress and summary of a job on standard error: a bar on a terminal, plain lines elsewhere.
final class Progress: Sendable {
  private let isTerminal = isatty(2) == 1
  /// When the bar was last drawn.
  private let drawn = Mutex<ContinuousClock.Instant?>(nil)

  /// Hears of the job's progress.
  func attach(to options: inout RunOptions) {
    options.progress = update
    options.guestError = guestError
    options.skipped = { [self] text in
      clear()
      write("zvm: left out: \(text)\n")
    }
  }

  /// Called after each shard, on any thread.
  @Sendable func update(_ progress: JobProgress) {
    guard isTerminal else { return }
    let now = ContinuousClock.now
    let due = drawn.withLock { last in
      // Often enough to look alive, seldom enough to cost nothing.
      guard
        progress.finished == progress.total || last.map({ now - $0 > .milliseconds(50) }) ?? true
      else {
        return false
      }
      last = now
      return true
    }
    guard due else { return }
    write("\r\(Self.bar(progress))\u{1B}[K")
  }

  static func bar(_ progress: JobProgress) -> String {
    let width = 24
    let filled = min(width, Int(progress.fraction * Double(width)))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let stage = progress.stage.map { "\($0) " } ?? ""
    let count = progress.sandboxCount
    return "\(bar) \(stage)\(progress.phase) \(progress.finished)/\(progress.total), "
      + "\(rate(progress.byteCount, progress.elapsed)), "
      + "\(count) sandbox\(count == 1 ? "" : "es")"
      + (progress.left.map { ", \(duration($0)) left" } ?? "")
  }

  /// `7 s`, `3 min`, `2 h 05 min`.
  private static func duration(_ duration: Duration) -> String {
    let seconds = Int(duration.components.seconds)
    if seconds < 100 { return "\(seconds) s" }
    let minutes = (seconds + 30) / 60
    if minutes < 100 { return "\(minutes) min" }
    return "\(minutes / 60) h \(minutes % 60 < 10 ? "0" : "")\(minutes % 60) min"
  }

  /// Called with what a guest wrote to its standard error.
  @Sendable func guestError(_ label: String, _ bytes: [UInt8]) {
    clear()
    let text = harmless(String(decoding: bytes, as: UTF8.self))
    for line in text.split(separator: "\n") { write("\(label): \(line)\n") }
  }

  func clear() {
    if isTerminal { write("\r\u{1B}[K") }
  }

  /// The one-line summary.
  func finish(_ summary: JobSummary, of name: String) {
    clear()
    let seconds = Self.seconds(summary.elapsed)
    let sandboxes = Double(summary.sandboxCount) / max(seconds, 0.001)
    write(
      "\(name): \(Self.count(summary.shardCount, "shard")), \(Self.size(summary.inputByteCount)) in, "
        + "\(Self.size(summary.outputByteCount)) out, \(Self.decimal(seconds, 2)) s, "
        + "\(Self.rate(summary.inputByteCount, summary.elapsed)), "
        + "\(Self.decimal(sandboxes, 1)) sandboxes/s\(Self.notes(summary))\n")
  }

  /// What was not run, or not kept.
  private static func notes(_ summary: JobSummary) -> String {
    var notes = ""
    if summary.cachedCount > 0 {
      notes += ", \(count(summary.cachedCount, "result")) from the cache"
    }
    if summary.resumedCount > 0 { notes += ", \(summary.resumedCount) kept from before" }
    if summary.skippedCount > 0 { notes += ", \(count(summary.skippedCount, "shard")) left out" }
    if summary.rejectCount > 0 { notes += ", \(count(summary.rejectCount, "record")) rejected" }
    return notes
  }

  /// `1 shard`, `2 shards`.
  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private func write(_ text: String) { say(text) }

  private static func seconds(_ duration: Duration) -> Double {
    let parts = duration.components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }

  private static func rate(_ bytes: Int64, _ elapsed: Duration) -> String {
    "\(decimal(Double(bytes) / max(seconds(elapsed), 0.001) / 1e6, 1)) MB/s"
  }

  private static func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  private static func size(_ bytes: Int64) -> String {
    var value = Double(bytes)
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if value < 1024 { return unit == "B" ? "\(bytes) B" : "\(decimal(value, 1)) \(unit)" }
      value /= 1024
    }
    return "\(decimal(value, 1)) TiB"
  }
}
