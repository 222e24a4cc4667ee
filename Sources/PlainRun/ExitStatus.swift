package import Sandbox

extension SandboxReport.Outcome {
  /// Exit status of `zvm run`.
  package var exitStatus: Int32 {
    switch self {
    case .exited(let code): code & 0xff
    case .faulted(let signal, _, _, _), .killed(let signal): 128 + signal
    case .timedOut, .limitReached: 124
    case .badTrap: 22
    case .channelFailed: 5
    case .cancelled: 125
    }
  }
}
