import Digest
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

  /// Name, and SHA-256 of all that a change of would change results: of a script, its text, too.
  func identity() throws(JobError) -> (String, String) {
    var hash = SHA256()
    hash.add(digest)
    for channel in try ProgramResolver().commandLine(of: program).channels {
      if case .bytes(let bytes) = channel.backing { hash.update(bytes.span) }
    }
    return (String(program.path.prefix(80)), SHA256.hexadecimal(hash.finalize()))
  }
}
