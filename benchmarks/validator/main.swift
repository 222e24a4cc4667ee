// How fast is the validator, beside memcpy and a bare byte-at-a-time table loop in the same run?
// Usage: validator-benchmark NEXE… prints one JSON object; benchmarks/validator/run drives it.
import ELF
import Foundation
import Validator

/// Best of `rounds` in seconds.
func best(_ rounds: Int, _ body: () -> Void) -> Double {
  var best = Double.infinity
  for _ in 0..<rounds {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
  }
  return best
}

/// The loop that no byte-at-a-time automaton can beat: one dependent table look-up a byte.
@inline(never)
func byteLoop(_ text: UnsafeRawBufferPointer, _ table: UnsafePointer<UInt8>) -> UInt8 {
  var state: UInt8 = 0
  for byte in unsafe text { unsafe state = table[Int(state ^ byte)] }
  return state
}

/// Texts of real programs, one after the other and again from the start, up to `byteCount`.
func realText(_ paths: [String], byteCount: Int) throws -> [UInt8] {
  var texts: [[UInt8]] = []
  for path in paths {
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let text = try Image(parsing: file.span).text
    texts.append(Array(file[text.fileOffset..<text.fileOffset + Int(text.fileByteCount)]))
  }
  var all: [UInt8] = []
  while all.count < byteCount { for text in texts { all += text } }
  return Array(all[..<(byteCount & ~31)])
}

/// A text of every kind of plain instruction, from a fixed seed.
func generatedText(byteCount: Int) -> [UInt8] {
  let pieces: [[UInt8]] = [
    [0x89, 0xD8], [0x48, 0x89, 0xD8], [0x83, 0xC0, 0x01], [0x8B, 0x44, 0x24, 0x08],
    [0x89, 0xC9, 0x41, 0x8B, 0x04, 0x0F], [0x0F, 0xB6, 0xC0], [0xF2, 0x0F, 0x58, 0xC1],
    [0x66, 0x0F, 0x6F, 0xC1], [0x48, 0x8D, 0x44, 0x24, 0x10], [0x85, 0xC0], [0x31, 0xC0],
    [0xC1, 0xE0, 0x02], [0x4C, 0x89, 0x64, 0x24, 0x20], [0x48, 0x63, 0xC7], [0x90],
  ]
  var state: UInt64 = 0x5eed
  var text: [UInt8] = []
  text.reserveCapacity(byteCount)
  while text.count < byteCount {
    var room = 32
    while room > 0 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let piece = pieces[Int(state >> 33) % pieces.count]
      guard piece.count <= room else {
        text.append(0x90)
        room -= 1
        continue
      }
      text += piece
      room -= piece.count
    }
  }
  return text
}

let paths = Array(CommandLine.arguments.dropFirst())
guard !paths.isEmpty else { fatalError("usage: validator-benchmark NEXE…") }
let megabyte = 1e6
let texts = [
  ("real", try realText(paths, byteCount: 16 << 20)),
  ("generated", generatedText(byteCount: 16 << 20)),
]
let rounds = 9
let beforeTables = DispatchTime.now().uptimeNanoseconds
let validator = Validator(profile: .zerovm)
let tableTime = Double(DispatchTime.now().uptimeNanoseconds - beforeTables) / 1e6
let cores = ProcessInfo.processInfo.activeProcessorCount
var rows: [[String: Any]] = []
for (name, text) in texts {
  let size = Double(text.count)
  let report = validator.report(on: text.span, workers: 1)
  guard report.violations.isEmpty else { fatalError("\(name): \(report.violations[0])") }
  let instructions = validator.instructionCount(of: text.span)
  let one = best(rounds) { _ = validator.report(on: text.span, workers: 1) }
  let all = best(rounds) { _ = validator.report(on: text.span, workers: cores) }
  var copy = [UInt8](repeating: 0, count: text.count)
  let memcpyTime = best(rounds) {
    copy.withUnsafeMutableBytes { target in
      text.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
    }
  }
  let table = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
  var sink: UInt8 = 0
  let loop = best(rounds) {
    text.withUnsafeBytes { bytes in
      table.withUnsafeBufferPointer { table in
        sink ^= unsafe byteLoop(bytes, table.baseAddress!)
      }
    }
  }
  rows.append([
    "text": name, "bytes": text.count, "instructions": instructions,
    "validator_1_thread_mb_s": (size / one / megabyte).rounded(),
    "validator_all_cores_mb_s": (size / all / megabyte).rounded(),
    "instructions_per_s_1_thread": (Double(instructions) / one).rounded(),
    "speedup_all_cores": ((one / all) * 100).rounded() / 100,
    "byte_loop_mb_s": (size / loop / megabyte).rounded(),
    "memcpy_mb_s": (size / memcpyTime / megabyte).rounded(), "sink": Int(sink),
  ])
}
let result: [String: Any] = [
  "cores": cores, "rounds": rounds, "tables_ms": (tableTime * 100).rounded() / 100, "texts": rows,
]
let json = try JSONSerialization.data(
  withJSONObject: result, options: [.prettyPrinted, .sortedKeys])
print(String(decoding: json, as: UTF8.self))
