/// What the validator's fast loop needs to know of an instruction without special rules, given its
/// opcode, ModRM.mod, ModRM.reg and whether there is a REX prefix: all that does not depend on
/// ModRM.rm, SIB and the bits of REX is worked out here.
public struct PlainForm: Sendable {
  public private(set) var bits: UInt32 = 0

  /// Bits 0…4: bytes from the opcode on, without SIB and rip's displacement.
  public static let byteCountMask: UInt32 = 31
  /// Three bits, all or none set: a memory operand, so that a SIB byte or rip's displacement counts.
  public static let memoryShift: UInt32 = 5
  /// A memory operand that is accessed; one with ModRM.mod 0.
  public static let accessShift: UInt32 = 8
  public static let modZeroShift: UInt32 = 9
  /// Five bits: the register written, as far as it is known; 31 for none.
  public static let placeShift: UInt32 = 10
  /// Three bits: what to take of ModRM.rm for that number.
  public static let rmMaskShift: UInt32 = 15
  /// REX.R, REX.B add eight to it.
  public static let placeExtendsRShift: UInt32 = 18
  public static let placeExtendsBShift: UInt32 = 19
  /// The write counts as zero-extending (RULES.md 6).
  public static let zeroExtendsShift: UInt32 = 22
  /// A direct jump or call; with a distance of four bytes instead of one.
  public static let jumpShift: UInt32 = 23
  public static let longJumpShift: UInt32 = 24
  /// Six bits.
  public static let featureShift: UInt32 = 25
  public static let validBit: UInt32 = 1 << 31

  /// Works it out from an entry of the pages; not valid if the instruction is not plain.
  init(_ entry: UInt32, opcode: Int, modReg: Int, hasREX: Bool, _ groups: [UInt32]) {
    let isRegister = modReg >= 24
    guard let word = Form.word(entry, reg: modReg & 7, isRegister: isRegister, groups),
      let kind = Form.Kind(rawValue: word >> Form.kindShift & 15),
      kind.rawValue <= Form.Kind.call32.rawValue,
      word >> Form.widthShift & 3 != Form.Width.zeroExtendingWithB.rawValue
    else { return }
    let hasModRM = word & Form.modrmBit != 0
    let isMemory = hasModRM && !isRegister
    let mod = modReg >> 3
    let displacement: UInt32 = isMemory ? [0, 1, 4][mod] : 0
    bits = Self.validBit | 1 + (hasModRM ? 1 : 0) + displacement + word & Form.immediateMask
    if isMemory {
      bits |= 7 << Self.memoryShift
      if word & Form.accessBit != 0 { bits |= 1 << Self.accessShift }
      if mod == 0 { bits |= 1 << Self.modZeroShift }
    }
    if kind != .general {
      bits |= 1 << Self.jumpShift | (kind == .jump8 ? 0 : 1 << Self.longJumpShift)
    }
    bits |= (word >> Form.featureShift & 63) << Self.featureShift

    // ah, ch, dh and bh are parts of the first four registers.
    let isHigh = word >> Form.widthShift & 3 == Form.Width.byte.rawValue && !hasREX
    let mask: UInt32 = isHigh ? 3 : 7
    var place: UInt32 = 31
    switch Form.Destination(rawValue: word >> Form.destinationShift & 7) ?? .none {
    case .none: break
    case .modrmReg:
      place = UInt32(modReg) & mask
      bits |= 1 << Self.placeExtendsRShift
    case .modrmRM:
      if isRegister {
        place = 0
        bits |= mask << Self.rmMaskShift | 1 << Self.placeExtendsBShift
      }
    case .opcode:
      place = UInt32(opcode) & mask
      bits |= 1 << Self.placeExtendsBShift
    case .accumulator: place = 0
    case .modrmRMAndReg, .vvvv, .modrmRegAndVVVV:
      bits = 0
      return
    }
    bits |= place << Self.placeShift
    if place != 31, word >> Form.widthShift & 3 == Form.Width.zeroExtending.rawValue {
      bits |= 1 << Self.zeroExtendsShift
    }
  }
}
