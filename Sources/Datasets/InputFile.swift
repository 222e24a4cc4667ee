import Compression
import Glibc
public import SystemPackage
import Wire

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
    var status = Glibc.stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
      let number = errno
      try? descriptor.close()
      throw DatasetError("\(path): \(message(number))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      try? descriptor.close()
      throw DatasetError("\(path): not a regular file")
    }
    version = FileVersion(
      byteCount: Int64(status.st_size),
      modifiedNanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000
        + Int64(status.st_mtim.tv_nsec),
      inode: UInt64(status.st_ino))
  }

  public func close() { try? descriptor.close() }

  /// How the file is compressed, by its first bytes.
  func codec() throws(DatasetError) -> Codec {
    let head = try read(at: 0, count: 8)
    return detectCodec(head.span)
  }

  /// Where the first record starts that begins at or after `offset`: behind the first line end at
  /// or after `offset − 1`. The end of the file when there is none.
  func recordStart(atOrAfter offset: Int64) throws(DatasetError) -> Int64 {
    var position = offset - 1
    while position < version.byteCount {
      let bytes = try read(at: position, count: 64 << 10)
      if bytes.isEmpty {
        throw DatasetError("\(path): became shorter while it was read")
      }
      if let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        return position + Int64(newline) + 1
      }
      position += Int64(bytes.count)
    }
    return version.byteCount
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
