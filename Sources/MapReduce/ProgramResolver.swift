public import Sandbox
import SystemPackage
import Toolchain

/// From what a job file calls a program to a validated module: a source is compiled first.
public struct ProgramResolver: Sendable {
  public init() {}

  /// What a program may be called, for messages and for the check of the job file.
  static let endings = [".c", ".nexe"]

  /// Whether `program` is something that `module(for:)` can try.
  static func understands(_ program: String) -> Bool {
    endings.contains { program.hasSuffix($0) }
  }

  /// The validated module of a program; a `.c` is compiled, with the result kept by content.
  public func module(for program: JobFile.Program) throws(JobError) -> ValidatedModule {
    var path = program.path
    if path.hasSuffix(".c") {
      do throws(ToolchainError) {
        path = try Compiler().nexe(forSource: path)
      } catch {
        throw JobError("\(program.path): \(error)")
      }
    }
    do throws(SandboxError) {
      return try ValidatedModule(path: FilePath(path))
    } catch {
      throw JobError("\(program.path): \(error)")
    }
  }
}
