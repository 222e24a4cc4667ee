// Unsafe: pointers as in BundleChecker.swift; bytes before an instruction are read only
// where `starts` shows that they are in the same bundle.
import X86

/// Bytes of a sequence that the rules give as such, compared all at once.
private struct Pattern {
  let byteCount: Int
  let value: UInt64
  let mask: UInt64

  /// `ignoring`: bits of the first byte, a REX prefix, that name nothing here.
  init(_ bytes: UInt8..., ignoring: UInt8 = 0) {
    byteCount = bytes.count
    var value: UInt64 = 0
    for (index, byte) in bytes.enumerated() { value |= UInt64(byte) << UInt64(8 * index) }
    self.value = value
    mask = (byteCount == 8 ? ~0 : 1 << UInt64(8 * byteCount) - 1) & ~UInt64(ignoring)
  }

  func matches(_ here: UnsafeRawPointer, _ count: Int) -> Bool {
    unsafe count == byteCount && here.loadUnaligned(as: UInt64.self) & mask == value
  }
}

/// Restores of rsp and rbp: the second halves of pairs (RULES.md 8). There is no index, so REX.X
/// names nothing; in `lea` it would.
private let restoreStack = [
  Pattern(0x4C, 0x01, 0xFC, ignoring: 2), Pattern(0x49, 0x03, 0xE7, ignoring: 2),
  Pattern(0x4C, 0x09, 0xFC, ignoring: 2), Pattern(0x49, 0x0B, 0xE7, ignoring: 2),
  Pattern(0x4A, 0x8D, 0x24, 0x3C), Pattern(0x4A, 0x8D, 0x64, 0x3C, 0x00),
  Pattern(0x4A, 0x8D, 0xA4, 0x3C, 0, 0, 0, 0),
]
private let restoreFrame = [
  Pattern(0x4C, 0x01, 0xFD, ignoring: 2), Pattern(0x49, 0x03, 0xEF, ignoring: 2),
  Pattern(0x4A, 0x8D, 0x6C, 0x3D, 0x00), Pattern(0x4A, 0x8D, 0xAC, 0x3D, 0, 0, 0, 0),
]
/// `mov %rsp,%rbp` and `mov %rbp,%rsp`, allowed as they are (RULES.md 8).
private let stackMoves = [
  Pattern(0x48, 0x89, 0xE5, ignoring: 2), Pattern(0x48, 0x8B, 0xEC, ignoring: 2),
  Pattern(0x48, 0x89, 0xEC, ignoring: 2), Pattern(0x48, 0x8B, 0xE5, ignoring: 2),
]

// MARK: - Writes of rsp, rbp and r15

extension BundleChecker {
  /// An instruction that writes a general-purpose register (RULES.md 6 and 8).
  func checkWrites<Log: BundleLog>(
    _ it: Decoded, _ window: Window, _ progress: inout Progress, _ log: inout Log
  ) {
    let at = progress.at
    let (first, second) = it.written
    let zeroExtends =
      switch Form.Width(rawValue: it.form >> Form.widthShift & 3) {
      case .zeroExtending: true
      case .zeroExtendingWithB: it.rex & 1 != 0
      default: false
      }
    if Self.reserved >> first & 1 != 0 || Self.reserved >> second & 1 != 0 {
      let here = unsafe window.base + at
      let count = it.byteCount
      if unsafe isStackMove(here, count) { return }
      let restoresStack = restoreStack.contains { unsafe $0.matches(here, count) }
      if restoresStack || restoreFrame.contains(where: { unsafe $0.matches(here, count) }) {
        if progress.pending == (restoresStack ? Self.rsp : Self.rbp) {
          // A jump here would add the base to a full pointer.
          if !Mutation.isOff(.restoreIsTarget) {
            unsafe window.targets[at >> 5] &= ~(1 << UInt32(at & 31))
          }
          progress.pending = Self.none
        } else {
          log.refuse(
            restoresStack ? .stackPointerSandboxing : .framePointerSandboxing, at: at,
            byteCount: count)
        }
        return
      }
      refuseWrite(of: first, zeroExtends: zeroExtends, it, at, &log)
      refuseWrite(of: second, zeroExtends: false, it, at, &log)
    }
    progress.restricted = zeroExtends ? first : Self.none
  }

