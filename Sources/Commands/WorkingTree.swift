import Foundation
import Glibc
import Sandbox
import SystemPackage

/// A copy of a folder that a program works on, and the way back of its changes. What comes back is
/// hostile: it is unpacked by tar into a folder of its own, and moved from there without ever
/// following a symbolic link.
final class WorkingTree {
  /// The folder, and the folder in it where the program starts.
  let root: String
  let current: String
  /// The time at the start, in seconds since 1970: the program's clocks stand still there.
  let seconds = Int(Date.now.timeIntervalSince1970)
  /// A private folder, removed at the end.
  let scratch: String
  /// The tarball for the program, the one that it leaves, and the names of what it left as it was.
  let before: FileDescriptor
  let after: FileDescriptor
  let kept: FileDescriptor

  /// What is told apart of a name; times are whole seconds, as in the tarball that comes back.
  private struct Entry: Equatable {
    let mode: mode_t
    let size: Int64
    let seconds: Int

    init?(_ path: String) {
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { return nil }
      mode = status.st_mode
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      size = isFolder ? 0 : Int64(status.st_size)
      seconds = isFolder ? 0 : status.st_mtim.tv_sec
    }

    var type: mode_t { mode & S_IFMT }
  }

  /// The tree as it was packed: other programs may change it meanwhile.
  private let names: [String: Entry]

  init(root given: String?) throws {
    current = FileManager.default.currentDirectoryPath
    let root =
      given.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? current
    guard root.hasPrefix("/"), current == root || current.hasPrefix(root + "/"), root != "/" else {
      throw SandboxError("\(root): not a folder that the current one is in", status: EINVAL)
    }
    self.root = root
    scratch = NSTemporaryDirectory() + ".zvm-exec-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    do {
      var found: [String: Entry] = [:]
      for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
        found[name] = Entry("\(root)/\(name)")
      }
      names = found
      // Sockets and files that vanish while they are packed are no reason to stop.
      try Self.tar(
        [
          "--format=pax", "--pax-option=delete=atime,delete=ctime", "--warning=none",
          "--ignore-failed-read", "--no-recursion", "-C", root, "-cf", scratch + "/before.tar",
          "--null", "--verbatim-files-from", "-T", scratch + "/names",
        ], list: Set(names.keys), scratch + "/names")
      before = try FileDescriptor.open(
        FilePath(scratch + "/before.tar"), .readOnly, options: .closeOnExec)
      after = try FileDescriptor.open(
        FilePath(scratch + "/after.tar"), .readWrite, options: [.create, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o600))
      kept = try FileDescriptor.open(
        FilePath(scratch + "/kept"), .readWrite, options: [.create, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o600))
    } catch {
      try? FileManager.default.removeItem(atPath: scratch)
      throw error
    }
  }

  deinit {
    try? before.close()
    try? after.close()
    try? kept.close()
    try? FileManager.default.removeItem(atPath: scratch)
  }

  private static func tar(_ arguments: [String], list: Set<String>? = nil, _ listPath: String = "")
    throws
  {
    if let list {
      let text = list.sorted().map { "./" + $0 + "\0" }.joined()
      try Data(text.utf8).write(to: URL(filePath: listPath))
    }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/tar")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    // 1: a file changed while it was read.
    guard process.terminationReason == .exit, process.terminationStatus <= 1 else {
      throw SandboxError("tar failed with status \(process.terminationStatus)", status: EIO)
    }
  }

  /// Whether the program left a tarball: not if it ended before it had begun.
  var isSaved: Bool { get throws { try after.seek(offset: 0, from: .end) > 0 } }

  /// Does to the folder what the program did to its copy.
  func apply() throws {
    let stage = scratch + "/stage"
    try FileManager.default.createDirectory(atPath: stage, withIntermediateDirectories: false)
    try Self.tar([
      "--no-same-owner", "--same-permissions", "--delay-directory-restore", "--warning=none", "-C",
      stage, "-xf", scratch + "/after.tar",
    ])
    let left = try FileManager.default.subpathsOfDirectory(atPath: stage).sorted()
    let there = try Set(left).union(keptNames())
    // Deepest first, so that folders are empty when it is their turn.
    for name in Set(names.keys).subtracting(there).sorted(by: >) { try remove(name) }
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    for name in left { try bring(name, from: stage, now) }
  }

  /// Only ever compared with names that are known.
  private func keptNames() throws -> [String] {
    try Data(contentsOf: URL(filePath: scratch + "/kept"))
      .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  private func remove(_ name: String) throws {
    let path = "\(root)/\(name)"
    guard let old = Entry(path), isReached(name) else { return }
    let result = old.type == S_IFDIR ? unsafe rmdir(path) : unsafe unlink(path)
    guard result == 0 || errno == ENOTEMPTY || errno == ENOENT else {
      throw SandboxError("\(path): cannot be removed", status: errno)
    }
  }

  /// Whether only folders lead to a name: what a link leads to is not ours.
  private func isReached(_ name: String) -> Bool {
    var path = root
    for part in name.split(separator: "/").dropLast() {
      path += "/\(part)"
      guard Entry(path)?.type == S_IFDIR else { return false }
    }
    return true
  }

  /// What the program left alone is not on the stage, but for folders. A file whose size and time are what
  /// they were can be another all the same: times are whole seconds.
  private func bring(_ name: String, from stage: String, _ now: timespec) throws {
    let path = "\(root)/\(name)"
    guard let new = Entry("\(stage)/\(name)"), new.type != S_IFDIR || new != names[name],
      isReached(name)
    else { return }
    let old = Entry(path)
    if old?.type == S_IFDIR, new.type != S_IFDIR, unsafe rmdir(path) != 0 {
      throw SandboxError("\(path): cannot be replaced", status: errno)
    }
    switch new.type {
    case S_IFDIR:
      if let old, old.type != S_IFDIR { unsafe unlink(path) }
      guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
        throw SandboxError("\(path): cannot be made", status: errno)
      }
      unsafe chmod(path, new.mode & 0o7777)
    case S_IFREG, S_IFLNK:
      if unsafe rename("\(stage)/\(name)", path) != 0 {
        // Another file system.
        unsafe unlink(path)
        try FileManager.default.moveItem(atPath: "\(stage)/\(name)", toPath: path)
      }
      // What was made now is newer than what was made a moment before, as makefiles want.
      if new.seconds >= seconds {
        _ = unsafe [now, now].withUnsafeBufferPointer {
          unsafe utimensat(AT_FDCWD, path, $0.baseAddress, AT_SYMLINK_NOFOLLOW)
        }
      }
    default: break
    }
  }
}
