import Dispatch
import Glibc
import Sandbox
import SystemPackage
import Wire

/// `zvm run -T`: prints each trap of a session with what it took.
///
/// A sandbox has no clock. It writes a record before and after each trap, and these are stamped when
/// they come out of the pipe here: times are those of this process, a few microseconds late.
final class TrapTrace: Sendable {
  /// For `Session.trace`.
  let descriptor: FileDescriptor
  private let done = DispatchSemaphore(value: 0)

  /// Prints to `output`, a line a trap: seconds since the start, microseconds that the trap took,
  /// what was asked for and what was answered.
  init(to output: FileDescriptor) throws {
    let ends = try FileDescriptor.pipe()
    for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    descriptor = ends.writeEnd
    let start = ContinuousClock.now
    DispatchQueue(label: "zvm.run.trace").async { [done] in
      var asked: (record: TrapRecord, time: ContinuousClock.Instant)?
      while let record = Self.next(ends.readEnd) {
        let now = ContinuousClock.now
        if !record.isEnd { asked = (record, now) }
        if let last = asked, record.isEnd {
          let line = Self.line(record, since: start, from: last.time, to: now)
          _ = try? output.writeAll(line.utf8)
          asked = nil
        }
      }
      try? ends.readEnd.close()
      done.signal()
    }
  }

  /// After the session: waits until everything is printed.
  func finish() {
    try? descriptor.close()
    done.wait()
  }

  private static func next(_ file: FileDescriptor) -> TrapRecord? {
    var bytes: [UInt8] = []
    while bytes.count < TrapRecord.byteCount {
      var buffer = [UInt8](repeating: 0, count: TrapRecord.byteCount - bytes.count)
      let count = unsafe try? buffer.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
      guard let count, count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    var reader = ByteReader(bytes)
    return try? TrapRecord(from: &reader)
  }

  private static func line(
    _ record: TrapRecord, since start: ContinuousClock.Instant,
    from: ContinuousClock.Instant, to: ContinuousClock.Instant
  ) -> String {
    func microseconds(_ duration: Duration) -> Int64 {
      let (seconds, attoseconds) = duration.components
      return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
    let begun = microseconds(from - start)
    let fraction = String(begun % 1_000_000)
    let padded = String(repeating: "0", count: 6 - fraction.count) + fraction
    return "\(begun / 1_000_000).\(padded) \(microseconds(to - from)) us \(call(record)) = "
      + "\(record.result)\n"
  }

  private static func call(_ record: TrapRecord) -> String {
    let values = record.arguments
    func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
    func signed(_ value: UInt64) -> String { String(Int64(bitPattern: value)) }
    switch record.function {
    case 0x6461_6552, 0x7469_7257:
      let name = record.function == 0x6461_6552 ? "read" : "write"
      return "\(name)(\(signed(values[0])), \(hex(values[1])), \(signed(values[2])), "
        + "\(signed(values[3])))"
    case 0x6c69_614a, 0x6c6a_6e55:
      let name = record.function == 0x6c69_614a ? "jail" : "unjail"
      return "\(name)(\(hex(values[0])), \(signed(values[1])))"
    case 0x7469_7845: return "exit(\(signed(values[0])))"
    case 0x6b72_6f46: return "fork()"
    default: return "\(hex(record.function))()"
    }
  }
}
