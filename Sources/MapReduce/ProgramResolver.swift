public import Sandbox
import SystemPackage
import Toolchain

/// From what a job file calls a program to a validated module: a source is compiled first, a script is
/// run by its interpreter.
public struct ProgramResolver: Sendable {
  public init() {}

  /// What a program may be called, for messages and for the check of the job file.
  static let endings = [".c", ".nexe"] + Script.Language.allCases.map(\.ending)

  /// Whether `program` is something that `module(for:)` can try.
  static func understands(_ program: String) -> Bool {
    Script.isInline(program) || endings.contains { program.hasSuffix($0) }
  }

  /// The validated module of a program; a `.c` is compiled, with the result kept by content.
  public func module(for program: JobFile.Program) throws(JobError) -> ValidatedModule {
    let path = try nexe(for: program)
    do throws(SandboxError) {
      return try ValidatedModule(path: FilePath(path))
    } catch {
      throw JobError("\(program.path): \(error)")
    }
  }

  /// Path of the nexe that runs: the program itself, what a source was compiled to, or the
  /// interpreter of a script.
  func nexe(for program: JobFile.Program) throws(JobError) -> String {
    do throws(ToolchainError) {
      if let language = Script.Language(program: program.path) {
        let port = try SourcePort(language.interpreter)
        try port.build { line in
          // Nobody may be listening.
          _ = try? FileDescriptor.standardError.writeAll((line + "\n").utf8)
        }
        return port.program(language.interpreter)
      }
      if program.path.hasSuffix(".c") { return try Compiler().nexe(forSource: program.path) }
      return program.path
    } catch {
      // Most of these errors begin with the source's path.
      let text = "\(error)"
      let name = String(program.path.prefix(80))
      throw JobError(text.hasPrefix("\(name):") ? text : "\(name): \(text)")
    }
  }

  /// Source of one of our own programs, in guest/tools.
  static func tool(_ name: String) throws(JobError) -> String {
    do throws(ToolchainError) {
      return try Sysroot.guestFile("tools/\(name).c")
    } catch {
      throw JobError("\(name): \(error)")
    }
  }

  /// What the program gets as its argv, and the channels that it needs besides the usual ones.
  func commandLine(of program: JobFile.Program) throws(JobError) -> CommandLine {
    if let script = try Script(program.path) {
      return CommandLine(
        arguments: script.arguments(program.arguments), channels: [script.channel])
    }
    let name = FilePath(program.path).lastComponent?.string ?? program.path
    return CommandLine(arguments: [name] + program.arguments)
  }
}

/// How a program is started: its argv, and the channels that it needs besides the usual ones.
struct CommandLine: Sendable {
  var arguments: [String]
  var channels: [Channel] = []
}
