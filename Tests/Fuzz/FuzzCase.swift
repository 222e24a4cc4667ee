import ELF
import SlowChecker
import Validator
import ValidatorThreads

/// What one input of the fuzzer may show: the validator and the slow checker, which share nothing, must
/// agree on it, and so must the validator with itself. Nothing may trap, whatever the bytes.
public struct FuzzCase: Sendable {
  private let nacl = Validator(profile: .nacl, threads: .dispatched)
  private let zerovm = Validator(profile: .zerovm, threads: .dispatched)
  private let nexe = NexeValidator(profile: .zerovm)
  private let slow = SlowChecker()

  public init() {}

  /// Texts above this size tell nothing new and cost the slow checker's time.
  private static let mostBytes = 2048

  /// What is wrong; nil when all is well. Bytes that start like an ELF file are read as one, and its
  /// text is compared; all others are a text, filled up to whole bundles with `hlt`.
  public func problem(with bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) { return problem(withFile: bytes) }
    var text = Array(bytes.prefix(Self.mostBytes))
    while text.count % 32 != 0 { text.append(0xf4) }
    return problem(withText: text)
  }

  private func problem(withFile file: [UInt8]) -> String? {
    let verdict = nexe.check(file.span)
    let image: Image
    do throws(ELFError) { image = try Image(parsing: file.span) } catch {
      return verdict.isValid || verdict.headerError != error ? "the nexe's header error" : nil
    }
    // RULES.md, "Loading".
    var end = 0x20000
    for (number, segment) in image.segments.enumerated() {
      guard segment.fileOffset >= 0, segment.fileOffset + Int(segment.fileByteCount) <= file.count,
        segment.fileByteCount <= segment.memoryByteCount, Int(segment.address) >= end,
        segment.address % 0x10000 == 0 || number == 0, segment.permissions.contains(.read),
        segment.permissions.contains(.execute) == (number == 0),
        number > 0
          || segment.address == 0x20000
            && segment.fileByteCount == segment.memoryByteCount
            && !segment.permissions.contains(.write)
      else { return "segment \(number) is out of place: \(segment)" }
      end = (Int(segment.address) + Int(segment.memoryByteCount) + 0xffff) & ~0xffff
    }
    guard end <= 0x8000_0000, image.entry % 32 == 0, image.entry >= 0x20000,
      image.entry < 0x20000 + image.text.memoryByteCount
    else { return "the entry or the end is out of place: \(image)" }
    let start = image.text.fileOffset
    let text = Array(file[start..<start + Int(image.text.fileByteCount)])
    // Of jumps out of the text, a nexe allows those to trampolines only.
    if verdict.isValid, !zerovm.accepts(text.span) { return "a valid nexe with a refused text" }
    return text.count <= Self.mostBytes ? problem(withText: text) : nil
  }

  private func problem(withText text: [UInt8]) -> String? {
    let verdict = nacl.accepts(text.span)
    if verdict != slow.accepts(text) { return "validator \(verdict), slow checker \(!verdict)" }
    for (name, validator) in [("nacl", nacl), ("zerovm", zerovm)] {
      let accepted = validator.accepts(text.span)
      for workers in 1...3 {
        let report = validator.report(on: text.span, workers: workers)
        guard report.violations.isEmpty == accepted else {
          return "\(name): accepted \(accepted), with \(workers) workers \(report.violations)"
        }
        for violation in report.violations {
          guard violation.offset >= 0, violation.offset <= text.count,
            violation.rule == .textSize || violation.offset < text.count
              || violation.offset % 32 == 0
          else { return "\(name): a violation outside the text: \(violation)" }
        }
      }
      if accepted, text.count > 0, validator.instructionCount(of: text.span) == 0 {
        return "\(name): accepted, but no instructions"
      }
    }
    return nil
  }
}
