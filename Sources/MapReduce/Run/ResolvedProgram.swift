import Glibc
import Sandbox
import SystemPackage

/// A program of a job file, compiled and validated.
struct ResolvedProgram: Sendable {
  let program: JobFile.Program
  let module: ValidatedModule
  /// SHA-256 of the very bytes that run.
  let digest: String

  init(_ program: JobFile.Program) throws(JobError) {
    self.program = program
    module = try ProgramResolver().module(for: program)
    let file = FileDescriptor(rawValue: module.file)
    let size = lseek(module.file, 0, SEEK_END)
    guard size > 0, let digest = fileDigest(file, byteCount: Int64(size)) else {
      throw JobError("\(program.path): cannot be read")
    }
    self.digest = digest
  }
}
