import Glibc
import SystemPackage

/// A file without a name: it is gone when it is closed, whatever becomes of the process.
struct SpoolFile: Sendable {
  let descriptor: FileDescriptor

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

  /// Gives the file a name, in the file system that it is in, once its bytes are on the disk.
  func name(_ path: String) throws(JobError) {
    unsafe unlink(path)
    let isNamed =
      unsafe fsync(descriptor.rawValue) == 0
      && linkat(
        AT_FDCWD, "/proc/self/fd/\(descriptor.rawValue)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
    guard isNamed else { throw JobError("\(path): cannot be made: \(systemMessage(errno))") }
  }

  func close() { try? descriptor.close() }

  /// Gives the disk space back.
  func empty() { ftruncate(descriptor.rawValue, 0) }
}
