import Digest
import Sandbox
import SystemPackage

/// The tarballs of a stage, open for all its sandboxes.
final class SideInputs: Sendable {
  private let files: [(input: JobFile.SideInput, file: FileDescriptor)]
  /// What the tarballs hold and where they are seen, for the cache.
  let digest: String

  init(_ inputs: [JobFile.SideInput]) throws(JobError) {
    var files: [(input: JobFile.SideInput, file: FileDescriptor)] = []
    var hash = SHA256()
    do {
      for input in inputs {
        let file = try FileDescriptor.open(
          FilePath(input.tarball), .readOnly, options: .closeOnExec)
        files.append((input, file))
        let size = try file.seek(offset: 0, from: .end)
        guard let digest = fileDigest(file, byteCount: size) else { throw Errno.ioError }
        hash.add(input.folder)
        hash.add(digest)
      }
    } catch {
      for file in files { try? file.file.close() }
      throw JobError("side: \(inputs[min(files.count, inputs.count - 1)].tarball): \(error)")
    }
    self.files = files
    digest = SHA256.hexadecimal(hash.finalize())
  }

  deinit { for file in files { try? file.file.close() } }

  /// As `Session.command` takes them.
  var mounts: [(tar: Channel.Backing, at: String)] {
    files.map { (tar: .file($0.file, offset: 0, length: nil), at: $0.input.folder) }
  }
}
