import Compression
import Digest
import Sandbox
import SystemPackage
import Wire

/// The tarballs of a stage, open for all its sandboxes.
final class SideInputs: Sendable {
  private let files: [(input: JobFile.SideInput, file: FileDescriptor, codec: Codec)]
  /// What the tarballs hold and where they are seen, for the cache.
  let digest: String

  init(_ inputs: [JobFile.SideInput]) throws(JobError) {
    var files: [(input: JobFile.SideInput, file: FileDescriptor, codec: Codec)] = []
    var hash = SHA256()
    do {
      for input in inputs {
        let file = try FileDescriptor.open(
          FilePath(input.tarball), .readOnly, options: .closeOnExec)
        files.append((input, file, .none))
        files[files.count - 1].codec = try Self.codec(of: file)
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

  private static func codec(of file: FileDescriptor) throws -> Codec {
    var head = [UInt8](repeating: 0, count: 8)
    let count = try unsafe head.withUnsafeMutableBytes {
      try unsafe file.read(fromAbsoluteOffset: 0, into: $0)
    }
    return detectCodec(head.span.extracting(first: count))
  }

  deinit { for file in files { try? file.file.close() } }

  /// As `Session.command` takes them; a compressed one is decompressed inside the sandbox.
  var mounts: [(tar: Channel.Backing, at: String)] {
    files.map { (tar: .whole($0.file, $0.codec), at: $0.input.folder) }
  }
}
