// Unsafe: blocks lie inside the window, and nothing else of the text is read but jump distances, which
// are inside the instructions that `zvm_vector_check` found whole in their bundles.
import CVector
import X86

extension BundleChecker {
  private static let pairByteCount = 128
  /// Pairs a call: their blocks stay in the nearest cache.
  private static let mostPairs = 16

  /// Checks all bundles of a window: those that the vector loop knows by that, the others, and what is
  /// left at the end, by `run`. What is said of a bundle is the same both ways; the tests compare them.
  func runVector<Log: BundleLog>(_ window: Window, _ log: inout Log) -> Progress {
    var features: UInt64 = 0
    var seen: UInt8 = 0
    var at = window.offsets.lowerBound
    let end = window.offsets.upperBound
    unsafe withUnsafeTemporaryAllocation(of: zvm_block.self, capacity: 2 * Self.mostPairs) {
      blocks in
      guard let first = blocks.baseAddress else { return }
      while end - at >= Self.pairByteCount {
        let pairs = min((end - at) / Self.pairByteCount, Self.mostPairs)
        let here = unsafe (window.base + at).assumingMemoryBound(to: UInt8.self)
        unsafe seen |= zvm_vector_check(set.vectorTables, here, pairs, first)
        for number in 0..<2 * pairs {
          unsafe note(first[number], at: at + 64 * number, window, &features, &log)
        }
        at += pairs * Self.pairByteCount
      }
    }
    for (bit, feature) in VectorTables.features where seen & bit != 0 { features |= feature }
    var progress = run(window.part(at..<end), plain: true, &log)
    progress.features |= features
    return progress
  }

  /// Takes over what is said of two bundles at `at`.
  @inline(__always)
  private func note<Log: BundleLog>(
    _ block: zvm_block, at: Int, _ window: Window, _ features: inout UInt64, _ log: inout Log
  ) {
    unsafe window.targets[at &>> 5] = UInt32(truncatingIfNeeded: block.targets)
    unsafe window.targets[at &>> 5 &+ 1] = UInt32(truncatingIfNeeded: block.targets &>> 32)
    var jumps = block.jumps8
    while jumps != 0 {
      unsafe checkJump(window.base, 1, at &+ jumps.trailingZeroBitCount, byteCount: 2, &log)
      jumps &= jumps &- 1
    }
    jumps = block.jumps32
    while jumps != 0 {
      unsafe checkJump(window.base, 4, at &+ jumps.trailingZeroBitCount, byteCount: 5, &log)
      jumps &= jumps &- 1
    }
    if block.indirect | block.unknown != 0 {
      noteRare(block, at: at, window, &features, &log)
    }
  }

  @inline(never)
  private func noteRare<Log: BundleLog>(
    _ block: zvm_block, at: Int, _ window: Window, _ features: inout UInt64, _ log: inout Log
  ) {
    var jumps = block.indirect
    while jumps != 0 {
      let here = at + jumps.trailingZeroBitCount
      let it = unsafe decode(window.base + here)
      checkSequence(it.form >> Form.kindShift & 15, window, it, here, &log)
      jumps &= jumps - 1
    }
    for bundle in 0..<2 where block.unknown >> UInt64(bundle) & 1 != 0 {
      let start = at + 32 * bundle
      features |= run(window.part(start..<start + 32), plain: true, &log).features
    }
  }
}
