// Unsafe: paths are handed to system calls for the length of one call.
import Glibc
import Sandbox
import SystemPackage

/// A file that appears whole, or not at all.
///
/// It has no name while it is written (O_TMPFILE), so a process killed at any moment leaves nothing
/// behind; file systems without such files get a temporary name beside the real one.
struct OutputFile {
  /// Where it will appear: symbolic links are followed, so the link stays.
  let path: String
  let descriptor: FileDescriptor
  private let temporary: String
  private let isNameless: Bool

  /// Opens a file for reading and writing that will take the place of `path`.
  ///
  /// `number` tells apart the outputs of one process.
  init(replacing written: String, number: Int) throws(Errno) {
    path = Self.resolved(written)
    var old = stat()
    let exists = unsafe stat(path, &old) == 0
    // A rename asks for rights on the folder only; the file's own rights count too.
    if exists, unsafe access(path, W_OK) != 0 { throw Errno(rawValue: errno) }
    temporary = "\(path).zvm-\(getpid())-\(number)"
    let nameless = try? FileDescriptor.nameless(
      in: Self.folder(of: path), permissions: FilePermissions(rawValue: 0o666))
    isNameless = nameless != nil
    var file = nameless?.rawValue ?? -1
    if file < 0 {
      file = unsafe Glibc.open(temporary, O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0o666)
    }
    guard file >= 0 else { throw Errno(rawValue: errno) }
    if exists { fchmod(file, old.st_mode & 0o777) }
    descriptor = FileDescriptor(rawValue: file)
  }

  /// Puts what was written on the disk. Before any output of the session gets its name.
  func sync() throws(Errno) {
    guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Gives the file its name and closes it.
  func commit() throws(Errno) {
    if isNameless {
      let source = "/proc/self/fd/\(descriptor.rawValue)"
      let link = { (target: String) in
        unsafe linkat(AT_FDCWD, source, AT_FDCWD, target, AT_SYMLINK_FOLLOW)
      }
      if link(path) != 0 {
        guard errno == EEXIST else { throw Errno(rawValue: errno) }
        unsafe unlink(temporary)
        guard link(temporary) == 0 else { throw Errno(rawValue: errno) }
        try rename()
      }
    } else {
      try rename()
    }
    // The name itself must outlast a power cut, too.
    let folder = unsafe Glibc.open(Self.folder(of: path), O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
    try? descriptor.close()
  }

  /// Forgets what was written.
  func discard() {
    if !isNameless { unsafe unlink(temporary) }
    try? descriptor.close()
  }

  private func rename() throws(Errno) {
    guard unsafe Glibc.rename(temporary, path) == 0 else {
      let code = errno
      unsafe unlink(temporary)
      throw Errno(rawValue: code)
    }
  }

  /// The path without links. One of a file that is yet to come: its folder without links.
  private static func resolved(_ path: String) -> String {
    func real(_ path: String) -> String? {
      let result = unsafe realpath(path, nil)
      defer { unsafe free(result) }
      return unsafe result.map { unsafe String(cString: $0) }
    }
    if let whole = real(path) { return whole }
    guard let folder = real(folder(of: path)) else { return path }
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
