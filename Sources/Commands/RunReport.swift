import MapReduce
import Sandbox

/// A session's report as text (CONTRACT.md, "Report"). There is one for a session that never began,
/// too: all zeros, and what went wrong as its state.
struct RunReport {
  /// First line of the classic report.
  enum ValidatorState: Int {
    case passed = 0
    case failed = 1
    case skipped = 2
  }

  private struct Row {
    let alias: String
    let isNetwork: Bool
    let sums: SandboxReport.Accounting
    let digest: String?
  }

  private let validator: ValidatorState
  private let isDaemon: Bool
  private let report: SandboxReport?
  private let rows: [Row]
  private let protections: [String]
  private let state: String
  /// Of a fault: where in the program's source it was, where the program tells.
  private let place: String?

  /// The report of a session of `program` that ran. `network`: numbers of the channels that went over it.
  init(
    _ report: SandboxReport, of program: String, _ session: Session, _ protections: [String],
    validator: ValidatorState = .passed, network: Set<Int> = [], isDaemon: Bool = false
  ) {
    self.validator = validator
    self.isDaemon = isDaemon
    self.report = report
    self.protections = protections
    rows = session.channels.indices.map {
      Row(
        alias: session.channels[$0].alias, isNetwork: network.contains($0),
        sums: report.accounting[$0], digest: report.digests[$0])
    }
    place = report.outcome.place(in: program)
    state = (report.outcome.detailedProblem ?? "ok") + (place.map { "; \($0)" } ?? "")
  }

  /// The report of a session that never began: why, or "ok" when none was asked for.
  init(state: String, validator: ValidatorState) {
    self.validator = validator
    isDaemon = false
    report = nil
    rows = []
    protections = []
    place = nil
    self.state = state
  }

  private var returnCode: Int32 {
    if case .exited(let code)? = report?.outcome { return code }
    return 0
  }

  /// Local, then network: gets, bytes, puts, bytes.
  private var totals: String {
    [false, true].map { isNetwork in
      var sum = SandboxReport.Accounting()
      for row in rows where row.isNetwork == isNetwork {
        sum.gets &+= row.sums.gets
        sum.getBytes &+= row.sums.getBytes
        sum.puts &+= row.sums.puts
        sum.putBytes &+= row.sums.putBytes
      }
      return "\(sum.gets) \(sum.getBytes) \(sum.puts) \(sum.putBytes)"
    }.joined(separator: " ")
  }

  /// Validator, daemon, return code, etags, accounting, exit state: a line each.
  var classic: String {
    var etags: [String] = []
    if let memory = report?.memoryDigest { etags.append("memory sha256:\(memory)") }
    for row in rows {
      if let digest = row.digest { etags.append("\(row.alias) sha256:\(digest)") }
    }
    return """
      \(validator.rawValue)
      \(isDaemon ? 1 : 0)
      \(returnCode)
      \(etags.isEmpty ? "disabled" : etags.joined(separator: " "))
      \(seconds(report?.systemTime)) \(seconds(report?.userTime)) \(totals)
      \(oneLine(state))

      """
  }

  var json: String {
    let channels = rows.map { row in
      let digest = row.digest.map { "\"\($0)\"" } ?? "null"
      return "{\"alias\": \(quoted(row.alias)), \"network\": \(row.isNetwork), "
        + "\"gets\": \(row.sums.gets), \"getBytes\": \(row.sums.getBytes), "
        + "\"puts\": \(row.sums.puts), \"putBytes\": \(row.sums.putBytes), \"sha256\": \(digest)}"
    }
    return """
      {
        "validator": \(validator.rawValue),
        "daemon": \(isDaemon),
        "exitCode": \(returnCode),
        "state": \(quoted(state)),
        "outcome": "\(report?.outcome.name ?? "none")",
      "place": \(place.map(quoted) ?? "null"),
        "systemSeconds": \(seconds(report?.systemTime)),
        "userSeconds": \(seconds(report?.userTime)),
        "protections": [\(protections.map(quoted).joined(separator: ", "))],
        "traps": \(report?.trapCount ?? 0),
        "memorySHA256": \(report?.memoryDigest.map { "\"\($0)\"" } ?? "null"),
        "channels": [
          \(channels.joined(separator: ",\n    "))
        ]
      }

      """
  }

  /// Seconds with six decimals.
  private func seconds(_ duration: Duration?) -> String {
    let (whole, attoseconds) = (duration ?? .zero).components
    let digits = String(attoseconds / 1_000_000_000_000)
    return "\(whole)." + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// A state never grows a second line: the report's reader counts lines.
  private func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
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
