// Unsafe: blocks lie inside the window, behind which 16 more bytes may be read; nothing else of the text is
// read but jump distances, which are inside the instructions that `zvm_vector_check` found whole in their
// bundles. It fills in the first `jumpCount` and `unknownCount` places of `found`.
import CVector
import X86

extension BundleChecker {
  private static let blockByteCount = 64
  private static let pairByteCount = 128

  /// Checks all bundles of a window: those that the vector loop knows by that, the others, and what is
  /// left at the end, by `run`. What is said of a bundle is the same both ways; the tests compare them.
  func runVector<Log: BundleLog>(_ window: Window, _ log: inout Log) -> Progress {
    var features: UInt64 = 0
    var seen: UInt8 = 0
    var at = window.offsets.lowerBound
    let end = window.offsets.upperBound
    unsafe withUnsafeTemporaryAllocation(of: zvm_found.self, capacity: 1) { found in
      guard let found = found.baseAddress else { return }
      while end - at >= Self.pairByteCount {
        let pairs = min((end - at) / Self.pairByteCount, ZVM_MOST_PAIRS)
        let here = unsafe (window.base + at).assumingMemoryBound(to: UInt8.self)
        unsafe seen |= zvm_vector_check(
          set.vectorTables, here, pairs, window.targets + at / 32, found)
        unsafe note(found, at: at, window, &features, &log)
        at += pairs * Self.pairByteCount
      }
    }
    for (bit, feature) in VectorTables.features where seen & bit != 0 { features |= feature }
    var progress = run(window.part(at..<end), plain: true, &log)
    progress.features |= features
    return progress
  }

  /// Takes over what is said of the blocks from `start` on.
  @inline(__always)
  private func note<Log: BundleLog>(
    _ found: UnsafePointer<zvm_found>, at start: Int, _ window: Window, _ features: inout UInt64,
    _ log: inout Log
  ) {
    guard let jumps = unsafe zvm_jumps(found), let unknown = unsafe zvm_unknown(found) else {
      return
    }
    let jumpCount = unsafe Int(found.pointee.jumpCount)
    for number in 0..<jumpCount {
      let jump = unsafe Int(jumps[number])
      let end = start &+ (jump &>> 8) &* Self.blockByteCount &+ (jump & 0x7F)
      let isLong = jump &>> 7 & 1
      unsafe checkJump(window.base, 1 &+ 3 &* isLong, end: end, byteCount: 2 &+ 3 &* isLong, &log)
    }
    let unknownCount = unsafe Int(found.pointee.unknownCount)
    for number in 0..<unknownCount {
      let which = unsafe Int(unknown[number])
      check(which & 15, of: start &+ (which &>> 4) &* Self.pairByteCount, window, &features, &log)
    }
  }

  /// Checks those of the four bundles at `start` whose bits are set.
  @inline(never)
  private func check<Log: BundleLog>(
    _ bundles: Int, of start: Int, _ window: Window, _ features: inout UInt64, _ log: inout Log
  ) {
    for number in 0..<4 where bundles >> number & 1 != 0 {
      let at = start + 32 * number
      features |= run(window.part(at..<at + 32), plain: true, &log).features
    }
  }
}
