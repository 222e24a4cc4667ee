import Glibc
import SystemPackage

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
