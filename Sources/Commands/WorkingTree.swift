import Foundation
import Glibc
import Sandbox
import SystemPackage
import Toolchain

/// A copy of a folder that a program works on, and the way back of its changes. What comes back is
/// hostile: it is unpacked by tar into a folder of its own, and moved from there without ever
/// following a symbolic link.
final class WorkingTree {
  /// The folder, and the folder in it where the program starts.
  let root: String
  let current: String
  /// The time at the start, in seconds since 1970: the program's clocks begin there.
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

    init(_ status: stat) {
      mode = status.st_mode
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      size = isFolder ? 0 : Int64(status.st_size)
      seconds = isFolder ? 0 : status.st_mtim.tv_sec
    }

    init?(_ path: [CChar]) {
      guard let status = TreeListing.status(path) else { return nil }
      self.init(status)
    }

    var type: mode_t { mode & S_IFMT }
  }

  /// The tree as it was packed: other programs may change it meanwhile.
  private let names: [TreeListing.Name: Entry]
  /// Two blocks of zeros.
  private static let emptyTarball: Int64 = 1024

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
      before = try Self.file(scratch + "/before.tar")
      after = try Self.file(scratch + "/after.tar")
      kept = try Self.file(scratch + "/kept")
      var archive = TreeArchive(to: before)
      var packed: [TreeListing.Name: Entry] = [:]
      // Sockets and files that vanish while they are packed are no reason to stop.
      for (name, status) in TreeListing.all(in: root)
      where try archive.add(name, status, in: root) { packed[name] = Entry(status) }
      try archive.finish()
      names = packed
    } catch {
      try? FileManager.default.removeItem(atPath: scratch)
      throw error
    }
  }

  private static func file(_ path: String) throws -> FileDescriptor {
    try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create, .closeOnExec],
      permissions: FilePermissions(rawValue: 0o600))
  }

  deinit {
    try? before.close()
    try? after.close()
    try? kept.close()
    try? FileManager.default.removeItem(atPath: scratch)
  }

  /// Whether the program left a tarball: not if it ended before it had begun.
  var isSaved: Bool { get throws { try after.seek(offset: 0, from: .end) > 0 } }

  /// Does to the folder what the program did to its copy.
  func apply() throws {
    let stage = scratch + "/stage"
    var left: [TreeListing.Name] = []
    let kept = try keptNames()
    if try after.seek(offset: 0, from: .end) > Self.emptyTarball {
      try unpack(to: stage)
      // Folders that were left alone are there only for what is in them.
      left = TreeListing.all(in: stage).map(\.name).filter { !kept.contains($0) }
    }
    let there = kept.union(left)
    // Deepest first, so that folders are empty when it is their turn.
    for name in names.keys.filter({ !there.contains($0) })
      .sorted(by: { $1.lexicographicallyPrecedes($0) })
    { try remove(name) }
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    for name in left { try bring(name, from: stage, now) }
  }

  private func unpack(to stage: String) throws {
    try FileManager.default.createDirectory(atPath: stage, withIntermediateDirectories: false)
    let nothing = try FileDescriptor.open(FilePath("/dev/null"), .readOnly, options: .closeOnExec)
    defer { try? nothing.close() }
    let status = try Subprocess.run(
      "/bin/tar",
      [
        "--no-same-owner", "--same-permissions", "--delay-directory-restore", "--warning=none",
        "-C", stage, "-xf", scratch + "/after.tar",
      ], input: nothing.rawValue)
    guard status == 0 else { throw SandboxError("tar failed with status \(status)", status: EIO) }
  }

  /// Only ever compared with names that are known.
  private func keptNames() throws -> Set<TreeListing.Name> {
    let bytes = try Data(contentsOf: URL(filePath: scratch + "/kept"))
    return Set(bytes.split(separator: 0).map { TreeListing.Name($0) })
  }

  private func remove(_ name: TreeListing.Name) throws {
    let path = TreeListing.path(root, name)
    guard let old = Entry(path), isReached(name) else { return }
    let result = old.type == S_IFDIR ? unsafe rmdir(path) : unsafe unlink(path)
    guard result == 0 || errno == ENOTEMPTY || errno == ENOENT else {
      throw SandboxError("\(TreeListing.text(root, name)): cannot be removed", status: errno)
    }
  }

  /// Whether only folders lead to a name: what a link leads to is not ours.
  private func isReached(_ name: TreeListing.Name) -> Bool {
    for end in name.indices where name[end] == UInt8(ascii: "/") {
      let parent = TreeListing.path(root, Array(name[..<end]))
      guard Entry(parent)?.type == S_IFDIR else { return false }
    }
    return true
  }

  /// What the program left alone is not on the stage. A file whose size and time are what they were can be another all
  /// the same: times are whole seconds.
  private func bring(_ name: TreeListing.Name, from stage: String, _ now: timespec) throws {
    let path = TreeListing.path(root, name)
    let staged = TreeListing.path(stage, name)
    guard let new = Entry(staged), new.type != S_IFDIR || new != names[name], isReached(name)
    else { return }
    let old = Entry(path)
    if old?.type == S_IFDIR, new.type != S_IFDIR, unsafe rmdir(path) != 0 {
      throw SandboxError("\(TreeListing.text(root, name)): cannot be replaced", status: errno)
    }
    switch new.type {
    case S_IFDIR:
      if let old, old.type != S_IFDIR { unsafe unlink(path) }
      guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
        throw SandboxError("\(TreeListing.text(root, name)): cannot be made", status: errno)
      }
      unsafe chmod(path, new.mode & 0o7777)
    case S_IFREG, S_IFLNK:
      if unsafe rename(staged, path) != 0 {
        guard errno == EXDEV, TreeListing.copy(staged, to: path) else {
          throw SandboxError("\(TreeListing.text(root, name)): cannot be replaced", status: errno)
        }
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
