// Unsafe: see BundleChecker.swift for what may be read, InstructionSet.swift for the tables.
import X86

extension BundleChecker {
  /// The instruction at `here`, if it is valid. It may reach past the end of the bundle.
  @inline(__always)
  func decode(_ here: UnsafeRawPointer) -> Decoded {
    let word = unsafe here.loadUnaligned(as: UInt64.self)
    let byte = UInt32(truncatingIfNeeded: word) & 0xFF
    let hasREX: UInt32 = byte & 0xF0 == 0x40 ? 1 : 0
    var it = Decoded()
    it.rex = byte & (0 &- hasREX)
    // 0 without REX, 1 with, 2 with REX.W.
    let row = it.rex &>> 6 &+ it.rex &>> 3 & 1
    var rest = word &>> UInt64(hasREX &* 8)
    it.opcode = UInt32(truncatingIfNeeded: rest) & 0xFF
    it.form = unsafe set.tables[InstructionSet.pages + Int(row &<< 8 | it.opcode)]
    it.byteCount = Int(hasREX &+ 1)
    rest &>>= 8
    if it.form & Form.escapeBit != 0 {
      guard it.form == Form.escapeBit | Form.Escape.twoByte.rawValue else {
        return unsafe decodeRare(here)
      }
      it.opcode = UInt32(truncatingIfNeeded: rest) & 0xFF
      it.form = unsafe set.tables[InstructionSet.pages + Int(1 &<< 10 | row &<< 8 | it.opcode)]
      it.byteCount &+= 1
      rest &>>= 8
      if it.form & Form.escapeBit != 0 { return unsafe decodeRare(here) }
    }
    finish(&it, UInt32(truncatingIfNeeded: rest))
    return it
  }

  /// Adds operands and immediates. `rest` holds the two bytes after the opcode, `it.byteCount` the
  /// bytes up to there.
  @inline(__always)
  private func finish(_ it: inout Decoded, _ rest: UInt32) {
    it.modrm = rest & 0xFF
    if it.form & Form.groupBit != 0 {
      let isRegister: UInt32 = it.modrm >= 0xC0 ? 8 : 0
      it.form = unsafe set.tables[
        InstructionSet.groups
          + Int((it.form & 0xFFFF) &<< 4 | isRegister | it.modrm &>> 3 & 7)]
      if it.form & Form.groupBit != 0 {
        it.form = unsafe set.tables[
          InstructionSet.exact + Int((it.form & 0xFFFF) &<< 3 | it.modrm & 7)]
      }
    }
    let form = it.form
    let hasModRM = 0 &- (form &>> 4 & 1)
    it.shape = unsafe set.tables[InstructionSet.shapes + Int(it.modrm)] & hasModRM
    it.byteCount &+= Int(form & Form.immediateMask &+ it.shape & 15)
    if it.shape & InstructionSet.sibShape != 0 {
      it.sib = rest &>> 8 & 0xFF
      if it.hasNoBase { it.byteCount &+= 4 }
    }
    // Bit 5 allows a register operand, bit 6 a memory operand.
    it.isValid = form &>> (5 &+ it.shape &>> 7 & 1) & form &>> 31 & 1 != 0
  }

  @inline(__always)
  private func byte(_ here: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    UInt32(unsafe here.load(fromByteOffset: offset, as: UInt8.self))
  }

  /// Instructions with prefixes other than REX, with three-byte opcodes, with VEX, and 3DNow!.
  @inline(never)
  private func decodeRare(_ here: UnsafeRawPointer) -> Decoded {
    let first = unsafe byte(here, 0)
    let padding = unsafe Padding.byteCount(here)
    if padding != 0 {
      var it = Decoded()
      it.form = Form.validBit
      it.byteCount = padding
      it.isValid = true
      return it
    }
    if first == 0xC4 || first == 0xC5 { return unsafe decodeVEX(here) }
    var at = 0
    guard let prefix = unsafe prefixes(here, &at) else { return Decoded() }
    var it = Decoded()
    if unsafe byte(here, at) & 0xF0 == 0x40 {
      it.rex = unsafe byte(here, at)
      at += 1
    }
    let row = it.rex &>> 6 &+ it.rex &>> 3 & 1
    var map: UInt32 = 0
    while true {
      it.opcode = unsafe byte(here, at)
      at += 1
      let page = prefix.rawValue &<< 12 | map &<< 10 | row &<< 8
      it.form = unsafe set.tables[InstructionSet.pages + Int(page | it.opcode)]
      guard it.form & Form.escapeBit != 0 else { break }
      switch Form.Escape(rawValue: it.form & 0xFF) {
      case .twoByte: map = 1
      case .threeByte38: map = 2
      case .threeByte3A: map = 3
      case .threeDNow: return unsafe decodeThreeDNow(here, it, at)
      default: return Decoded()
      }
    }
    it.byteCount = at
    let rest = unsafe byte(here, at) | byte(here, at + 1) &<< 8
    finish(&it, rest)
    return it
  }

