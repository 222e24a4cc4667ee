import Glibc
import SystemPackage

/// A file without a name: it is gone when it is closed, whatever becomes of the process.
struct SpoolFile {
  let descriptor: FileDescriptor
  /// Where the next shard's output goes.
  var byteCount: Int64 = 0

  /// O_TMPFILE of Linux on x86-64, which is a compound macro that Swift does not import.
  private static let temporaryFile: Int32 = 0o20_200_000

  /// Makes a nameless file in `folder`.
  init(in folder: String) throws(JobError) {
    do {
      descriptor = try FileDescriptor.open(
        FilePath(folder), .readWrite,
        options: FileDescriptor.OpenOptions(rawValue: Self.temporaryFile | O_CLOEXEC),
        permissions: .ownerReadWrite)
    } catch {
      throw JobError("\(folder): cannot make a temporary file: \(error)")
    }
  }

  func close() { try? descriptor.close() }

  /// Bytes from `offset` on, at most `limit`.
  func bytes(from offset: Int64, limit: Int) -> [UInt8] {
    let bytes = unsafe try? [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
      filled = unsafe try descriptor.read(
        fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes ?? []
  }
}

/// A job's output: written to a nameless file, and given its name in one step when it is complete.
struct OutputFile {
  let path: String
  let folder: String
  let spool: SpoolFile

  init(_ path: String) throws(JobError) {
    self.path = path
    let parent = FilePath(path).removingLastComponent().string
    folder = parent.isEmpty ? "." : parent
    try Self.makeFolder(folder)
    spool = try SpoolFile(in: folder)
  }

  /// Syncs the bytes, and puts the file in the place of what was there.
  func publish() throws(JobError) {
    let descriptor = spool.descriptor.rawValue
    guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else { throw failure("sync") }
    let name = FilePath(path).lastComponent?.string ?? "output"
    let temporary = "\(folder)/.\(name).zvm-\(getpid())"
    unsafe unlink(temporary)
    guard
      unsafe linkat(
        AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0
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
    JobError("\(path): \(step) failed: \(unsafe String(cString: strerror(errno)))")
  }

  /// `mkdir -p`.
  private static func makeFolder(_ folder: String) throws(JobError) {
    var path = FilePath(folder).root?.string ?? ""
    for component in FilePath(folder).components {
      path += component.string
      if unsafe mkdir(path, 0o777) != 0, errno != EEXIST {
        throw JobError("\(path): cannot be made: \(unsafe String(cString: strerror(errno)))")
      }
      path += "/"
    }
  }
}
