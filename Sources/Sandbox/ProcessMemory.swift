// Unsafe: buffers of this function are handed to the kernel for the length of one call.
import Glibc

/// What the kernel says of a living process's memory (proc(5)): what a sandbox says of itself is not
/// asked.
enum ProcessMemory {
  /// The most that was resident since the process began or `forgetPeak`, in bytes; nil when it cannot
  /// be told.
  static func peak(of process: Int32) -> UInt64? {
    guard process > 0 else { return nil }
    let file = unsafe open("/proc/\(process)/status", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe read(file, $0.baseAddress, $0.count)
    }
    guard count > 0 else { return nil }
    for line in buffer[..<count].split(separator: UInt8(ascii: "\n"))
    where line.starts(with: "VmHWM:".utf8) {
      let digits = line.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      return UInt64(String(decoding: digits, as: UTF8.self)).map { $0 << 10 }
    }
    return nil
  }

  /// Lets the peak begin anew; nothing happens where that is not allowed.
  static func forgetPeak(of process: Int32) {
    guard process > 0 else { return }
    let file = unsafe open("/proc/\(process)/clear_refs", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    var five = UInt8(ascii: "5")
    _ = unsafe write(file, &five, 1)
    close(file)
  }
}
