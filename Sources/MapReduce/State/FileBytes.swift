// Unsafe: buffers are handed to pread for the length of one call.
import Digest
import Glibc
import SystemPackage

/// What the system says of an errno.
func systemMessage(_ number: Int32) -> String {
  unsafe String(cString: strerror(number))
}

/// At most `count` bytes from `offset` on; fewer only at the end of the file. nil: cannot be read.
func readBytes(_ file: FileDescriptor, at offset: Int64, count: Int) -> [UInt8]? {
  var buffer = [UInt8]()
  return fill(&buffer, file, at: offset, count: count) ? buffer : nil
}

/// Replaces the buffer's content by at most `count` bytes of the file, keeping its memory.
/// Answers whether it could be read.
func fill(_ buffer: inout [UInt8], _ file: FileDescriptor, at offset: Int64, count: Int) -> Bool {
  if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
  var filled = 0
  while filled < count {
    let got = unsafe buffer.withUnsafeMutableBytes { bytes in
      // Invariant: filled + (count − filled) ≤ bytes.count, by the line above the loop.
      unsafe pread(
        file.rawValue, bytes.baseAddress! + filled, count - filled, Int(offset) + filled)
    }
    if got < 0, errno == EINTR { continue }
    guard got >= 0 else { return false }
    if got == 0 { break }
    filled += got
  }
  if buffer.count > filled { buffer.removeLast(buffer.count - filled) }
  return true
}

/// Writes all bytes at an offset; answers an errno, or 0.
func writeBytes(_ bytes: Span<UInt8>, _ file: FileDescriptor, at offset: Int64) -> Int32 {
  var done = 0
  while done < bytes.count {
    let put = unsafe bytes.withUnsafeBytes { buffer in
      // Invariant: done < bytes.count, so the rest lies inside the buffer.
      unsafe pwrite(
        file.rawValue, buffer.baseAddress! + done, buffer.count - done, Int(offset) + done)
    }
    if put < 0, errno == EINTR { continue }
    guard put > 0 else { return put < 0 ? errno : EIO }
    done += put
  }
  return 0
}

/// Bytes that one copy step holds.
let copyByteCount = 256 << 10

/// Calls `body` with the bytes of a window, piece by piece; answers false when the file ends before
/// the window does, or cannot be read.
func forEachPiece(
  of file: FileDescriptor, from offset: Int64, length: Int64,
  _ body: (Span<UInt8>) throws(JobError) -> Void
) throws(JobError) -> Bool {
  var buffer: [UInt8] = []
  var done: Int64 = 0
  while done < length {
    let count = Int(min(length - done, Int64(copyByteCount)))
    guard fill(&buffer, file, at: offset + done, count: count), buffer.count == count else {
      return false
    }
    try body(buffer.span)
    done += Int64(count)
  }
  return true
}