  /// Reads prefixes up to REX: at most one of a kind, and only together what some form allows
  /// (RULES.md 11). Branch hints count as one kind.
  private func prefixes(
    _ here: UnsafeRawPointer, _ at: inout Int
  ) -> InstructionSet.PrefixClass? {
    var seen: UInt32 = 0
    while true {
      let bit: UInt32
      switch unsafe byte(here, at) {
      case 0x66: bit = 1
      case 0xF3: bit = 2
      case 0xF2: bit = 4
      case 0xF0: bit = 8
      case 0x2E, 0x3E: bit = 16
      default:
        switch seen {
        case 0: return InstructionSet.PrefixClass.none
        case 1: return .operandSize
        case 2: return .repeatF3
        case 4: return .repeatF2
        case 8: return .lock
        case 9: return .lockedOperandSize
        case 16: return .branchHint
        default: return nil
        }
      }
      if seen & bit != 0 || at == 2 { return nil }
      seen |= bit
      at += 1
    }
  }

  /// 0F 0F, which ends at `at`; the opcode comes behind ModRM and its displacement.
  private func decodeThreeDNow(
    _ here: UnsafeRawPointer, _ start: Decoded, _ at: Int
  ) -> Decoded {
    var it = start
    it.form = Form.validBit | Form.modrmBit | Form.registerBit | Form.memoryBit
    it.byteCount = at
    let rest = unsafe byte(here, at) | byte(here, at + 1) &<< 8
    finish(&it, rest)
    // At most 3 + 6 bytes so far.
    let form = unsafe set.tables[
      InstructionSet.threeDNow + Int(byte(here, it.byteCount))]
    guard it.isValid, form & Form.validBit != 0 else { return Decoded() }
    it.form = form
    it.byteCount += 1
    return it
  }

  private func decodeVEX(_ here: UnsafeRawPointer) -> Decoded {
    let isShort = unsafe byte(here, 0) == 0xC5
    let second = unsafe byte(here, 1)
    let last = isShort ? second : unsafe byte(here, 2)
    let map = isShort ? 1 : second & 0x1F
    guard map >= 1, map <= 3 else { return Decoded() }
    var it = Decoded()
    it.byteCount = isShort ? 3 : 4
    it.rex = ~second &>> 5 & (isShort ? 4 : 7)
    it.vvvv = ~last &>> 3 & 15
    it.opcode = unsafe byte(here, it.byteCount - 1)
    let w = isShort ? 0 : last &>> 7
    let page = (map - 1) &<< 12 | (last & 3) &<< 10 | w &<< 9 | (last &>> 2 & 1) &<< 8
    it.form = unsafe set.tables[InstructionSet.vex + Int(page | it.opcode)]
    let rest = unsafe byte(here, it.byteCount) | byte(here, it.byteCount + 1) &<< 8
    finish(&it, rest)
    guard it.isValid else { return it }
    // Bits of VEX that name nothing must be clear: B 1, X 2, R 4. Native Client refuses VEX
    // altogether, so nothing is gained by a second encoding.
    let isWithoutBase = it.shape & InstructionSet.sibShape != 0 && it.hasNoBase
    let usable = it.form &>> 22 & 4 | it.shape &>> 4 & (isWithoutBase ? 2 : 3)
    if it.rex & 7 & ~usable != 0 { return Decoded() }
    if it.form & Form.vvvvUnusedBit != 0, it.vvvv != 0 { return Decoded() }
    if it.form &>> Form.kindShift & 15 == Form.Kind.registerInLastByte.rawValue,
      unsafe byte(here, it.byteCount - 1) & 0x0F != 0
    {
      return Decoded()
    }
    return it
  }
}
