extension SandboxReport.Outcome {
  /// The case's name, for programs that read reports.
  public var name: String {
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

  /// What went wrong, for people; nil when the program ended by itself, with whatever status.
  public var problem: String? {
    switch self {
    case .exited: nil
    case .faulted(let signal, let instruction, let address, _):
      "fault: signal \(signal) at guest address 0x\(String(instruction, radix: 16))"
        + (address.map { ", touching 0x\(String($0, radix: 16))" } ?? "")
    case .timedOut: "time is up"
    case .limitReached(let limit): "the limit is reached: \(limit.rawValue)"
    case .badTrap(let function): "bad trap: function 0x\(String(function, radix: 16))"
    case .killed(let signal):
      // SIGSYS is what the filter kills with.
      signal == 31
        ? "killed by the system-call filter (signal 31)" : "killed by signal \(signal)"
    case .channelFailed(let alias, let message): "channel \(alias): \(message)"
    case .cancelled: "cancelled"
    }
  }

  /// The same where the end itself is what went wrong: tells of an exit status, too.
  public var explanation: String {
    if case .exited(let code) = self {
      "the program exited with status \(code)"
    } else {
      problem ?? ""
    }
  }

  /// `problem` with the registers at a fault: for whoever debugs the program.
  public var detailedProblem: String? {
    guard case .faulted(_, _, _, let registers) = self else { return problem }
    return problem.map { "\($0); \(registers)" }
  }
}
