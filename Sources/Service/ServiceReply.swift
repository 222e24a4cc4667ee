import Foundation
import Sandbox

/// What the daemon answers, one JSON packet each: `queued` or nothing, then `report` or `error`.
struct ServiceReply: Encodable {
  struct ChannelReport: Encodable {
    var alias: String
    var gets: Int64
    var getBytes: Int64
    var puts: Int64
    var putBytes: Int64
    var sha256: String?
  }

  struct Report: Encodable {
    /// `exited`, `faulted`, `timedOut`, …
    var outcome: String
    /// `ok`, or what went wrong.
    var state: String
    var exitCode: Int32
    var systemSeconds: Double
    var userSeconds: Double
    var channels: [ChannelReport]
  }

  var event: String
  var report: Report?
  var status: String?
  var message: String?

  init(_ report: SandboxReport, _ session: Session) {
    event = "report"
    self.report = Report(
      outcome: report.outcome.name, state: report.outcome.problem ?? "ok",
      exitCode: report.outcome.exitCode,
      systemSeconds: Self.seconds(report.systemTime), userSeconds: Self.seconds(report.userTime),
      channels: session.channels.indices.map { index in
        let sums = report.accounting[index]
        return ChannelReport(
          alias: session.channels[index].alias, gets: sums.gets, getBytes: sums.getBytes,
          puts: sums.puts, putBytes: sums.putBytes, sha256: report.digests[index])
      })
  }

  init(_ error: ServiceError) {
    event = "error"
    status = error.status.rawValue
    message = error.description
  }

  init(event: String) { self.event = event }

  var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The structure has no value that JSON lacks; an encoder that fails is a defect of ours.
    guard let data = try? encoder.encode(self) else { preconditionFailure("a reply is JSON") }
    return Array(data)
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (whole, attoseconds) = duration.components
    return Double(whole) + Double(attoseconds) * 1e-18
  }
}

extension SandboxReport.Outcome {
  fileprivate var exitCode: Int32 {
    if case .exited(let code) = self { code } else { 0 }
  }
}
