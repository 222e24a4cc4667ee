import CFirst
import Glibc
package import Sandbox
import SystemPackage

/// `zvm run PROGRAM.nexe [ARGUMENTS]` without a single option, of a program that was validated before. It
/// does what `Run` does with all options as they are by default, without the libraries that all commands
/// together need: to load those takes longer than to start the sandbox.
package enum PlainRun {
  package static let memoryByteCount = 256 << 20
  package static let timeout = Duration.seconds(3600)

  /// What came of it.
  package enum Result {
    case exit(Int32)
    /// Nothing has run: it is another command line, or a program that somebody has to validate, or one
    /// about which there is something to say.
    case notRun
    /// It ran into a fault, which has been told. Where in its source is for who can read that.
    case faulted(signal: Int32, instruction: UInt32)
  }

  /// Runs the program if it can. `validator`: the program file whose validator is asked whether it knows
  /// the program.
  package static func run(_ arguments: [String], validator: String) -> Result {
    let first = cfirst_take()
    let started =
      first.process == 0 ? nil : SpareLauncher(process: first.process, socket: first.socket)
    guard arguments.count >= 3, arguments[1] == "run", isProgram(arguments[2]),
      !arguments[3...].contains(where: { $0.utf8.first == UInt8(ascii: "-") })
    else {
      started?.end()
      return .notRun
    }
    let target = arguments[2]
    do throws(SandboxError) {
      // It starts while the program is read.
      let spare = if let started { started } else { try SpareLauncher(isForOne: true) }
      let module: ValidatedModule
      do throws(SandboxError) {
        module = try ValidatedModule(path: FilePath(target), knownTo: validator)
      } catch {
        spare.end()
        return .notRun
      }
      // Before the launcher is waited for.
      let session = Session.command(
        arguments: Array(arguments[2...]), environment: [],
        standardInput: .stream(.standardInput), standardOutput: .stream(.standardOutput),
        standardError: .stream(.standardError), memoryByteCount: memoryByteCount,
        timeout: timeout)
      let launcher = try Launcher(module: module, spare: spare)
      defer { launcher.shutDown() }
      let report = try launcher.runAndWait(session)
      if isUnread(report.outcome) { return .exit(unreadStatus) }
      if let text = report.outcome.detailedProblem { complain("\(target): \(text)") }
      if case .faulted(let signal, let instruction, _, _) = report.outcome {
        return .faulted(signal: signal, instruction: instruction)
      }
      return .exit(report.outcome.exitStatus)
    } catch {
      complain("\(error)")
      return .exit(error.status)
    }
  }

  /// Whether nobody is left who reads what the program writes: natively it ends by SIGPIPE then, without a word.
  package static func isUnread(_ outcome: SandboxReport.Outcome) -> Bool {
    guard case .channelFailed(_, let message) = outcome else { return false }
    return message == "write: \(Errno.brokenPipe)"
  }

  package static let unreadStatus = 128 + SIGPIPE

  /// Whether a word can only be the name of a program. Bytes are compared: characters take longer.
  private static func isProgram(_ word: String) -> Bool {
    word.utf8.first != UInt8(ascii: "-") && word.utf8.suffix(5).elementsEqual(".nexe".utf8)
  }

  package static func complain(_ text: String) { say("zvm run: \(text)\n") }
}
