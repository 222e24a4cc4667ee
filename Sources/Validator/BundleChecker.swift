// Unsafe: a window gives the bytes of bundles, after which 16 more may be read. Decoding starts inside
// a bundle and looks at most 15 bytes further, so it never reads outside; what lies behind a bundle
// can only make an instruction too long, and that is refused.
import X86

/// Where the checks put what they find.
protocol BundleLog {
  /// The instruction at `offset` breaks a rule.
  mutating func refuse(_ rule: Rule, at offset: Int, byteCount: Int)
  /// A direct jump or call.
  mutating func jump(at offset: Int, byteCount: Int, to target: Int)
  /// A whole instruction, whether or not it breaks a rule.
  mutating func instruction(at offset: Int, byteCount: Int)
}

/// Some bundles of a text in memory.
@safe struct Window {
  /// The address of the text's first byte; only those of `offsets` may be read, and 16 behind.
  let base: UnsafeRawPointer
  /// Whole bundles.
  let offsets: Range<Int>
  /// A word for each bundle of the text; bit n: a jump may go to byte n. Zero at first.
  let targets: UnsafeMutablePointer<UInt32>

  init(
    base: UnsafeRawPointer, offsets: Range<Int>, targets: UnsafeMutablePointer<UInt32>
  ) {
    unsafe self.base = base
    self.offsets = offsets
    unsafe self.targets = targets
  }

  /// Some of these bundles.
  func part(_ offsets: Range<Int>) -> Window {
    unsafe Window(base: base, offsets: offsets, targets: targets)
  }
}

/// Checks instructions one by one: whole ones in bundles, memory operands, written registers,
/// superinstructions (RULES.md 1, 2, 5–12). Nothing carries over from one bundle to the next except
/// direct jumps, which go to the log.
@safe struct BundleChecker: Sendable {
  let set: InstructionSet
  var loop = Loop.fastest

  static let rsp: UInt32 = 4
  static let rbp: UInt32 = 5
  static let r15: UInt32 = 15
  static let rip: UInt32 = 16
  static let none: UInt32 = 31
  /// The registers that only special sequences may write.
  static let reserved: UInt32 = 1 << 4 | 1 << 5 | 1 << 15
  static let bases: UInt32 = reserved | 1 << rip

  /// What the instructions so far have shown.
  struct Progress {
    /// Where the next instruction starts.
    var at: Int
    /// The register that the instruction before has zero-extended (RULES.md 6).
    var restricted = BundleChecker.none
    /// That register before the instruction at hand.
    var pending = BundleChecker.none
    /// A bit for each `Form.featureIndex` seen.
    var features: UInt64 = 0
  }

  /// Checks the one instruction at `progress.at`, and goes on to the next: after an encoding that
  /// nobody knows, to the next bundle.
  @inline(never)
  func step<Log: BundleLog>(_ window: Window, _ progress: inout Progress, _ log: inout Log) {
    let at = progress.at
    let it = unsafe decode(window.base + at)
    let end = at + it.byteCount
    let bundleEnd = (at | 31) + 1
    progress.pending = progress.restricted
    progress.restricted = Self.none
    guard it.isValid, end <= bundleEnd else {
      refuse(pending: progress.pending, at, it.byteCount, &log)
      log.refuse(
        it.isValid ? .bundleStraddle : .unknownInstruction, at: at, byteCount: bundleEnd - at)
      progress.at = bundleEnd
      return
    }
    log.instruction(at: at, byteCount: it.byteCount)
    progress.features |= 1 &<< UInt64(it.form &>> Form.featureShift & 63)
    unsafe window.targets[at >> 5] |= 1 << UInt32(at & 31)

    let kind = it.form &>> Form.kindShift & 15
    if kind != 0 {
      if kind <= Form.Kind.call32.rawValue {
        let distance = Int(it.form & Form.immediateMask)
        unsafe checkJump(window.base, distance, end: end, byteCount: it.byteCount, &log)
      } else {
        checkSequence(kind, window, it, at, &log)
      }
    }
    if it.isMemory, it.form & Form.accessBit != 0 {
      checkMemory(it, window, progress, &log)
    }
    if it.form &>> Form.destinationShift & 7 != 0 {
      checkWrites(it, window, &progress, &log)
    }
    refuse(pending: progress.pending, at, it.byteCount, &log)
    if end == bundleEnd {
      if !Mutation.isOff(.openAtBundleEnd) { refuse(pending: progress.restricted, end, 0, &log) }
      progress.restricted = Self.none
    }
    progress.at = end
  }

  /// RULES.md 3, for a jump that ends at `end`: the distance is its last byte or last four.
  @inline(__always)
  func checkJump<Log: BundleLog>(
    _ base: UnsafeRawPointer, _ distanceByteCount: Int, end: Int, byteCount: Int, _ log: inout Log
  ) {
    let unused = Int32(truncatingIfNeeded: 32 &- 8 &* distanceByteCount)
    let field = unsafe base.loadUnaligned(
      fromByteOffset: end &- distanceByteCount, as: Int32.self)
    let distance = Int((field &<< unused) &>> unused)
    log.jump(at: end &- byteCount, byteCount: byteCount, to: end &+ distance)
  }

  /// RULES.md 7.
  private func checkMemory<Log: BundleLog>(
    _ it: Decoded, _ window: Window, _ progress: Progress, _ log: inout Log
  ) {
    let at = progress.at
    if Self.bases &>> it.base & 1 == 0 { log.refuse(.badBase, at: at, byteCount: it.byteCount) }
    let index = it.index
    guard index != Self.none else { return }
    if index == progress.pending, index != Self.rsp, index != Self.rbp {
      // A jump here would skip the restriction.
      if !Mutation.isOff(.indexIsTarget) {
        unsafe window.targets[at >> 5] &= ~(1 << UInt32(at & 31))
      }
    } else {
      log.refuse(.badIndex, at: at, byteCount: it.byteCount)
    }
  }

  /// A 32-bit write of esp or ebp that the instruction at `offset` does not restore (RULES.md 8).
  private func refuse<Log: BundleLog>(
    pending: UInt32, _ offset: Int, _ byteCount: Int, _ log: inout Log
  ) {
    switch pending {
    case Self.rsp: log.refuse(.stackPointerSandboxing, at: offset, byteCount: byteCount)
    case Self.rbp: log.refuse(.framePointerSandboxing, at: offset, byteCount: byteCount)
    default: break
    }
  }
}
