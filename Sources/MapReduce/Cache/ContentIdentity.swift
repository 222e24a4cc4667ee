import Digest
import Foundation
import Glibc
import Synchronization
import SystemPackage

/// Tells what an input file holds, as cheaply as it can be trusted.
///
/// A file is identified by the SHA-256 of its bytes. Which digest belongs to a file is remembered
/// under its device, inode, size, mtime and ctime: whoever changes the bytes changes the ctime, which
/// no call sets. What was changed less than two seconds ago is not trusted, since a clock tick may hide
/// the next change. A plain file of more than `hashedByteCount` whose stamp is trusted is identified by
/// the stamp itself: hashing it would cost as much as mapping it.
final class ContentIdentity: Sendable {
  static let hashedByteCount: Int64 = 64 << 20
  /// Smaller files are hashed each time: that is as cheap as looking up the memo.
  private static let memoByteCount: Int64 = 256 << 10
  private static let racyNanoseconds: Int64 = 2_000_000_000

  private let folder: String
  private let known = Mutex<[String: String]>([:])

  init(folder: String) { self.folder = folder }

  /// The identity of a file, or nil when it cannot be told. Asked for a file once in a job's life.
  func identity(of path: String, isCompressed: Bool) -> String? {
    if let known = known.withLock({ $0[path] }) { return known }
    guard let identity = find(path, isCompressed) else { return nil }
    known.withLock { $0[path] = identity }
    return identity
  }

  private func find(_ path: String, _ isCompressed: Bool) -> String? {
    guard
      let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    else { return nil }
    defer { try? file.close() }
    guard let stamp = Stamp(file) else { return nil }
    let isTrusted = stamp.isOlder(than: Self.racyNanoseconds)
    if isTrusted, !isCompressed, stamp.byteCount > Self.hashedByteCount { return stamp.text }
    let usesMemo = isTrusted && stamp.byteCount > Self.memoByteCount
    let memo = "\(folder)/\(stamp.device)-\(stamp.inode)"
    if usesMemo, let text = try? String(contentsOfFile: memo, encoding: .utf8) {
      let parts = text.split(separator: "\n").map(String.init)
      if parts.count == 2, parts[0] == stamp.text, Etag(hex: parts[1]) != nil { return parts[1] }
    }
    guard let digest = fileDigest(file, byteCount: stamp.byteCount), Stamp(file) == stamp else {
      return nil
    }
    if usesMemo {
      try? makeFolder(folder)
      try? Data("\(stamp.text)\n\(digest)\n".utf8).write(to: URL(filePath: memo), options: .atomic)
    }
    return digest
  }
}

/// SHA-256 of the first bytes of a file, in hex; nil when they cannot be read.
func fileDigest(_ file: FileDescriptor, byteCount: Int64) -> String? {
  var hash = SHA256()
  let whole = try? forEachPiece(of: file, from: 0, length: byteCount) { bytes throws(JobError) in
    hash.update(bytes)
  }
  return whole == true ? SHA256.hexadecimal(hash.finalize()) : nil
}

/// What changes when a file does.
private struct Stamp: Equatable {
  let device: UInt64
  let inode: UInt64
  let byteCount: Int64
  let modified: Int64
  let changed: Int64

  init?(_ file: FileDescriptor) {
    var status = Glibc.stat()
    guard unsafe fstat(file.rawValue, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    byteCount = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  }

  var text: String { "stamp-\(device)-\(inode)-\(byteCount)-\(modified)-\(changed)" }

  func isOlder(than nanoseconds: Int64) -> Bool {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let time = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    return max(modified, changed) < time - nanoseconds
  }
}
