// Unsafe: as in BundleChecker.swift; `plain` covers all values of its index.
import X86

extension BundleChecker {
  /// Checks all bundles of a window.
  ///
  /// Plain instructions, those that need none but the general rules and break none, are checked here
  /// without a branch that depends on the code, so that the processor never guesses wrong: what is
  /// true of an instruction is computed as bits, and one test says whether it is plain. All others,
  /// and all that break a rule, go to `step`. What this loop lets through must be what `step` lets
  /// through; the tests compare the two.
  func run<Log: BundleLog>(_ window: Window, plain: Bool, _ log: inout Log) -> Progress {
    var progress = Progress(at: window.offsets.lowerBound)
    while progress.at < window.offsets.upperBound {
      if plain { advance(window, &progress, &log) } else { step(window, &progress, &log) }
    }
    return progress
  }

  /// The instruction at `progress.at`, or eight bytes of `hlt`.
  @inline(__always)
  private func advance<Log: BundleLog>(
    _ window: Window, _ progress: inout Progress, _ log: inout Log
  ) {
    let base = unsafe window.base
    let targets = unsafe window.targets
    let tables = unsafe set.tables + InstructionSet.plain
    let extras = unsafe set.tables + InstructionSet.extras
    let at = progress.at
    let restricted = progress.restricted
    let word = unsafe base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    if word == Self.eightHalts, at & 7 == 0 {
      unsafe targets[at &>> 5] |= 0xFF &<< (UInt32(truncatingIfNeeded: at) & 31)
      progress.restricted = Self.none
      progress.at = at &+ 8
      return
    }
    // Computed, not chosen: a choice would become a branch, and which instructions have REX or two
    // opcode bytes nobody can guess. 1 for yes.
    let hasREX = ((word & 0xF0 ^ 0x40) &- 1) &>> 63
    let afterREX = word &>> (hasREX &<< 3)
    let rex = UInt32(truncatingIfNeeded: word & (0xFF & (0 &- hasREX)))
    let isTwoByte = ((afterREX & 0xFF ^ 0x0F) &- 1) &>> 63
    let low = UInt32(truncatingIfNeeded: afterREX &>> (isTwoByte &<< 3))
    let opcodeAt = at &+ Int(truncatingIfNeeded: hasREX &+ isTwoByte)
    // 0 without REX, 1 with, 2 with REX.W.
    let row =
      UInt32(truncatingIfNeeded: isTwoByte &* 3) &<< 13 &+ (rex &>> 6 &+ rex &>> 3 & 1) &<< 13
    let extra = unsafe extras[Int(low &>> 8 & 0xFF)]
    let form = unsafe tables[Int(row &+ (low & 0xFF) &<< 5 | low &>> 11 & 31)]
    let rm = low &>> 8 & 7
    let sib = low &>> 16
    let extraByteCount = form &>> PlainForm.memoryShift & extra
    let end =
      opcodeAt &+ Int(form & PlainForm.byteCountMask &+ extraByteCount)
    let byteCount = UInt32(truncatingIfNeeded: end &- at)
    let hasSIB = extraByteCount & 1

    var odd = ~form & PlainForm.validBit

    // RULES.md 7. A SIB byte without base is odd: `step` knows what to do. The number of rip in
    // ModRM is that of rbp, which is as good; REX.B makes r13 of it, though rip it stays: `step`.
    odd |= hasSIB & form &>> PlainForm.modZeroShift & (sib & 7 == 5 ? 1 : 0)
    let accesses = form &>> PlainForm.accessShift & 1
    let baseRegister = (hasSIB != 0 ? sib : rm) & 7 | rex &<< 3 & 8
    let index = sib &>> 3 & 7 | rex &<< 2 & 8
    let usesIndex = accesses & hasSIB & (index != 4 ? 1 : 0)
    odd |= accesses & ~(Self.bases &>> baseRegister)
    odd |= usesIndex & (index != restricted ? 1 : 0)

    // RULES.md 6 and 8.
    let extends =
      rex &>> 2 & form &>> PlainForm.placeExtendsRShift
      | rex & form &>> PlainForm.placeExtendsBShift
    let first =
      form &>> PlainForm.placeShift & 31 | rm & form &>> PlainForm.rmMaskShift
      | (extends & 1) &<< 3
    odd |= Self.reserved &>> first & 1

    // RULES.md 1.
    odd |= (UInt32(truncatingIfNeeded: at) & 31 &+ byteCount &+ 31) &>> 6
    guard odd == 0 else {
      // A copy, so that the progress itself can stay in registers.
      var copy = progress
      advanceSlowly(window, &copy, &log)
      progress = copy
      return
    }

    let isTarget = Mutation.isOff(.indexIsTarget) ? 1 : 1 &- usesIndex
    unsafe targets[at &>> 5] |= isTarget &<< (UInt32(truncatingIfNeeded: at) & 31)
    progress.features |= 1 &<< UInt64(form &>> PlainForm.featureShift & 63)
    let keeps = form &>> PlainForm.zeroExtendsShift & (end & 31 != 0 ? 1 : 0)
    progress.restricted = keeps & 1 != 0 ? first : Self.none
    progress.at = end
    if form &>> PlainForm.jumpShift & 1 != 0 {
      let distanceByteCount = form &>> PlainForm.longJumpShift & 1 != 0 ? 4 : 1
      unsafe checkJump(window.base, distanceByteCount, end: end, byteCount: end &- at, &log)
    }
  }

  /// What is not plain. Comes back when the next instruction may be: after a 32-bit write of esp or
  /// ebp only its restore may follow, and that is not.
  @inline(never)
  private func advanceSlowly<Log: BundleLog>(
    _ window: Window, _ progress: inout Progress, _ log: inout Log
  ) {
    // Padding is all that is left in many bundles: too frequent for `step`.
    let at = progress.at
    let count = unsafe Padding.byteCount(window.base + at)
    if count != 0, at & 31 &+ count <= 32 {
      unsafe window.targets[at &>> 5] |= 1 &<< (UInt32(truncatingIfNeeded: at) & 31)
      progress.restricted = Self.none
      progress.at = at &+ count
      return
    }
    let bundleEnd = (at | 31) + 1
    repeat {
      step(window, &progress, &log)
    } while progress.restricted &- Self.rsp < 2 && progress.at < bundleEnd
  }

  /// The padding behind a text: eight one-byte instructions that nobody needs to look at singly.
  private static let eightHalts: UInt64 = 0xF4F4_F4F4_F4F4_F4F4
}
