import MapReduce
import Sandbox
import SystemPackage

/// `zvm run PROGRAM.nexe [ARGUMENTS]` without a single option. It does what `Run` does with all options
/// as they are by default, without the library that parses command lines: that takes longer than to
/// start the sandbox.
public enum PlainRun {
  static let memoryByteCount = 256 << 20
  static let timeout = Duration.seconds(3600)

  /// Runs the program and answers the exit status; nil when the command line is another.
  public static func status(of arguments: [String]) -> Int32? {
    guard arguments.count >= 3, arguments[1] == "run", arguments[2].hasSuffix(".nexe"),
      !arguments[2...].contains(where: { $0.hasPrefix("-") })
    else { return nil }
    let target = arguments[2]
    do throws(SandboxError) {
      // It starts while the program is read and validated.
      let spare = try SpareLauncher()
      let launcher = try Launcher(
        module: try ValidatedModule(path: FilePath(target), validation: .once), spare: spare)
      defer { launcher.shutDown() }
      let result = try launcher.runAndWait(
        Session.command(
          arguments: Array(arguments[2...]), environment: [],
          standardInput: .stream(.standardInput), standardOutput: .stream(.standardOutput),
          standardError: .stream(.standardError), memoryByteCount: memoryByteCount,
          timeout: timeout))
      if let text = result.outcome.problem { complain("\(target): \(text)") }
      if let place = result.outcome.place(in: target) { complain("\(target): \(place)") }
      return result.outcome.exitStatus
    } catch {
      complain("\(error)")
      return error.status
    }
  }

  static func complain(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll("zvm run: \(text)\n".utf8)
  }
}
