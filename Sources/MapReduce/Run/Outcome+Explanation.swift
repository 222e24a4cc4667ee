public import Sandbox

extension SandboxReport.Outcome {
  /// What happened, as the end of a sentence about a program.
  public var explanation: String {
    switch self {
    case .exited(let code): "the program exited with status \(code)"
    case .faulted(let signal, let instruction, let address, _):
      "the program crashed: signal \(signal) at guest address 0x"
        + String(instruction, radix: 16)
        + (address.map { ", touching 0x" + String($0, radix: 16) } ?? "")
    case .timedOut: "the time limit was over"
    case .limitReached(let limit): "the limit was reached: \(limit.rawValue)"
    case .badTrap(let function): "an unknown trap 0x\(String(function, radix: 16))"
    case .killed(let signal):
      signal == 31
        ? "a system call was stopped by the filter" : "the sandbox was killed by signal \(signal)"
    case .channelFailed(let alias, let message): "\(alias): \(message)"
    case .cancelled: "stopped"
    }
  }
}
