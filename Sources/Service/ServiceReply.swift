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
      outcome: report.outcome.name, state: report.outcome.explanation,
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
  fileprivate var name: String {
    switch self {
    case .exited: "exited"
    case .faulted: "faulted"
    case .timedOut: "timedOut"
    case .limitReached: "limitReached"
    case .badTrap: "badTrap"
    case .killed: "killed"
    case .channelFailed: "channelFailed"
    case .cancelled: "cancelled"
    }
  }

  fileprivate var exitCode: Int32 {
    if case .exited(let code) = self { code } else { 0 }
  }

  fileprivate var explanation: String {
    switch self {
    case .exited: "ok"
    case .faulted(let signal, let instruction, let address, _):
      "fault: signal \(signal) at guest address 0x\(String(instruction, radix: 16))"
        + (address.map { ", touching 0x\(String($0, radix: 16))" } ?? "")
    case .timedOut: "time is up"
    case .limitReached(let limit): "the limit was reached: \(limit.rawValue)"
    case .badTrap(let function): "bad trap: function 0x\(String(function, radix: 16))"
    case .killed(let signal): "killed by signal \(signal)"
    case .channelFailed(let alias, let message): "channel \(alias): \(message)"
    case .cancelled: "cancelled"
    }
  }
}
