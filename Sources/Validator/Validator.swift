public import X86

/// Checks that machine code obeys the Native Client x86-64 rules (RULES.md). What it does not know
/// it refuses. No I/O, no shared state.
///
/// Bundles are independent of each other, so a text is checked in chunks, on all its `Threads` when it is
/// large. The first pass only asks whether anything is wrong; the second, over a text that is
/// refused, says what.
public struct Validator: Sendable {
  public static let bundleByteCount = 32
  /// Larger texts are refused: guests have at most 4 GiB of memory, and no known program comes near.
  public static let maximumByteCount = 256 << 20

  public let profile: Profile
  let checker: BundleChecker
  let threads: Threads

  /// `baseline` is what `portable` code may count on; the other profiles do not look at it.
  /// `loop` makes no difference to any verdict.
  public init(
    profile: Profile = .zerovm, baseline: Baseline = .v2, loop: Loop = Loop.fastest,
    threads: Threads = .one
  ) {
    self.profile = profile
    self.threads = threads
    checker = BundleChecker(set: profile.instructions(baseline), loop: loop)
  }

  /// Every violation, in order of offsets, but at most `limit`; none means that the code may run.
  ///
  /// The text starts at a bundle boundary. Direct jumps out of it must hit one of `outside` (offsets
  /// relative to the text's start) or, when that is nil, any multiple of 32.
  public func check(
    _ text: Span<UInt8>, outside: Range<Int>? = nil, limit: Int = 1000
  ) -> [Violation] {
    report(on: text, outside: outside, limit: limit).violations
  }

  /// Whether the code may run: the first pass alone, for those who do not ask why.
  public func accepts(_ text: Span<UInt8>, outside: Range<Int>? = nil) -> Bool {
    guard text.count % Self.bundleByteCount == 0, text.count <= Self.maximumByteCount else {
      return false
    }
    return unsafe text.withUnsafeBytes { bytes in
      unsafe TextScan(text: bytes, checker: checker, outside: outside).isValid(workers: 1)
    }
  }

  /// Violations, and what the code is made of. `workers` is how many of the threads are used; nil means
  /// all, for a text that is worth it.
  public func report(
    on text: Span<UInt8>, outside: Range<Int>? = nil, limit: Int = 1000, workers: Int? = nil
  ) -> TextReport {
    guard text.count % Self.bundleByteCount == 0 else {
      return TextReport(violations: [Violation(offset: text.count, bytes: [], rule: .textSize)])
    }
    guard text.count <= Self.maximumByteCount else {
      return TextReport(violations: [Violation(offset: 0, bytes: [], rule: .textTooLarge)])
    }
    return unsafe text.withUnsafeBytes { bytes in
      unsafe TextScan(text: bytes, checker: checker, outside: outside, threads: threads)
        .report(limit: limit, workers: workers)
    }
  }

  /// How many instructions a text has, up to each bundle's first that cannot be read.
  public func instructionCount(of text: Span<UInt8>) -> Int {
    guard text.count % Self.bundleByteCount == 0, text.count <= Self.maximumByteCount else {
      return 0
    }
    return unsafe text.withUnsafeBytes { bytes in
      unsafe TextScan(text: bytes, checker: checker, outside: nil).instructionCount()
    }
  }
}

/// What validating a text found out.
public struct TextReport: Sendable {
  /// In order of offsets; empty means that the code may run.
  public internal(set) var violations: [Violation] = []
  /// There are more than were asked for.
  public internal(set) var isTruncated = false
  var features: FeatureSet = []

  /// What a CPU must have to run the code, by the names in /proc/cpuinfo.
  public var featureNames: [String] { features.memberNames }
}
