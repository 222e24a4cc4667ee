import ELF
import Foundation
import Validator
import X86

/// A verdict with everything that helps to find what is wrong, for people and as JSON.
struct ValidationResult: Encodable {
  let file: String
  let profile: String
  let baseline: String?
  let valid: Bool
  let headerError: HeaderError?
  let violations: [Finding]
  /// There are more violations than are named.
  let truncated: Bool
  let features: [String]
  let missingFeatures: [String]
  let warnings: [String]

  struct HeaderError: Encodable {
    let field: String
    let offset: Int
    /// What the field says, in hex; none when the file ends before it.
    let value: String?
    let problem: String
    /// All of that in a line.
    let message: String
  }

  struct Finding: Encodable {
    /// Byte offset in the text, and guest address.
    let offset: Int
    let address: Int
    let symbol: String?
    let bytes: String
    let instruction: String
    let rule: String
    let explanation: String
    let neighbourhood: [Neighbour]
  }

  struct Neighbour: Encodable {
    let address: Int
    let bytes: String
    let text: String
  }

  init(
    file: String, profile: Profile, baseline: Baseline, code: CodeFile, report: TextReport,
    headerError: ELFError?
  ) {
    self.file = file
    self.profile = profile.rawValue
    self.baseline = profile == .portable ? baseline.rawValue : nil
    self.headerError = headerError.map {
      HeaderError(
        field: $0.field, offset: $0.offset, value: $0.value.map { "0x" + String($0, radix: 16) },
        problem: $0.problem, message: $0.description)
    }
    valid = headerError == nil && report.violations.isEmpty
    violations = report.violations.map { Self.finding($0, code) }
    truncated = report.isTruncated
    features = report.featureNames
    missingFeatures = CodeFile.missing(report.featureNames)
    let calls = valid ? code.misplacedCalls() : []
    warnings = calls.prefix(20).map { offset in
      let address = code.textAddress + offset
      let symbol = code.symbols.label(for: UInt64(address)).map { " <\($0)>" } ?? ""
      return
        "0x\(String(address, radix: 16))\(symbol): call does not end at a bundle's end (RULES 4)"
    }
  }

  private static func finding(_ violation: Violation, _ code: CodeFile) -> Finding {
    let lines = code.bundle(at: min(violation.offset, max(0, code.text.count - 1)))
    let place = lines.lastIndex { $0.offset <= violation.offset } ?? 0
    let address = code.textAddress + violation.offset
    let near = lines.indices.filter { abs($0 - place) <= 3 }
    return Finding(
      offset: violation.offset, address: address,
      symbol: code.symbols.label(for: UInt64(address)), bytes: CodeFile.hex(violation.bytes),
      instruction: lines.isEmpty ? "" : lines[place].listing.text, rule: violation.rule.rawValue,
      explanation: violation.rule.explanation,
      neighbourhood: near.map { index in
        Neighbour(
          address: code.textAddress + lines[index].offset,
          bytes: CodeFile.hex(lines[index].bytes), text: lines[index].listing.text)
      })
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  func text() -> String {
    var lines: [String] = []
    if let headerError {
      return "\(file): refused: header: \(headerError.message)"
    }
    let rules = profile + (baseline.map { ", " + $0 } ?? "")
    if valid {
      lines.append("\(file): valid (\(rules))")
      if !features.isEmpty {
        lines.append("  needs of the CPU: " + features.joined(separator: " "))
      }
      if !missingFeatures.isEmpty {
        lines.append("  this CPU lacks: " + missingFeatures.joined(separator: " "))
      }
    } else {
      let count = "\(violations.count)\(truncated ? " or more" : "")"
      let noun = count == "1" ? "violation" : "violations"
      lines.append("\(file): refused: \(count) \(noun) of the rules (\(rules))")
    }
    for violation in violations {
      let symbol = violation.symbol.map { " <\($0)>" } ?? ""
      let place = "  \(Self.hex(violation.address))\(symbol): "
      lines.append(place + "\(violation.rule): \(violation.bytes)")
      lines.append("    \(violation.explanation)")
      for line in violation.neighbourhood {
        let isHere = line.address == violation.address
        let bytes = line.bytes.padding(toLength: 30, withPad: " ", startingAt: 0)
        lines.append("    \(isHere ? ">" : " ") \(Self.hex(line.address)): \(bytes) \(line.text)")
      }
    }
    if truncated { lines.append("  … and more; --limit names more of them") }
    lines += warnings.map { "  warning: " + $0 }
    return lines.joined(separator: "\n")
  }

  private static func hex(_ value: Int) -> String { "0x" + String(value, radix: 16) }
}
