public import ArgumentParser
import ELF
import Foundation
import PlainRun
import Validator
import ValidatorThreads
import X86

/// `zvm inspect`: what a program is made of.
public struct Inspect: ParsableCommand {
  public static let configuration = CommandConfiguration(
    abstract: "Print segments, instruction mix, CPU features and trap sites of a nexe.",
    discussion: "Exit status: 0, 1 the headers are refused, 2 the file cannot be read.")

  @Argument(help: "Program to look at.")
  var file: String

  @Option(help: "Print at most this many kinds of instruction and trap sites.")
  var limit = 25

  @Flag(help: "Print all of it as JSON.")
  var json = false

  public init() {}

  public func run() throws {
    guard let code = CodeFile(path: file, isRaw: false) else {
      say("zvm inspect: \(file): cannot be read\n")
      throw ExitCode(2)
    }
    let verdict = NexeValidator(limit: 1, threads: .dispatched).check(code.bytes.span)
    guard let image = verdict.image else {
      let problem = verdict.headerError.map { "\($0)" } ?? "no image"
      print("\(file): refused: header: \(problem)")
      throw ExitCode(1)
    }
    let inspection = Inspection(file: file, code: code, image: image, report: verdict.text)
    print(try json ? inspection.json() : inspection.text(limit: max(1, limit)))
  }
}

/// The findings of `zvm inspect`.
struct Inspection: Encodable {
  let file: String
  let entry: Int
  let segments: [Part]
  let valid: Bool
  let instructions: Int
  let mix: [Kind]
  let features: [String]
  let missingFeatures: [String]
  /// Direct jumps and calls to the trampolines.
  let trapSites: [Site]

  struct Part: Encodable {
    let address: Int
    let memoryBytes: Int
    let fileBytes: Int
    let permissions: String
  }
  struct Kind: Encodable {
    let name: String
    let count: Int
  }
  struct Site: Encodable {
    let address: Int
    let symbol: String?
    let target: Int
  }

  init(file: String, code: CodeFile, image: Image, report: TextReport) {
    self.file = file
    entry = Int(image.entry)
    segments = image.segments.map { segment in
      Part(
        address: Int(segment.address), memoryBytes: Int(segment.memoryByteCount),
        fileBytes: Int(segment.fileByteCount),
        permissions: (segment.permissions.contains(.read) ? "r" : "-")
          + (segment.permissions.contains(.write) ? "w" : "-")
          + (segment.permissions.contains(.execute) ? "x" : "-"))
    }
    valid = report.violations.isEmpty
    features = report.featureNames
    missingFeatures = CodeFile.missing(report.featureNames)
    var counts: [String: Int] = [:]
    var sites: [Site] = []
    for start in stride(from: 0, to: code.text.count, by: 32) {
      for line in code.bundle(at: start) {
        counts[line.listing.name, default: 0] += 1
        guard line.listing.name == "call" || line.listing.name.hasPrefix("j"),
          let operand = line.listing.operands.first, operand.hasPrefix("0x"),
          let target = Int(operand.dropFirst(2), radix: 16), target < code.textAddress
        else { continue }
        let address = code.textAddress + line.offset
        sites.append(
          Site(
            address: address, symbol: code.symbols.label(for: UInt64(address)), target: target))
      }
    }
    trapSites = sites
    instructions = counts.values.reduce(0, +)
    mix = counts.map { Kind(name: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  func text(limit: Int) -> String {
    func hex(_ value: Int) -> String { "0x" + String(value, radix: 16) }
    var lines = ["\(file): \(valid ? "valid" : "refused, see `zvm validate`"), entry \(hex(entry))"]
    lines.append("segments:")
    for part in segments {
      lines.append(
        "  \(hex(part.address)) \(part.permissions) \(part.memoryBytes) bytes, "
          + "\(part.fileBytes) in the file")
    }
    lines.append("\(instructions) instructions:")
    for kind in mix.prefix(limit) {
      let share = Double(kind.count * 1000 / max(1, instructions)) / 10
      lines.append("  \(kind.name): \(kind.count) (\(share)%)")
    }
    if mix.count > limit { lines.append("  … \(mix.count - limit) more kinds") }
    lines.append(
      "needs of the CPU: " + (features.isEmpty ? "nothing" : features.joined(separator: " ")))
    if !missingFeatures.isEmpty {
      lines.append("this CPU lacks: " + missingFeatures.joined(separator: " "))
    }
    lines.append("\(trapSites.count) trap sites:")
    for site in trapSites.prefix(limit) {
      let symbol = site.symbol.map { " <\($0)>" } ?? ""
      lines.append("  \(hex(site.address))\(symbol) → \(hex(site.target))")
    }
    if trapSites.count > limit { lines.append("  … \(trapSites.count - limit) more") }
    return lines.joined(separator: "\n")
  }
}
