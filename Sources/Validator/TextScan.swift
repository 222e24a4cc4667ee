// Unsafe: `text` and the bitmaps stay allocated for the length of `report`; a worker writes only the
// words of the bundles in its chunks, which nobody else gets, in `targets`, and only its own `wanted`
// bitmap, whose indexes are checked against the text's size when a jump is noted.
import CVector
import X86

/// Checks a whole text: all its bundles, then where the jumps between them go (RULES.md 3).
@safe struct TextScan {
  let text: UnsafeRawBufferPointer
  let checker: BundleChecker
  let outside: Range<Int>?
  var threads = Threads.one

  /// Texts below this many bytes are not worth waking another thread for.
  private static let parallelByteCount = 1 << 18
  private static let mostWorkers = 16

  private var bundleCount: Int { unsafe text.count / 32 }

  func report(limit: Int, workers: Int?) -> TextReport {
    guard bundleCount > 0 else { return TextReport() }
    let wanted = workers ?? (unsafe text.count < Self.parallelByteCount ? 1 : threads.count)
    let count = max(1, min(wanted, Self.mostWorkers, bundleCount))
    let bitmaps = Bitmaps(bundleCount: bundleCount, workers: count)
    defer { bitmaps.free() }
    let verdict = judge(with: checker, bitmaps)
    var report = TextReport()
    report.features = FeatureSet(rawValue: verdict.features)
    if verdict.failed { explain(bitmaps, limit, &report) }
    return report
  }

  /// The verdict alone.
  func isValid(workers: Int) -> Bool {
    guard bundleCount > 0 else { return true }
    let bitmaps = Bitmaps(bundleCount: bundleCount, workers: min(workers, bundleCount))
    defer { bitmaps.free() }
    return !judge(with: checker, bitmaps).failed
  }

  /// What the first pass leaves behind.
  func firstPass(workers: Int) -> FirstPass {
    guard bundleCount > 0 else {
      return FirstPass(failed: false, features: 0, targets: [], wrongJumps: [])
    }
    let bitmaps = Bitmaps(bundleCount: bundleCount, workers: min(workers, bundleCount))
    defer { bitmaps.free() }
    let verdict = judge(with: checker, bitmaps)
    return unsafe FirstPass(
      failed: verdict.failed, features: verdict.features & ~1,
      targets: Array(UnsafeBufferPointer(start: bitmaps.targets, count: bundleCount)),
      wrongJumps: Array(UnsafeBufferPointer(start: bitmaps.wanted, count: bundleCount)))
  }

  /// The first pass, on all workers: whether anything is wrong. Leaves in `bitmaps` where jumps go that
  /// may not.
  private func judge(with checker: BundleChecker, _ bitmaps: Bitmaps) -> ChunkResult {
    let count = bitmaps.workers
    var results = [ChunkResult](repeating: ChunkResult(), count: count)
    unsafe results.withUnsafeMutableBufferPointer { results in
      let scan = unsafe TextScan(text: text, checker: checker, outside: outside)
      var next = 0
      unsafe withUnsafeMutablePointer(to: &next) { next in
        let shared = unsafe Shared(results: results, bitmaps: bitmaps, scan: scan, next: next)
        if count == 1 {
          unsafe shared.run(worker: 0)
        } else {
          threads.perform(count) { unsafe shared.run(worker: $0) }
        }
      }
    }
    var total = ChunkResult()
    total.failed = bitmaps.join()
    for result in results {
      total.features |= result.features
      total.failed = total.failed || result.failed
    }
    return total
  }

  /// The second pass, over a text that is refused: every violation. It reads with the instructions
  /// of all profiles, so that one that only this profile refuses does not hide what follows it.
  private func explain(_ bitmaps: Bitmaps, _ limit: Int, _ report: inout TextReport) {
    let everything = BundleChecker(set: .everything)
    _ = judge(with: everything, bitmaps)
    bitmaps.clearTargets()
    var log = Findings(scan: self, bad: bitmaps, limit: limit)
    _ = unsafe TextScan(text: text, checker: everything, outside: outside)
      .run(0..<bundleCount, bitmaps.targets, plain: false, &log)
    report.violations = log.violations.sorted { $0.offset < $1.offset }
    report.isTruncated = log.isTruncated
    // The passes must agree; if they ever do not, the code is refused all the same.
    if report.violations.isEmpty {
      report.violations = [Violation(offset: 0, bytes: [], rule: .unknownInstruction)]
    }
  }

