// Unsafe: see BundleChecker.swift for what may be read, InstructionSet.swift for the tables.
import X86

extension BundleChecker {
  /// The instruction at `here`; its length is 0 if the set has none with this encoding. It may reach
  /// past the end of the bundle.
  @inline(__always)
  func decode(_ here: UnsafeRawPointer) -> Decoded {
    let word = unsafe here.loadUnaligned(as: UInt64.self)
    let byte = UInt32(truncatingIfNeeded: word) & 0xFF
    let hasREX: UInt32 = byte & 0xF0 == 0x40 ? 1 : 0
    var it = Decoded()
    it.rex = byte & (0 &- hasREX)
    // 0 without REX, 1 with, 2 with REX.W.
    let row = hasREX &+ it.rex &>> 3 & 3
    var rest = word &>> UInt64(hasREX &* 8)
    it.opcode = UInt32(truncatingIfNeeded: rest) & 0xFF
    it.form = unsafe set.pages[Int(row &<< 8 | it.opcode)]
    it.byteCount = Int(hasREX &+ 1)
    rest &>>= 8
    if it.form & Form.escapeBit != 0 {
      guard it.form == Form.escapeBit | Form.Escape.twoByte.rawValue else {
        return unsafe decodeRare(here)
      }
      it.opcode = UInt32(truncatingIfNeeded: rest) & 0xFF
      it.form = unsafe set.pages[Int(1 &<< 10 | row &<< 8 | it.opcode)]
      it.byteCount &+= 1
      rest &>>= 8
      if it.form & Form.escapeBit != 0 { return unsafe decodeRare(here) }
    }
    finish(&it, UInt32(truncatingIfNeeded: rest))
    return it
  }

  /// Adds operands and immediates. `rest` holds the two bytes after the opcode, `it.byteCount` the
  /// bytes up to there; a form that is not there leaves 0.
  @inline(__always)
  private func finish(_ it: inout Decoded, _ rest: UInt32) {
    var form = it.form
    it.modrm = rest & 0xFF
    if form & Form.groupBit != 0 {
      let isRegister: UInt32 = it.modrm >= 0xC0 ? 8 : 0
      form = unsafe set.groups[Int((form & 0xFFFF) &<< 4 | isRegister | it.modrm &>> 3 & 7)]
      if form & Form.groupBit != 0 {
        form = unsafe set.exact[Int((form & 0xFFFF) &<< 3 | it.modrm & 7)]
      }
      it.form = form
    }
    // The bits of REX that name something: B 1, X 2, R 4 (RULES.md 11).
    var usable = form &>> 22 & 4 | form &>> 25 & 1
    var count = it.byteCount &+ Int(form & Form.immediateMask)
    var allowed = form & Form.validBit != 0
    if form & Form.modrmBit != 0 {
      it.shape = unsafe set.shapes[Int(it.modrm)]
      count &+= Int(it.shape & 15)
      let isMemory = it.shape & InstructionSet.memoryShape != 0
      allowed = allowed && form & (isMemory ? Form.memoryBit : Form.registerBit) != 0
      usable |= it.shape & InstructionSet.ripShape != 0 ? 0 : 1
      if it.shape & InstructionSet.sibShape != 0 {
        it.sib = rest &>> 8 & 0xFF
        usable |= 2
        if it.modrm < 0x40, it.sib & 7 == 5 {
          count &+= 4
          usable &= ~1
        }
      }
    }
    it.byteCount = allowed && it.rex & 7 & ~usable == 0 ? count : 0
  }

  @inline(__always)
  private func byte(_ here: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    UInt32(unsafe here.load(fromByteOffset: offset, as: UInt8.self))
  }

  /// Instructions with prefixes other than REX, with three-byte opcodes, with VEX, and 3DNow!.
  @inline(never)
  private func decodeRare(_ here: UnsafeRawPointer) -> Decoded {
    let first = unsafe byte(here, 0)
    if first == 0x66, let count = unsafe paddingByteCount(here) {
      var it = Decoded()
      it.form = Form.validBit
      it.byteCount = count
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
      it.form = unsafe set.pages[Int(page | it.opcode)]
      guard it.form & Form.escapeBit != 0 else { break }
      switch Form.Escape(rawValue: it.form & 0xFF) {
      case .twoByte: map = 1
      case .threeByte38: map = 2
      case .threeByte3A: map = 3
      case .threeDNow: return unsafe decodeThreeDNow(here)
      default: return Decoded()
      }
    }
    it.byteCount = at
    let rest = unsafe byte(here, at) | byte(here, at + 1) &<< 8
    finish(&it, rest)
    return it
  }

  /// Reads prefixes up to REX: at most one of a kind, and only together what some form allows
  /// (RULES.md 11).
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
      default:
        switch seen {
        case 0: return InstructionSet.PrefixClass.none
        case 1: return .operandSize
        case 2: return .repeatF3
        case 4: return .repeatF2
        case 8: return .lock
        case 9: return .lockedOperandSize
        default: return nil
        }
      }
      if seen & bit != 0 || at == 2 { return nil }
      seen |= bit
      at += 1
    }
  }

  /// 66 … 66 2E 0F 1F 84 and five zeros, and its shorter relatives: what assemblers pad with
  /// (RULES.md 11). `here` holds 66.
  @inline(__always)
  private func paddingByteCount(_ here: UnsafeRawPointer) -> Int? {
    var at = 1
    while at < 7, unsafe byte(here, at) == 0x66 { at += 1 }
    let hasSegment = unsafe byte(here, at) == 0x2E
    if at == 1, !hasSegment {
      if unsafe byte(here, 1) == 0x90 { return 2 }
      // 66 0F 1F 44 00 00.
      if unsafe here.loadUnaligned(fromByteOffset: 1, as: UInt64.self) & 0xFF_FFFF_FFFF
        == 0x44_1F0F
      {
        return 6
      }
    }
    guard hasSegment ? at <= 6 : at == 1 else { return nil }
    if hasSegment { at += 1 }
    guard unsafe here.loadUnaligned(fromByteOffset: at, as: UInt64.self) == 0x84_1F0F else {
      return nil
    }
    return at + 8
  }

  private func decodeThreeDNow(_ here: UnsafeRawPointer) -> Decoded {
    var it = Decoded()
    it.form = Form.validBit | Form.modrmBit | Form.registerBit | Form.memoryBit
    it.byteCount = 2
    let rest = unsafe byte(here, 2) | byte(here, 3) &<< 8
    finish(&it, rest)
    // At most 2 + 6 bytes so far.
    let form = unsafe set.threeDNow[Int(byte(here, it.byteCount))]
    guard form & Form.validBit != 0 else { return Decoded() }
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
    it.form = unsafe set.vex[Int(page | it.opcode)]
    let rest = unsafe byte(here, it.byteCount) | byte(here, it.byteCount + 1) &<< 8
    finish(&it, rest)
    guard it.byteCount != 0 else { return it }
    if it.form & Form.vvvvUnusedBit != 0, it.vvvv != 0 { return Decoded() }
    if it.form &>> Form.kindShift & 15 == Form.Kind.registerInLastByte.rawValue,
      unsafe byte(here, it.byteCount - 1) & 0x0F != 0
    {
      return Decoded()
    }
    return it
  }
}
