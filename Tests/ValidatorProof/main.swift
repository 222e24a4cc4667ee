// Proofs by comparison, too long for every test run:
//
//   validator-proof BUNDLES SEED [WORKERS [NEXE…]]
//       compares with the slow checker over generated texts, on all cores (WORKERS 0) or so many threads,
//       with a line of progress on standard error every ten seconds; half of the texts are pieces of the
//       programs' texts, as they are or damaged
//   validator-proof loops TEXTS SEED NEXE…
//       compares the vector loop with the scalar one, over pairs of a writer and a user of registers,
//       beginnings of three bytes, damaged pieces of the programs' texts, and generated texts
//   validator-proof enumerate PART PARTS
//       prints every encoding that profile zerovm accepts in one part of the space of prefixes, REX,
//       VEX, opcodes and ModRM classes, as `HEX LENGTH BASE INDEX WRITES`: check-decoders asks other
//       decoders about them
import ELF
import Foundation
import LoopComparison
import Validator

func hex(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef")
  return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

func compareLoops(texts: Int, seed: UInt64, files: [[UInt8]]) {
  var comparison = LoopComparison(seed: seed)
  let batch = 2000
  func stage(_ name: String, _ body: (_ texts: Int) -> Void) {
    for start in stride(from: 0, to: texts, by: batch) {
      body(min(batch, texts - start))
      if comparison.disagreements > 0 { exit(1) }
    }
    print(
      "\(name): so far \(comparison.texts) texts, \(comparison.bundles) bundles, "
        + "\(comparison.accepted) accepted")
  }
  stage("paired") { comparison.paired(texts: $0) }
  stage("sequences") { comparison.sequences(texts: $0) }
  // One in so many of the beginnings.
  let parts = max(1, (1 << 24) / batch)
  var part = Int(seed)
  stage("enumerated") { _ in
    comparison.enumerated(part: part % parts, parts: parts)
    part += 1
  }
  for file in files {
    comparison.compare(file, profile: 1)
    stage("damaged") { comparison.damaged(file, texts: $0) }
  }
  stage("generated") { comparison.generated(texts: $0) }
}

/// Prefixes in front of an opcode: legacy ones and REX, or VEX with map and pp inside.
func starts() -> [[UInt8]] {
  var result: [[UInt8]] = []
  let legacy: [[UInt8]] = [
    [], [0x66], [0xF3], [0xF2], [0xF0], [0x66, 0xF0], [0xF0, 0x66], [0x2E], [0x3E], [0x66, 0xF3],
    [0xF3, 0x66], [0x67], [0x64],
  ]
  for prefix in legacy {
    for rex in [nil, 0x40, 0x41, 0x42, 0x44, 0x48, 0x4D] as [UInt8?] {
      for map in [[], [0x0F], [0x0F, 0x38], [0x0F, 0x3A]] as [[UInt8]] {
        result.append(prefix + (rex.map { [$0] } ?? []) + map)
      }
    }
  }
  for last in UInt8.min...UInt8.max where last & 0x78 == 0x78 || last & 0x78 == 0x28 {
    result.append([0xC5, last])
    for second: UInt8 in [0xE1, 0xE2, 0xE3, 0xC1, 0x42, 0x83] {
      result.append([0xC4, second, last])
    }
  }
  return result
}

func enumerate(part: Int, parts: Int) {
  let validator = Validator(profile: .zerovm)
  // mod, rm and SIB classes: displacement or not, SIB or not, rip, no base, a register.
  let operands: [[UInt8]] = [
    [0x00], [0x05], [0x04, 0x24], [0x04, 0x25], [0x04, 0x0D], [0x45], [0x44, 0x0C], [0x84, 0xE5],
    [0x87], [0xC0], [0xC4], [0xC7],
  ]
  for (number, start) in starts().enumerated() where number % parts == part {
    for opcode in UInt8.min...UInt8.max {
      for reg in UInt8(0)..<8 {
        for operand in operands {
          var code = start + [opcode, operand[0] | reg << 3] + operand.dropFirst()
          code += [UInt8](repeating: 0x01, count: 16 - min(16, code.count))
          guard let probe = validator.probe(code) else { continue }
          let writes = probe.writes.map(String.init).joined(separator: ",")
          let base = probe.base.map(String.init) ?? "-"
          let index = probe.index.map(String.init) ?? "-"
          print(
            "\(hex(Array(code[..<probe.byteCount]))) \(probe.byteCount) \(base) \(index) "
              + (writes.isEmpty ? "-" : writes))
        }
      }
    }
  }
}

/// The texts of programs.
func texts(of paths: some Sequence<String>) throws -> [[UInt8]] {
  try paths.map { path in
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let text = try Image(parsing: file.span).text
    return Array(file[text.fileOffset..<text.fileOffset + Int(text.fileByteCount)])
  }
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count == 3, arguments[0] == "enumerate", let part = Int(arguments[1]),
  let parts = Int(arguments[2])
{
  enumerate(part: part, parts: parts)
} else if arguments.count >= 2, let bundles = UInt64(arguments[0]), let seed = UInt64(arguments[1]),
  let workers = arguments.count > 2 ? Int(arguments[2]) : 0
{
  let comparison = Comparison(
    bundles: bundles, seed: seed, workers: workers, samples: try texts(of: arguments.dropFirst(3)))
  print(comparison.run())
  exit(comparison.disagreements == 0 ? 0 : 1)
} else if arguments.count >= 3, arguments[0] == "loops", let count = Int(arguments[1]),
  let seed = UInt64(arguments[2])
{
  compareLoops(texts: count, seed: seed, files: try texts(of: arguments.dropFirst(3)))
} else {
  fatalError(
    "usage: validator-proof BUNDLES SEED [WORKERS [NEXE…]] | loops TEXTS SEED NEXE… "
      + "| enumerate PART PARTS")
}
