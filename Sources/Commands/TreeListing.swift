// Unsafe: readdir's entries are read before the next call on the same stream; paths are arrays that end in a NUL and
// live for the call; a buffer is lent to the kernel for the call, never beyond its end.
import Glibc

/// The names in a folder, as the kernel has them: bytes, which need not be UTF-8.
enum TreeListing {
  /// A name relative to the folder, parts divided by `/`, without a NUL.
  typealias Name = [UInt8]

  /// A path for system calls.
  static func path(_ folder: String, _ name: Name) -> [CChar] {
    var path: [CChar] = []
    path.reserveCapacity(folder.utf8.count + name.count + 2)
    for byte in folder.utf8 { path.append(CChar(bitPattern: byte)) }
    path.append(CChar(bitPattern: UInt8(ascii: "/")))
    for byte in name { path.append(CChar(bitPattern: byte)) }
    path.append(0)
    return path
  }

  /// A path for people.
  static func text(_ folder: String, _ name: Name) -> String {
    "\(folder)/\(String(decoding: name, as: UTF8.self))"
  }

  /// Nil where there is nothing of that name. Links are not followed.
  static func status(_ path: [CChar]) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  /// What a symbolic link says.
  static func target(of path: [CChar]) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count > 0 && count < bytes.count ? Array(bytes[..<count]) : nil
  }

  /// Copies a file or link to a name on another file system, which has it complete or not at all.
  static func copy(_ from: [CChar], to path: [CChar]) -> Bool {
    guard let status = status(from) else { return false }
    let ending = ".zvm-exec-\(getpid())".utf8.map { CChar(bitPattern: $0) }
    let temporary: [CChar] = path[..<(path.count - 1)] + ending + [0]
    unsafe unlink(temporary)
    let isCopied: Bool
    if status.st_mode & S_IFMT == S_IFLNK {
      guard let target = target(of: from) else { return false }
      let text = target.map { CChar(bitPattern: $0) } + [0]
      isCopied = unsafe symlink(text, temporary) == 0
    } else {
      isCopied = copyContent(from, to: temporary, status)
    }
    if isCopied, unsafe rename(temporary, path) == 0 { return true }
    let reason = errno
    unsafe unlink(temporary)
    errno = reason
    return false
  }

  private static func copyContent(_ from: [CChar], to path: [CChar], _ status: stat) -> Bool {
    let source = unsafe open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard source >= 0 else { return false }
    defer { close(source) }
    let target = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard target >= 0 else { return false }
    defer { close(target) }
    while true {
      let count = sendfile(target, source, nil, 1 << 30)
      if count == 0 { break }
      if count < 0, errno != EINTR { return false }
    }
    let times = [status.st_atim, status.st_mtim]
    guard unsafe futimens(target, times) == 0 else { return false }
    return fchmod(target, status.st_mode & 0o7777) == 0
  }

  /// All that is in a folder and below, each folder before what is in it, names in the order of their bytes. What
  /// vanishes meanwhile, and what cannot be read, is left out.
  static func all(in folder: String) -> [(name: Name, status: stat)] {
    var found: [(name: Name, status: stat)] = []
    list([], in: folder, &found)
    return found
  }

  private static func list(
    _ parent: Name, in folder: String, _ found: inout [(name: Name, status: stat)]
  ) {
    for part in parts(path(folder, parent)) {
      let name = parent.isEmpty ? part : parent + [UInt8(ascii: "/")] + part
      guard let status = status(path(folder, name)) else { continue }
      found.append((name, status))
      if status.st_mode & S_IFMT == S_IFDIR { list(name, in: folder, &found) }
    }
  }

  private static func parts(_ path: [CChar]) -> [Name] {
    guard let stream = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(stream) }
    var parts: [Name] = []
    while let entry = unsafe readdir(stream) {
      let part = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe Name($0.prefix { $0 != 0 })
      }
      if part != Name(".".utf8), part != Name("..".utf8) { parts.append(part) }
    }
    return parts.sorted { $0.lexicographicallyPrecedes($1) }
  }
}