  /// `mov %rsp,%rbp` and back, and `and $-n,%rsp`.
  private func isStackMove(_ here: UnsafeRawPointer, _ count: Int) -> Bool {
    if stackMoves.contains(where: { unsafe $0.matches(here, count) }) { return true }
    return unsafe count == 4 && here.loadUnaligned(as: UInt32.self) & 0xFF_FFFF == 0xE48348
      && here.load(fromByteOffset: 3, as: UInt8.self) >= 0x80
  }

  private func refuseWrite<Log: BundleLog>(
    of register: UInt32, zeroExtends: Bool, _ it: Decoded, _ offset: Int, _ log: inout Log
  ) {
    switch register {
    case Self.r15: log.refuse(.baseRegisterWritten, at: offset, byteCount: it.byteCount)
    case Self.rsp where !zeroExtends:
      log.refuse(.stackPointerWritten, at: offset, byteCount: it.byteCount)
    case Self.rbp where !zeroExtends:
      log.refuse(.framePointerWritten, at: offset, byteCount: it.byteCount)
    default: break
    }
  }
}

extension Decoded {
  /// The general-purpose registers that are written; 31 for none. Only the first can count as
  /// zero-extended.
  var written: (UInt32, UInt32) {
    let none = BundleChecker.none
    let rm = first(Form.Destination.modrmRM.rawValue)
    let reg = first(Form.Destination.modrmReg.rawValue)
    switch Form.Destination(rawValue: form >> Form.destinationShift & 7) ?? .none {
    case .none: return (none, none)
    case .modrmReg: return (reg, none)
    case .modrmRM: return (rm, none)
    case .opcode: return (first(Form.Destination.opcode.rawValue), none)
    case .accumulator: return (0, none)
    case .modrmRMAndReg: return (rm, reg)
    case .vvvv: return (vvvv, none)
    case .modrmRegAndVVVV: return (reg, vvvv)
    }
  }
}

// MARK: - Superinstructions

extension BundleChecker {
  /// What needs more than the general rules (RULES.md 9, 10).
  func checkSequence<Log: BundleLog>(
    _ kind: UInt32, _ window: Window, _ it: Decoded, _ at: Int, _ log: inout Log
  ) {
    let bundle = unsafe window.base + (at & ~31)
    let inBundle = at & 31
    let starts = unsafe window.targets[at >> 5]
    switch Form.Kind(rawValue: kind) {
    case .general, .jump8, .jump32, .call32, .registerInLastByte: break
    case .indirectJump, .indirectCall:
      if let first = unsafe mask(bundle, it, inBundle, starts) {
        closeSuperinstruction(from: first, to: at, window)
      } else {
        log.refuse(.indirectJump, at: at, byteCount: it.byteCount)
      }
    case .stringRSI, .stringRDI, .stringRSIAndRDI:
      // 48 is the only REX that the string instructions may have; maskmov (F7) may have any.
      if it.opcode != 0xF7, it.rex & 7 != 0, !Mutation.isOff(.stringREX) {
        log.refuse(.unknownInstruction, at: at, byteCount: it.byteCount)
      } else if let first = unsafe stringMasks(bundle, kind, inBundle, starts) {
        closeSuperinstruction(from: first, to: at, window)
      } else {
        log.refuse(.stringOperation, at: at, byteCount: it.byteCount)
      }
    case nil: log.refuse(.unknownInstruction, at: at, byteCount: it.byteCount)
    }
  }

