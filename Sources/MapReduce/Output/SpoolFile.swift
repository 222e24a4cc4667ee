import Glibc
import Sandbox
import SystemPackage

/// A file without a name: it is gone when it is closed, whatever becomes of the process.
struct SpoolFile: Sendable {
  let descriptor: FileDescriptor

  /// Makes a nameless file in `folder`.
  init(in folder: String) throws(JobError) {
    do throws(Errno) {
      descriptor = try FileDescriptor.nameless(in: folder)
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
