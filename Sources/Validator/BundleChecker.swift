// Unsafe: a bundle is given as a pointer to its 32 bytes, after which 16 more may be read. Decoding
// starts below byte 32 and looks at most 15 bytes further, so it never reads outside; what lies
// behind the bundle can only make an instruction too long, and that is refused.
import X86

/// Where the checks of a bundle put what they find.
protocol BundleLog {
  /// The instruction at `offset` breaks a rule.
  mutating func refuse(_ rule: Rule, at offset: Int, byteCount: Int)
  /// A direct jump or call.
  mutating func jump(at offset: Int, byteCount: Int, to target: Int)
  /// The bundle at `offset` is through. Bit n of `boundaries`: an instruction starts at byte n; of
  /// `targets`: and a jump may go there.
  mutating func finish(
    bundle offset: Int, targets: UInt32, boundaries: UInt32, features: UInt64)
}

/// Checks bundles one by one: whole instructions, memory operands, written registers,
/// superinstructions (RULES.md 1, 2, 5–12). Nothing carries over from one bundle to the next except
/// direct jumps, which go to the log.
@safe struct BundleChecker: Sendable {
  let set: InstructionSet

  static let rsp: UInt32 = 4
  static let rbp: UInt32 = 5
  static let r15: UInt32 = 15
  static let rip: UInt32 = 16
  static let none: UInt32 = 31
  /// The registers that only special sequences may write.
  private static let reserved: UInt32 = 1 << 4 | 1 << 5 | 1 << 15
  private static let bases: UInt32 = reserved | 1 << rip

  /// What a bundle has shown so far.
  struct Progress {
    /// Bit n: an instruction starts at byte n.
    var boundaries: UInt32 = 0
    /// Bit n: a jump may go to byte n.
    var targets: UInt32 = 0
    /// The register that the instruction before has zero-extended (RULES.md 6).
    var restricted = BundleChecker.none
    /// That register before the instruction at hand, when it is esp or ebp and not yet restored.
    var pending = BundleChecker.none
  }

  @inline(__always)
  func check<Log: BundleLog>(_ bundle: UnsafeRawPointer, at start: Int, _ log: inout Log) {
    var progress = Progress()
    var features: UInt64 = 0
    var at = 0
    while at < 32 {
      let here = unsafe bundle + at
      let it = unsafe decode(here)
      let end = at + it.byteCount
      progress.pending = progress.restricted
      progress.restricted = Self.none
      if it.byteCount == 0 || end > 32 {
        refuseUndecoded(it, at, start, progress, &log)
        break
      }
      let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: at)
      progress.boundaries |= bit
      progress.targets |= bit
      features |= 1 &<< UInt64(it.form &>> Form.featureShift & 63)

      let kind = it.form &>> Form.kindShift & 15
      if kind != 0 {
        unsafe checkKind(kind, bundle, it, at, start, &progress, &log)
      }
      if it.isMemory, it.form & Form.accessBit != 0 {
        checkMemory(it, at, start, &progress, &log)
      }
      let destination = it.form &>> Form.destinationShift & 7
      if destination != 0 {
        let first = it.first(destination)
        // Five and more are those with a second register or a rare place.
        if destination >= 5 || Self.reserved &>> first & 1 != 0 {
          unsafe checkReserved(here, it, at, start, &progress, &log)
        } else {
          let zeroExtends =
            it.form &>> Form.widthShift & 3 == Form.Width.zeroExtending.rawValue
          progress.restricted = zeroExtends ? first : Self.none
        }
      }
      if progress.pending &- Self.rsp < 2 { refusePending(at, it, start, progress, &log) }
      at = end
    }
    if progress.restricted &- Self.rsp < 2 {
      progress.pending = progress.restricted
      refusePending(at, Decoded(), start, progress, &log)
    }
    log.finish(
      bundle: start, targets: progress.targets, boundaries: progress.boundaries,
      features: features)
  }

  /// RULES.md 7.
  @inline(__always)
  private func checkMemory<Log: BundleLog>(
    _ it: Decoded, _ at: Int, _ start: Int, _ progress: inout Progress, _ log: inout Log
  ) {
    if Self.bases &>> it.base & 1 == 0 {
      log.refuse(.badBase, at: start + at, byteCount: it.byteCount)
    }
    let index = it.index
    if index != Self.none {
      if index == progress.pending, index &- Self.rsp >= 2 {
        // A jump here would skip the restriction.
        progress.targets &= ~(1 &<< UInt32(truncatingIfNeeded: at))
      } else {
        log.refuse(.badIndex, at: start + at, byteCount: it.byteCount)
      }
    }
  }

  @inline(never)
  private func refuseUndecoded<Log: BundleLog>(
    _ it: Decoded, _ at: Int, _ start: Int, _ progress: Progress, _ log: inout Log
  ) {
    if progress.pending &- Self.rsp < 2 { refusePending(at, it, start, progress, &log) }
    log.refuse(
      it.byteCount == 0 ? .unknownInstruction : .bundleStraddle, at: start + at,
      byteCount: 32 - at)
  }

  /// A 32-bit write of esp or ebp that the instruction at hand does not restore (RULES.md 8).
  @inline(never)
  private func refusePending<Log: BundleLog>(
    _ at: Int, _ it: Decoded, _ start: Int, _ progress: Progress, _ log: inout Log
  ) {
    log.refuse(
      progress.pending == Self.rsp ? .stackPointerSandboxing : .framePointerSandboxing,
      at: start + at, byteCount: it.byteCount)
  }
}