  /// Only the first byte of a superinstruction may be jumped to. `first` is relative to the bundle.
  private func closeSuperinstruction(from first: Int, to last: Int, _ window: Window) {
    let inside = (UInt32(2) << UInt32(last & 31)) &- (UInt32(2) << UInt32(first))
    if !Mutation.isOff(.insideIsTarget) { unsafe window.targets[last >> 5] &= ~inside }
  }

  /// Where `and $-32,%eXX ; add %r15,%rXX` starts, right before the jump or call of the same
  /// register at `at`; nil when it is not there (RULES.md 9). REX bits that name nothing are free in
  /// all three: X and R in `and`, X in `add`, W, R and X in the jump.
  private func mask(
    _ bundle: UnsafeRawPointer, _ jump: Decoded, _ at: Int, _ starts: UInt32
  ) -> Int? {
    let register = jump.rm
    let low = register & 7
    let high = register >> 3
    guard register != Self.r15, at >= 6 else { return nil }
    let add = unsafe (bundle + at - 3).loadUnaligned(as: UInt32.self) & 0xFF_FFFD
    let addForward = 0xF8_01_4C | high | low << 16
    let addBackward = 0xC7_03_49 | high << 2 | low << 19
    guard add == addForward || add == addBackward else { return nil }
    let andEnd = unsafe (bundle + at - 6).loadUnaligned(as: UInt32.self) & 0xFF_FFFF
    let isSame = andEnd == 0xE0_E083 | low << 8
    guard isSame || Mutation.isOff(.maskRegister) && andEnd & 0xFF_F8FF == 0xE0_E083 else {
      return nil
    }
    // When `and` starts an instruction, so does what follows it.
    if high == 0, starts >> UInt32(at - 6) & 1 != 0 { return at - 6 }
    guard at >= 7, starts >> UInt32(at - 7) & 1 != 0 else { return nil }
    let rex = unsafe UInt32(bundle.load(fromByteOffset: at - 7, as: UInt8.self))
    return rex & 0xF9 == 0x40 | high ? at - 7 : nil
  }

  /// Where the `mov` and `lea` pairs start that end right before the string instruction at `at`;
  /// nil when they are not all there (RULES.md 10).
  private func stringMasks(
    _ bundle: UnsafeRawPointer, _ kind: UInt32, _ at: Int, _ starts: UInt32
  ) -> Int? {
    var first: Int? = at
    if kind != Form.Kind.stringRSI.rawValue {
      first = unsafe pair(bundle, before: first, 0xFF, 0x3F_3C_8D_49, starts)
    }
    if kind != Form.Kind.stringRDI.rawValue {
      first = unsafe pair(bundle, before: first, 0xF6, 0x37_34_8D_49, starts)
    }
    return first
  }

  /// Where `mov %eXX,%eXX ; lea (%r15,%rXX,1),%rXX` starts that ends at `end`; before the `mov`
  /// there may be a REX prefix of 40 or 42, which names nothing.
  private func pair(
    _ bundle: UnsafeRawPointer, before end: Int?, _ modrm: UInt8, _ lea: UInt32, _ starts: UInt32
  ) -> Int? {
    guard let end, end >= 6 else { return nil }
    let move = unsafe bundle.load(fromByteOffset: end - 6, as: UInt8.self)
    guard move == 0x89 || move == 0x8B,
      unsafe bundle.load(fromByteOffset: end - 5, as: UInt8.self) == modrm,
      unsafe bundle.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self) == lea
    else { return nil }
    // When `mov` starts an instruction, so does `lea`.
    if starts >> UInt32(end - 6) & 1 != 0 { return end - 6 }
    guard end >= 7, starts >> UInt32(end - 7) & 1 != 0 else { return nil }
    let rex = unsafe bundle.load(fromByteOffset: end - 7, as: UInt8.self)
    return rex & 0xFD == 0x40 ? end - 7 : nil
  }
}
