// Unsafe: a buffer is handed to pread and pwrite for the length of one call.
import CSandbox
import Glibc
import Wire

/// The data segments' first bytes in a sealed memory file, each filled up with zeros to whole pages:
/// a page of a private mapping of it that is dropped comes back as it was at the start.
struct InitialImage {
  let file: Int32
  /// Where each segment's pages start in the file; the text's is not there.
  let offsets: [UInt64]

  init(module: ModuleMessage, file source: Int32) throws(RuntimeError) {
    file = unsafe csb_memory_file("image")
    guard file >= 0 else { throw RuntimeError("memory file for the image", errno: -file) }
    var offsets: [UInt64] = []
    var end: UInt64 = 0
    for (index, segment) in module.segments.enumerated() {
      offsets.append(end)
      if index == 0 { continue }
      try Self.copy(segment, from: source, to: file, at: end)
      end += roundUp(UInt64(segment.fileByteCount), to: GuestMemory.pageByteCount)
    }
    self.offsets = offsets
    guard ftruncate(file, Int(end)) == 0 else {
      throw RuntimeError("memory file for the image", errno: errno)
    }
    let sealed = csb_seal(file)
    guard sealed == 0 else { throw RuntimeError("seal the image", errno: -sealed) }
  }

  func close() { Glibc.close(file) }

  private static func copy(
    _ segment: ModuleMessage.Segment, from source: Int32, to target: Int32, at offset: UInt64
  ) throws(RuntimeError) {
    // No more than it needs: zeros are pages, too.
    var buffer = [UInt8](repeating: 0, count: min(64 << 10, Int(segment.fileByteCount)))
    var done: UInt64 = 0
    while done < UInt64(segment.fileByteCount) {
      let wanted = min(buffer.count, Int(UInt64(segment.fileByteCount) - done))
      let count = unsafe pread(source, &buffer, wanted, Int(segment.fileOffset + done))
      guard count > 0 else {
        throw RuntimeError(
          "read the segment at \(segment.address)", errno: count < 0 ? errno : EIO)
      }
      guard unsafe pwrite(target, &buffer, count, Int(offset + done)) == count else {
        throw RuntimeError("copy the segment at \(segment.address)", errno: errno)
      }
      done += UInt64(count)
    }
  }
}
