/// What the validator needs to know of one instruction.
public struct Instruction: Sendable, Equatable {
  /// Length in bytes, with prefixes.
  public var byteCount = 0
  public var mnemonic = ""
  /// Whether there is a memory operand that is accessed.
  public var accessesMemory = false
  /// Base register of the memory operand: 0…15, `rip`, or `none`.
  public var base = Instruction.none
  /// Index register of the memory operand: 0…15, or `none`.
  public var index = Instruction.none
  /// General registers written through explicit operands.
  public var writes: [Write] = []
  /// Distance of a direct jump from its end, nil for everything else.
  public var jumpDistance: Int32?
  public var isCall = false
  /// Moves through rsi, rdi.
  public var usesSource = false
  public var usesDestination = false
  /// Depends on time or machine.
  public var dependsOnClock = false

  public static let none = -1
  public static let rip = -2

  public struct Write: Sendable, Equatable {
    /// 0…15
    public var register: Int
    /// In bits: 8, 16, 32, 64.
    public var width: Int
    /// Whether a 32-bit write surely clears the upper half and so restricts the register.
    public var zeroExtends: Bool
  }
}
