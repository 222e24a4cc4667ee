/// How one encoding of an instruction looks and what it does to the sandbox: everything that the
/// validator needs to know, in one word so that the tables stay small and the checks branch-free.
///
/// Zero means that no instruction has this encoding.
public struct Form: Sendable, Equatable {
  public var bits: UInt32

  @inlinable @inline(__always)
  public init(bits: UInt32) { self.bits = bits }

  /// No instruction.
  public static let none = Form(bits: 0)

  /// Which register the instruction writes and where its number stands in the encoding.
  public enum Destination: UInt32, Sendable {
    case none, modrmReg, modrmRM, opcode, accumulator, modrmRMAndReg, vvvv, modrmRegAndVVVV
  }

  /// How much of the destination is written.
  public enum Width: UInt32, Sendable {
    /// 8 bits: numbers 4…7 mean ah…bh unless there is a REX prefix.
    case byte
    /// 16 or 64 bits, or 32 bits by an instruction that does not count as zero-extending.
    case plain
    /// 32 bits with the upper half set to zero, which restricts the register (RULES 6).
    case zeroExtending
    /// That, but only with REX.B: `90`, which without it is a nop, whatever it may be called.
    case zeroExtendingWithB
  }

  /// What needs more than the general rules.
  public enum Kind: UInt32, Sendable {
    case general, jump8, jump32, call32
    case stringRSI, stringRDI, stringRSIAndRDI
    case indirectJump, indirectCall
    /// The last byte's low half must be zero: its high half names a register.
    case registerInLastByte
  }

  public static let immediateMask: UInt32 = 0xF
  public static let modrmBit: UInt32 = 1 << 4
  /// ModRM.mod may be 3; less than 3. Both are set where there is no ModRM.
  public static let registerBit: UInt32 = 1 << 5
  public static let memoryBit: UInt32 = 1 << 6
  public static let accessBit: UInt32 = 1 << 7
  public static let destinationShift: UInt32 = 8
  public static let widthShift: UInt32 = 11
  public static let kindShift: UInt32 = 13
  public static let featureShift: UInt32 = 17
  /// VEX.vvvv names no register and must be 1111.
  public static let vvvvUnusedBit: UInt32 = 1 << 23
  /// With VEX: ModRM.reg names a register, so that VEX.R means something.
  public static let usesRegBit: UInt32 = 1 << 24
  /// Not an instruction but a prefix or the first byte of a longer opcode: see `Escape`.
  public static let escapeBit: UInt32 = 1 << 29
  /// The low half of the word is the number of a group: look further with the ModRM byte.
  public static let groupBit: UInt32 = 1 << 30
  public static let validBit: UInt32 = 1 << 31

  /// The word of a table's entry, through its group, for one kind of operand and one ModRM.reg; nil where
  /// that is no instruction, and where the rest of ModRM decides.
  static func word(_ entry: UInt32, reg: Int, isRegister: Bool, _ groups: [UInt32]) -> UInt32? {
    var word = entry
    guard word & escapeBit == 0 else { return nil }
    if word & groupBit != 0 {
      word = groups[Int(word & 0xFFFF) << 4 | (isRegister ? 8 : 0) | reg]
    }
    guard word & groupBit == 0, word & validBit != 0,
      word & (isRegister ? registerBit : memoryBit) != 0
    else { return nil }
    return word
  }

  /// Where an escape leads.
  public enum Escape: UInt32, Sendable {
    /// 0F, then 0F 38 and 0F 3A.
    case twoByte, threeByte38, threeByte3A
    /// 0F 0F: the opcode follows the operands.
    case threeDNow
    /// C4 and C5.
    case vex
    /// 66, F2, F3, F0, 2E, 3E.
    case legacyPrefix

    /// The word that stands for it in the tables.
    var form: Form { Form(bits: Form.escapeBit | rawValue) }
  }
}
