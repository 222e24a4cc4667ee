public import ELF
public import X86

/// What the validator says of a whole program file.
public struct NexeVerdict: Sendable {
  /// The image, when its headers are right.
  public let image: Image?
  /// Why the headers are refused.
  public let headerError: ELFError?
  /// What the text is made of and what is wrong with it; offsets are relative to its start.
  public let text: TextReport

  /// What is wrong with the text.
  public var violations: [Violation] { text.violations }

  public var isValid: Bool { image != nil && violations.isEmpty }
}

/// Checks whole program files: headers, layout, and every instruction.
public struct NexeValidator: Sendable {
  private let validator: Validator

  private let limit: Int

  /// A validator that names at most `limit` violations of a file.
  public init(
    profile: Profile = .zerovm, baseline: Baseline = .v2, limit: Int = 1000,
    threads: Threads = .one
  ) {
    validator = Validator(profile: profile, baseline: baseline, threads: threads)
    self.limit = limit
  }

  /// Where the trampolines are, relative to the text: the only place outside the text that a
  /// direct jump may go to (CONTRACT.md, "Address space").
  private static let trampolines = -0x10000..<0

  public func check(_ file: Span<UInt8>) -> NexeVerdict {
    let image: Image
    do throws(ELFError) {
      image = try Image(parsing: file)
    } catch {
      return NexeVerdict(image: nil, headerError: error, text: TextReport())
    }
    let text = image.text
    let bytes = file.extracting(
      text.fileOffset..<(text.fileOffset + Int(text.fileByteCount)))
    return NexeVerdict(
      image: image, headerError: nil,
      text: validator.report(on: bytes, outside: Self.trampolines, limit: limit))
  }
}