  func instructionCount() -> Int {
    guard bundleCount > 0 else { return 0 }
    let bitmaps = Bitmaps(bundleCount: bundleCount, workers: 0)
    defer { bitmaps.free() }
    bitmaps.clearTargets()
    var log = InstructionCount()
    _ = unsafe run(0..<bundleCount, bitmaps.targets, plain: false, &log)
    return log.count
  }

  /// Checks the bundles of `range`. The last bundle of a text is checked in a copy, after which there
  /// is something to read.
  @inline(__always)
  fileprivate func run<Log: BundleLog>(
    _ range: Range<Int>, _ targets: UnsafeMutablePointer<UInt32>, plain: Bool, _ log: inout Log
  ) -> ChunkResult {
    var result = ChunkResult()
    guard let base = unsafe text.baseAddress else { return result }
    let last = bundleCount - 1
    let direct = range.lowerBound..<max(range.lowerBound, min(range.upperBound, last))
    let window = unsafe Window(
      base: base, offsets: direct.lowerBound * 32..<direct.upperBound * 32, targets: targets)
    if plain, checker.loop == .vector {
      result.add(checker.runVector(window, &log))
    } else {
      result.add(checker.run(window, plain: plain, &log))
    }
    guard range.contains(last) else { return result }
    unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { copy in
      unsafe copy.initializeMemory(as: UInt8.self, repeating: 0)
      let start = last * 32
      unsafe copy.copyMemory(from: UnsafeRawBufferPointer(rebasing: text[start..<start + 32]))
      guard let address = copy.baseAddress else { return }
      let window = unsafe Window(
        base: UnsafeRawPointer(address) - start, offsets: start..<start + 32, targets: targets)
      result.add(checker.run(window, plain: plain, &log))
    }
    return result
  }

  /// Whether a direct jump may leave the text for `target`.
  @inline(__always)
  fileprivate func mayLeave(to target: Int) -> Bool {
    target & 31 == 0 && (outside.map { $0.contains(target) } ?? true)
  }

  /// Whether the instructions of the profile at hand have the one at `offset`.
  fileprivate func profileKnows(_ offset: Int) -> Bool {
    unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { copy in
      unsafe copy.initializeMemory(as: UInt8.self, repeating: 0)
      let end = unsafe min(offset + 16, text.count)
      unsafe copy.copyMemory(from: UnsafeRawBufferPointer(rebasing: text[offset..<end]))
      guard let address = copy.baseAddress else { return false }
      return unsafe checker.decode(UnsafeRawPointer(address)).isValid
    }
  }

  fileprivate func violation(_ rule: Rule, _ offset: Int, _ byteCount: Int) -> Violation {
    let end = unsafe min(offset + min(byteCount, 15), text.count)
    let bytes = unsafe offset < end ? Array(text[offset..<end]) : []
    return Violation(offset: offset, bytes: bytes, rule: rule)
  }
}

/// What one worker says of its chunk.
private struct ChunkResult {
  var failed = false
  var features: UInt64 = 0

  mutating func add(_ progress: BundleChecker.Progress) {
    features |= progress.features
  }
}

/// What the workers share.
@unsafe private struct Shared: @unchecked Sendable {
  let results: UnsafeMutableBufferPointer<ChunkResult>
  let bitmaps: Bitmaps
  let scan: TextScan
  /// The number of the next chunk.
  let next: UnsafeMutablePointer<Int>

  /// Some for each worker, of whole pairs for the vector loop where there are enough bundles.
  private var chunkBundleCount: Int {
    let share = unsafe bitmaps.bundleCount / (bitmaps.workers == 1 ? 1 : 16 * bitmaps.workers)
    return share < 4 ? max(1, share) : share & ~3
  }

  /// Takes chunks until there are none: whoever wakes late takes fewer.
  func run(worker: Int) {
    let bundles = unsafe bitmaps.bundleCount
    unsafe bitmaps.clear(worker: worker)
    var log = unsafe Verdict(wanted: bitmaps.wanted + worker * bundles, scan: scan)
    let size = unsafe chunkBundleCount
    var result = ChunkResult()
    while true {
      let start = unsafe zvm_take(next) * size
      guard start < bundles else { break }
      let range = start..<min(bundles, start + size)
      unsafe bitmaps.clear(range)
      let part = unsafe scan.run(range, bitmaps.targets, plain: true, &log)
      result.features |= part.features
    }
    result.failed = log.failed
    unsafe results[worker] = result
  }
}

