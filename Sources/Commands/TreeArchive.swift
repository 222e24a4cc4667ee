// Unsafe: a buffer is lent to read and write for the call, never beyond its end.
import Glibc
import Sandbox
import SystemPackage

/// Writes files as a tarball, ustar with a pax header before each member, for the guest to read. Made here and not
/// by tar, which `zvm exec` would start for each call of a program that is tested.
struct TreeArchive {
  private static let block = 512
  private static let pieceByteCount = 1 << 20

  private let file: FileDescriptor
  private var pending: [UInt8] = []
  /// The first name of each file that has several.
  private var linked: [LinkKey: TreeListing.Name] = [:]

  private struct LinkKey: Hashable {
    let device: dev_t
    let inode: ino_t
  }

  /// - Parameter file: empty, open for writing.
  init(to file: FileDescriptor) {
    self.file = file
    pending.reserveCapacity(Self.pieceByteCount + Self.block)
  }

  /// Adds one name of `folder`. False when it is not put in: a socket, a device, what cannot be read.
  mutating func add(_ name: TreeListing.Name, _ status: stat, in folder: String)
    throws(SandboxError) -> Bool
  {
    let path = TreeListing.path(folder, name)
    switch status.st_mode & S_IFMT {
    case S_IFDIR: try header(name + [UInt8(ascii: "/")], status, type: "5")
    case S_IFIFO: try header(name, status, type: "6")
    case S_IFLNK:
      guard let target = TreeListing.target(of: path) else { return false }
      try header(name, status, type: "2", target: target)
    case S_IFREG:
      let key = LinkKey(device: status.st_dev, inode: status.st_ino)
      if status.st_nlink > 1, let first = linked[key] {
        try header(name, status, type: "1", target: first)
        return true
      }
      let content = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
      guard content >= 0 else { return false }
      defer { close(content) }
      if status.st_nlink > 1 { linked[key] = name }
      let size = Int64(status.st_size)
      try header(name, status, type: "0", size: size)
      try copy(content, size)
    default: return false
    }
    return true
  }

  /// Writes the end.
  mutating func finish() throws(SandboxError) {
    pending += [UInt8](repeating: 0, count: 2 * Self.block)
    try flush()
  }

  // MARK: Headers

  private mutating func header(
    _ name: [UInt8], _ status: stat, type: Unicode.Scalar, size: Int64 = 0, target: [UInt8] = []
  ) throws(SandboxError) {
    var records: [UInt8] = []
    let time = status.st_mtim
    // A fraction of a time before 1970 would need borrowing.
    let seconds = max(0, time.tv_sec)
    let digits = String(time.tv_sec < 0 ? 0 : time.tv_nsec)
    let fraction = String(repeating: "0", count: 9 - digits.count) + digits
    records += Self.record("mtime", Array("\(seconds).\(fraction)".utf8))
    if name.count > 100 { records += Self.record("path", name) }
    if target.count > 100 { records += Self.record("linkpath", target) }
    if size >> 33 != 0 { records += Self.record("size", Array("\(size)".utf8)) }
    if status.st_uid >> 21 != 0 { records += Self.record("uid", Array("\(status.st_uid)".utf8)) }
    if status.st_gid >> 21 != 0 { records += Self.record("gid", Array("\(status.st_gid)".utf8)) }
    let extended = Self.block(
      name: Array("././@PaxHeader".utf8), mode: 0o644, owner: (0, 0), size: Int64(records.count),
      seconds: 0, type: "x", target: [])
    let plain = Self.block(
      name: name, mode: UInt64(status.st_mode & 0o7777),
      owner: (
        status.st_uid >> 21 != 0 ? 0 : UInt64(status.st_uid),
        status.st_gid >> 21 != 0 ? 0 : UInt64(status.st_gid)
      ), size: size >> 33 != 0 ? 0 : size, seconds: Int64(seconds), type: type, target: target)
    pending += extended
    pending += records
    pad(records.count)
    pending += plain
    if pending.count >= Self.pieceByteCount { try flush() }
  }

  private static func block(
    name: [UInt8], mode: UInt64, owner: (user: UInt64, group: UInt64), size: Int64,
    seconds: Int64, type: Unicode.Scalar, target: [UInt8]
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.block)
    func put(_ bytes: some Collection<UInt8>, at start: Int) {
      for (index, byte) in bytes.enumerated() { block[start + index] = byte }
    }
    /// Octal digits with a NUL behind them.
    func octal(_ value: UInt64, at start: Int, length: Int) {
      let digits = String(value, radix: 8).utf8.suffix(length - 1)
      put(repeatElement(UInt8(ascii: "0"), count: length - 1 - digits.count), at: start)
      put(digits, at: start + length - 1 - digits.count)
    }
    put(name.prefix(100), at: 0)
    octal(mode, at: 100, length: 8)
    octal(owner.user, at: 108, length: 8)
    octal(owner.group, at: 116, length: 8)
    octal(UInt64(size), at: 124, length: 12)
    octal(UInt64(seconds), at: 136, length: 12)
    put(repeatElement(UInt8(ascii: " "), count: 8), at: 148)
    block[156] = UInt8(type.value)
    put(target.prefix(100), at: 157)
    put("ustar\u{0}00".utf8, at: 257)
    octal(block.reduce(0) { $0 + UInt64($1) }, at: 148, length: 7)
    return block
  }

  /// `LENGTH KEY=VALUE\n`, where LENGTH counts itself.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = 1 + key.utf8.count + 1 + value.count + 1
    var length = rest + 1
    while String(length).utf8.count + rest != length { length += 1 }
    return Array("\(length) \(key)=".utf8) + value + [UInt8(ascii: "\n")]
  }

  // MARK: Bytes

  private mutating func pad(_ byteCount: Int) {
    let rest = byteCount % Self.block
    if rest > 0 { pending += [UInt8](repeating: 0, count: Self.block - rest) }
  }

  /// As many bytes as the header says; zeros for those that the file has lost since.
  private mutating func copy(_ content: Int32, _ size: Int64) throws(SandboxError) {
    var left = size
    while left > 0 {
      if pending.count >= Self.pieceByteCount { try flush() }
      let wanted = Int(min(left, Int64(Self.pieceByteCount - pending.count)))
      let start = pending.count
      pending += repeatElement(0, count: wanted)
      let count = unsafe pending.withUnsafeMutableBytes {
        unsafe read(content, $0.baseAddress! + start, wanted)
      }
      if count < 0, errno == EINTR {
        pending.removeLast(wanted)
        continue
      }
      if count > 0 {
        pending.removeLast(wanted - count)
        left -= Int64(count)
      } else {
        left -= Int64(wanted)
      }
    }
    pad(Int(size % Int64(Self.block)))
  }

  private mutating func flush() throws(SandboxError) {
    do { _ = try file.writeAll(pending) } catch {
      throw SandboxError("the copy of the folder cannot be written: \(error)", status: EIO)
    }
    pending.removeAll(keepingCapacity: true)
  }
}
