/// One row of the instruction tables under `Definitions/`: one encoding of one instruction.
///
/// A row has six columns: `name | encoding | operands | marks | feature | profiles`.
///
/// **Encoding**: the opcode bytes in hex. In front of them `66:`, `F2:` or `F3:` for a prefix that
/// is part of the opcode, `W1` for a required REX.W, or `VEX.L.pp.map.W` with L `128`, `256` or
/// `any`, pp `NP`, `66`, `F3` or `F2`, map `0F`, `0F38` or `0F3A`. After them `+r` (the last three
/// bits name a register), `/0`…`/7` (an opcode in ModRM.reg), `reg` or `mem` (only that kind of
/// ModRM operand), `[E8]` (that ModRM byte exactly), `[C0+i]` (that one and the seven after it).
/// `0F 0F ... BF` is 3DNow!, whose opcode comes last.
///
/// **Operands**, destination first, `>` where a general-purpose register is written: E (ModRM.rm:
/// register or memory), G (ModRM.reg), Z (in the opcode), A (accumulator), B (VEX.vvvv), M
/// (memory), I (immediate), J (jump distance), P and Q (MMX in reg and rm), V, W and H (vector in
/// reg, rm and vvvv), L (vector register in the last byte). Sizes: b, w, d, q = 8…64 bits; v = 16
/// bits with prefix 66, 64 with REX.W, else 32; y = 64 with REX.W, else 32; z = like v, but
/// immediates never exceed 32 bits. In a row without v or y REX.W means nothing. Bits of a REX
/// prefix that mean nothing are allowed; REX.W together with 66 as an operand size is not.
///
/// **Marks**: `zx` (a 32-bit result counts as zero-extended: it restricts the register, RULES 6), `zxB`
/// (only with REX.B), `lock` (F0, memory operands only), `rep` (F3), `condrep` (F2 or F3), `hint` (2E or 3E) for optional
/// prefixes; for REX `noW`, `norex`, `rexOnlyW` (48 or none) and `prefixed` (not without REX or 66);
/// `noaccess` (the memory operand is only computed); `rsi`, `rdi`, `rsi-rdi` (needs those sandboxed,
/// RULES 10); `indirect` (RULES 9); `call`.
///
/// **Feature**: what the CPU must have, named as in /proc/cpuinfo. **Profiles**: `n`, `z`, `p` for
/// nacl, zerovm and portable, a dash where refused. What has no row is refused everywhere.
public struct Definition: Sendable {
  public var name: String
  /// Mandatory prefix: 0, 0x66, 0xF2 or 0xF3.
  public var prefix: UInt8 = 0
  public var requiresW = false
  public var vex: VEX?
  /// 0 one byte, 1 0F, 2 0F 38, 3 0F 3A, 4 3DNow!.
  public var map = 0
  public var opcode: UInt8 = 0
  public var opcodeHasRegister = false
  /// The ModRM bytes that the row covers; empty when the encoding has none.
  public var modrm: ModRMPattern?
  public var operands: [Operand] = []
  public var marks: Marks = []
  public var feature: FeatureSet
  public var featureIndex: UInt32
  public var profiles: ProfileSet

  /// The words of the fourth column.
  public struct Marks: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    static let words = [
      "zx", "lock", "rep", "condrep", "hint", "noW", "norex", "rexOnlyW", "prefixed", "noaccess",
      "rsi",
      "rdi", "rsi-rdi", "indirect", "call", "zxB",
    ].map { Array($0.utf8) }
    static let zx = Marks(rawValue: 1 << 0)
    static let lock = Marks(rawValue: 1 << 1)
    static let rep = Marks(rawValue: 1 << 2)
    static let condrep = Marks(rawValue: 1 << 3)
    static let hint = Marks(rawValue: 1 << 4)
    static let noW = Marks(rawValue: 1 << 5)
    static let norex = Marks(rawValue: 1 << 6)
    static let rexOnlyW = Marks(rawValue: 1 << 7)
    static let prefixed = Marks(rawValue: 1 << 8)
    static let noaccess = Marks(rawValue: 1 << 9)
    static let rsi = Marks(rawValue: 1 << 10)
    static let rdi = Marks(rawValue: 1 << 11)
    static let rsiAndRDI = Marks(rawValue: 1 << 12)
    static let indirect = Marks(rawValue: 1 << 13)
    static let call = Marks(rawValue: 1 << 14)
    static let zxB = Marks(rawValue: 1 << 15)
  }

  /// The fixed part of a VEX prefix.
  public struct VEX: Sendable, Equatable {
    /// Allowed values of VEX.L.
    public var lengths: [Int]
    /// 0 none, 1 66, 2 F3, 3 F2, as encoded.
    public var pp: Int
    public var w: Int
  }

  /// Which ModRM bytes belong to a row.
  public enum ModRMPattern: Sendable, Equatable {
    case any(reg: Int?, registers: Bool, memory: Bool)
    case exact(first: UInt8, count: Int)
  }

  /// One operand of a row.
  public struct Operand: Sendable, Equatable {
    /// The letters of the notation, as ASCII.
    public var type: UInt8
    public var size: UInt8
    public var isWritten: Bool
  }
}