/// A bit a byte of the text, a word a bundle: where jumps may go, and where they do go. Not clear at first.
@safe private struct Bitmaps {
  let bundleCount: Int
  let workers: Int
  let targets: UnsafeMutablePointer<UInt32>
  /// A bitmap a worker, one after the other.
  let wanted: UnsafeMutablePointer<UInt32>

  init(bundleCount: Int, workers: Int) {
    self.bundleCount = bundleCount
    self.workers = workers
    unsafe targets = .allocate(capacity: bundleCount)
    unsafe wanted = .allocate(capacity: bundleCount * workers)
  }

  func clearTargets() { unsafe targets.initialize(repeating: 0, count: bundleCount) }

  func clear(_ range: Range<Int>) {
    unsafe (targets + range.lowerBound).initialize(repeating: 0, count: range.count)
  }

  func clear(worker: Int) {
    unsafe (wanted + worker * bundleCount).initialize(repeating: 0, count: bundleCount)
  }

  /// Leaves in the first `wanted` bitmap the places that are jumped to and may not be; answers whether
  /// there are any. Loops that a compiler can do by the vector.
  func join() -> Bool {
    for worker in 1..<max(1, workers) {
      let more = unsafe wanted + worker * bundleCount
      for bundle in 0..<bundleCount { unsafe wanted[bundle] |= more[bundle] }
    }
    var bad: UInt32 = 0
    for bundle in 0..<bundleCount {
      let all = unsafe wanted[bundle] & ~targets[bundle]
      unsafe wanted[bundle] = all
      bad |= all
    }
    return bad != 0 && !Mutation.isOff(Rule.badJumpTarget)
  }

  func free() {
    unsafe targets.deallocate()
    unsafe wanted.deallocate()
  }
}

/// The first pass: yes or no.
@safe private struct Verdict: BundleLog {
  let wanted: UnsafeMutablePointer<UInt32>
  let scan: TextScan
  var failed = false

  @inline(__always)
  mutating func refuse(_ rule: Rule, at offset: Int, byteCount: Int) {
    if !Mutation.isOff(rule) { failed = true }
  }

  @inline(__always)
  mutating func instruction(at offset: Int, byteCount: Int) {}

  @inline(__always)
  mutating func jump(at offset: Int, byteCount: Int, to target: Int) {
    if unsafe UInt(bitPattern: target) < UInt(bitPattern: scan.text.count) {
      unsafe wanted[target >> 5] |= 1 &<< UInt32(truncatingIfNeeded: target & 31)
    } else if !scan.mayLeave(to: target), !Mutation.isOff(.outsideJumpAligned) {
      failed = true
    }
  }
}

/// Counts instructions.
private struct InstructionCount: BundleLog {
  var count = 0
  mutating func refuse(_ rule: Rule, at offset: Int, byteCount: Int) {}
  mutating func jump(at offset: Int, byteCount: Int, to target: Int) {}
  mutating func instruction(at offset: Int, byteCount: Int) { count += 1 }
}

/// The second pass: every violation.
@safe private struct Findings: BundleLog {
  let scan: TextScan
  let bad: Bitmaps
  let limit: Int
  var violations: [Violation] = []
  var isTruncated = false

  private mutating func add(_ rule: Rule, _ offset: Int, _ byteCount: Int) {
    guard violations.count < limit else {
      isTruncated = true
      return
    }
    violations.append(scan.violation(rule, offset, byteCount))
  }

  mutating func refuse(_ rule: Rule, at offset: Int, byteCount: Int) {
    add(rule, offset, byteCount)
  }

  mutating func jump(at offset: Int, byteCount: Int, to target: Int) {
    let end = unsafe scan.text.count
    if target >= 0, target < end {
      if unsafe bad.wanted[target >> 5] >> UInt32(target & 31) & 1 != 0 {
        add(.badJumpTarget, offset, byteCount)
      }
    } else if !scan.mayLeave(to: target) {
      add(.jumpOutOfRange, offset, byteCount)
    }
  }

  mutating func instruction(at offset: Int, byteCount: Int) {
    if !scan.profileKnows(offset) { add(.notInProfile, offset, byteCount) }
  }
}
