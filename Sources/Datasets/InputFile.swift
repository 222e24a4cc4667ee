import Compression
import Glibc
public import SystemPackage
public import Wire

/// An input that is open for reading.
public struct InputFile: Sendable {
  public let path: String
  public let descriptor: FileDescriptor
  public let version: FileVersion

  /// Opens a regular file. Throws with the path and what the system said.
  public init(_ path: String) throws(DatasetError) {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .readOnly, options: .closeOnExec)
    } catch {
      throw DatasetError("\(path): \(error)")
    }
    do throws(DatasetError) { version = try Self.version(of: descriptor, path) } catch {
      try? descriptor.close()
      throw error
    }
  }

  /// Takes a regular file that is open; the caller keeps it so, and closes it. `name` is for messages.
  public init(_ descriptor: FileDescriptor, name: String) throws(DatasetError) {
    path = name
    self.descriptor = descriptor
    version = try Self.version(of: descriptor, name)
  }

  public func close() { try? descriptor.close() }

  /// How the file is compressed, by its first bytes. A file whose name says that it is compressed and
  /// that does not begin so is damaged: taken as plain text it would give a wrong result.
  public func codec() throws(DatasetError) -> Codec {
    let head = try read(at: 0, count: 8)
    let codec = detectCodec(head.span)
    if codec == .none, let ending = Self.compressedEndings.first(where: { path.hasSuffix($0) }) {
      throw DatasetError(
        "\(path): near byte 0: the name ends in \(ending), but the file does not begin like one: "
          + "it is damaged, or wants another name")
    }
    return codec
  }

  private static let compressedEndings = [
    ".zst", ".gz", ".xz", ".bz2", ".lz4", ".zstd", ".tgz", ".bgz",
  ]

  /// Where the first record starts that begins at or after `offset`: behind the first delimiter at
  /// or after `offset − 1`. The end of the file when there is none.
  func recordStart(atOrAfter offset: Int64, delimiter: UInt8) throws(DatasetError) -> Int64 {
    var position = offset - 1
    // Records are short as a rule: the first look is.
    var step = 2 << 10
    while position < version.byteCount {
      let bytes = try read(at: position, count: step)
      if bytes.isEmpty { throw shrunk() }
      if let index = bytes.firstIndex(of: delimiter) { return position + Int64(index) + 1 }
      position += Int64(bytes.count)
      step = min(step * 4, 1 << 20)
    }
    return version.byteCount
  }

  /// As many bytes as are asked for; nil when the file, as it was when it was opened, ends before.
  func exactly(_ count: Int, at offset: Int64) throws(DatasetError) -> [UInt8]? {
    guard offset >= 0, Int64(count) <= version.byteCount - offset else { return nil }
    var result: [UInt8] = []
    while result.count < count {
      let bytes = try read(at: offset + Int64(result.count), count: count - result.count)
      if bytes.isEmpty { throw shrunk() }
      if result.isEmpty { result = bytes } else { result += bytes }
    }
    return result
  }

  /// Up to `count` bytes, fewer at the end of the file; nil behind it.
  func upTo(_ count: Int, at offset: Int64) throws(DatasetError) -> [UInt8]? {
    let rest = version.byteCount - offset
    guard rest > 0 else { return nil }
    return try exactly(Int(min(Int64(count), rest)), at: offset)
  }

  /// Throws when the file is not any more what it was when it was opened.
  public func checkUnchanged() throws(DatasetError) {
    guard try Self.version(of: descriptor, path) == version else {
      throw DatasetError("\(path): the file was changed while it was used")
    }
  }

  private func shrunk() -> DatasetError {
    DatasetError("\(path): became shorter while it was read")
  }

  private static func version(of descriptor: FileDescriptor, _ path: String) throws(DatasetError)
    -> FileVersion
  {
    var status = Glibc.stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
      throw DatasetError("\(path): \(message(errno))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError("\(path): not a regular file")
    }
    return FileVersion(
      byteCount: Int64(status.st_size),
      modifiedNanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000
        + Int64(status.st_mtim.tv_nsec),
      inode: UInt64(status.st_ino))
  }

  private func read(at offset: Int64, count: Int) throws(DatasetError) -> [UInt8] {
    do {
      return unsafe try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = unsafe try descriptor.read(
          fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(buffer))
      }
    } catch {
      throw DatasetError("\(path): \(error)")
    }
  }
}
