import Digest
import Encoding
import Glibc
import SystemPackage

/// A job's output: written to a nameless file, and given its name in one step when it is complete.
final class OutputFile {
  let path: String
  private let folder: String
  private let spool: SpoolFile
  private let encoder: StreamEncoder?
  private var hash = SHA256()
  private(set) var byteCount: Int64 = 0
  private(set) var etag: String?

  init(_ path: String, compression: JobFile.Compression = .none) throws(JobError) {
    self.path = path
    let parent = FilePath(path).removingLastComponent().string
    folder = parent.isEmpty ? "." : parent
    try makeFolder(folder)
    spool = try SpoolFile(in: folder)
    do throws(EncodeError) {
      switch compression {
      case .none: encoder = nil
      case .zst: encoder = try StreamEncoder(.zstd)
      case .gz: encoder = try StreamEncoder(.gzip)
      }
    } catch {
      spool.close()
      throw JobError("\(path): \(error)")
    }
  }

  deinit { spool.close() }

  /// Bytes of a window of a file go behind what is there.
  func append(_ file: FileDescriptor, from offset: Int64, length: Int64) throws(JobError) {
    let whole = try forEachPiece(of: file, from: offset, length: length) { bytes throws(JobError) in
      try append(bytes)
    }
    guard whole else { throw JobError("\(path): the job's data is shorter than it was") }
  }

  private func append(_ bytes: Span<UInt8>, finish: Bool = false) throws(JobError) {
    guard let encoder else { return try put(bytes) }
    do {
      try encoder.append(bytes, finish: finish) { bytes throws(JobError) in try put(bytes) }
    } catch let error as JobError {
      throw error
    } catch {
      throw JobError("\(path): \(error)")
    }
  }

  private func put(_ bytes: Span<UInt8>) throws(JobError) {
    let error = writeBytes(bytes, spool.descriptor, at: byteCount)
    guard error == 0 else {
      throw JobError("\(path): cannot be written: \(systemMessage(error))")
    }
    hash.update(bytes)
    byteCount += Int64(bytes.count)
  }

  /// Ends the stream and brings the bytes to the disk; what is left is to give them a name.
  func complete() throws(JobError) {
    guard etag == nil else { return }
    if encoder != nil { try append([UInt8]().span, finish: true) }
    etag = SHA256.hexadecimal(hash.finalize())
    let descriptor = spool.descriptor.rawValue
    guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else { throw failure("sync") }
  }

  /// Puts the file in the place of what was there.
  func publish() throws(JobError) {
    try complete()
    let name = FilePath(path).lastComponent?.string ?? "output"
    let temporary = "\(folder)/.\(name).zvm-\(getpid())"
    unsafe unlink(temporary)
    guard
      unsafe linkat(
        AT_FDCWD, "/proc/self/fd/\(spool.descriptor.rawValue)", AT_FDCWD, temporary,
        AT_SYMLINK_FOLLOW) == 0
    else { throw failure("link") }
    guard unsafe rename(temporary, path) == 0 else {
      let error = failure("rename")
      unsafe unlink(temporary)
      throw error
    }
    let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      Glibc.close(directory)
    }
  }

  private func failure(_ step: String) -> JobError {
    JobError("\(path): \(step) failed: \(systemMessage(errno))")
  }
}
