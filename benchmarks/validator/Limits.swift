import Foundation

let coreCount = ProcessInfo.processInfo.activeProcessorCount

/// What a validator is measured against, over the same bytes: the loop that no byte-at-a-time automaton
/// can beat, and a plain copy.
final class Limits {
  private let text: [UInt8]
  private let table: [UInt8]
  private var copy: [UInt8]
  private var sink: UInt8 = 0

  init(_ text: [UInt8]) {
    self.text = text
    table = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
    copy = [UInt8](repeating: 0, count: text.count)
    // Its pages must be there before anybody counts.
    for index in stride(from: 0, to: copy.count, by: 4096) { copy[index] = 1 }
  }

  /// Time for one dependent table look-up a byte.
  func byteLoop(minimum: Double) -> Time {
    mean(minimum: minimum) {
      text.withUnsafeBytes { bytes in
        table.withUnsafeBufferPointer { table in
          sink ^= Self.walk(bytes, table.baseAddress!)
        }
      }
    }
  }

  @inline(never)
  private static func walk(_ text: UnsafeRawBufferPointer, _ table: UnsafePointer<UInt8>) -> UInt8 {
    var state: UInt8 = 0
    for byte in text { state = table[Int(state ^ byte)] }
    return state
  }

  /// Time for a memcpy of the text.
  func memcpy(minimum: Double) -> Time {
    mean(minimum: minimum) {
      copy.withUnsafeMutableBytes { target in
        text.withUnsafeBytes { source in target.copyMemory(from: source) }
      }
      // The copy must be looked at, or there need be none.
      sink ^= copy[Int(sink) % copy.count]
    }
  }

  /// Uses the results, so that nothing is optimised away.
  deinit { if sink == 0, text.isEmpty { print("empty") } }
}
