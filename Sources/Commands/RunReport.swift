import Sandbox

extension SandboxReport.Outcome {
  /// What went wrong, for people; nil when the program ended by itself.
  var problem: String? {
    switch self {
    case .exited: nil
    case .faulted(let signal, let instruction, let address, let registers):
      "fault: signal \(signal) at guest address 0x\(String(instruction, radix: 16))"
        + (address.map { ", touching 0x\(String($0, radix: 16))" } ?? "") + "; \(registers)"
    case .timedOut: "time is up"
    case .badTrap(let function): "bad trap: function 0x\(String(function, radix: 16))"
    case .killed(let signal):
      signal == 31
        ? "killed by the system-call filter (signal 31)" : "killed by signal \(signal)"
    case .channelFailed(let alias, let message): "channel \(alias): \(message)"
    case .cancelled: "cancelled"
    }
  }

  /// Exit status of `zvm run`.
  var exitStatus: Int32 {
    switch self {
    case .exited(let code): code & 0xff
    case .faulted(let signal, _, _, _), .killed(let signal): 128 + signal
    case .timedOut: 124
    case .badTrap: 22
    case .channelFailed: 5
    case .cancelled: 125
    }
  }
}

/// A session's report as text (CONTRACT.md, "Report").
struct RunReport {
  private let report: SandboxReport
  private let session: Session

  private let protections: [String]

  init(_ report: SandboxReport, _ session: Session, _ protections: [String]) {
    self.protections = protections
    self.report = report
    self.session = session
  }

  private var returnCode: Int32 {
    if case .exited(let code) = report.outcome { return code }
    return 0
  }

  private var totals: SandboxReport.Accounting {
    var sum = SandboxReport.Accounting()
    for channel in report.accounting {
      sum.gets &+= channel.gets
      sum.getBytes &+= channel.getBytes
      sum.puts &+= channel.puts
      sum.putBytes &+= channel.putBytes
    }
    return sum
  }

  /// Validator, daemon, return code, etags, accounting, exit state: a line each.
  var classic: String {
    var etags: [String] = []
    if let memory = report.memoryDigest { etags.append("memory sha256:\(memory)") }
    for (channel, digest) in zip(session.channels, report.digests) {
      if let digest { etags.append("\(channel.alias) sha256:\(digest)") }
    }
    let sum = totals
    return """
      0
      0
      \(returnCode)
      \(etags.isEmpty ? "disabled" : etags.joined(separator: " "))
      \(seconds(report.systemTime)) \(seconds(report.userTime)) \(sum.gets) \(sum.getBytes) \
      \(sum.puts) \(sum.putBytes) 0 0 0 0
      \(report.outcome.problem ?? "ok")

      """
  }

  var json: String {
    let channels = session.channels.indices.map { index in
      let sums = report.accounting[index]
      let digest = report.digests[index].map { "\"\($0)\"" } ?? "null"
      return "{\"alias\": \(quoted(session.channels[index].alias)), \"gets\": \(sums.gets), "
        + "\"getBytes\": \(sums.getBytes), \"puts\": \(sums.puts), "
        + "\"putBytes\": \(sums.putBytes), \"sha256\": \(digest)}"
    }
    return """
      {
        "validator": 0,
        "exitCode": \(returnCode),
        "state": \(quoted(report.outcome.problem ?? "ok")),
        "outcome": "\(kind)",
        "systemSeconds": \(seconds(report.systemTime)),
        "userSeconds": \(seconds(report.userTime)),
        "protections": [\(protections.map(quoted).joined(separator: ", "))],
        "traps": \(report.trapCount),
        "memorySHA256": \(report.memoryDigest.map { "\"\($0)\"" } ?? "null"),
        "channels": [
          \(channels.joined(separator: ",\n    "))
        ]
      }

      """
  }

  private var kind: String {
    switch report.outcome {
    case .exited: "exited"
    case .faulted: "faulted"
    case .timedOut: "timedOut"
    case .badTrap: "badTrap"
    case .killed: "killed"
    case .channelFailed: "channelFailed"
    case .cancelled: "cancelled"
    }
  }

  /// Seconds with six decimals.
  private func seconds(_ duration: Duration) -> String {
    let (whole, attoseconds) = duration.components
    let digits = String(attoseconds / 1_000_000_000_000)
    return "\(whole)." + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
