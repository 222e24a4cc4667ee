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
/// immediates never exceed 32 bits. A row without v or y refuses REX.W unless a mark says
/// otherwise: a second encoding of the same instruction.
///
/// **Marks**: `zx` (a 32-bit result counts as zero-extended: it restricts the register, RULES 6),
/// `lock`, `rep`, `condrep` (F2 or F3) for optional prefixes; `noW`, `norex`,
/// `anyW`, `rexOnlyW` for REX; `noaccess` (the memory operand is only computed); `rsi`, `rdi`, `rsi-rdi`
/// (needs those sandboxed, RULES 10); `indirect` (RULES 9); `call`; `nop` (see `Form.Kind`).
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
  public var marks: Set<String> = []
  public var feature: FeatureSet
  public var featureIndex: UInt32
  public var profiles: ProfileSet

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
    public var type: Character
    public var size: Character
    public var isWritten: Bool
  }
}

extension Definition {
  /// Parses a row. Rows are part of the program: a malformed one is a programmer's error.
  init(row: Substring) {
    let columns = row.split(separator: "|", omittingEmptySubsequences: false).map { column in
      column.split(separator: " ")
    }
    precondition(columns.count == 6, "instruction table: \(row)")
    name = String(columns[0][0])
    guard let feature = FeatureSet(named: columns[4][0]) else {
      preconditionFailure("instruction table: feature \(columns[4][0])")
    }
    self.feature = feature
    featureIndex = UInt32(feature.rawValue.trailingZeroBitCount)
    profiles = []
    for letter in columns[5][0] {
      switch letter {
      case "n": profiles.insert(.nacl)
      case "z": profiles.insert(.zerovm)
      case "p": profiles.insert(.portable)
      default: precondition(letter == "-", "instruction table: \(row)")
      }
    }
    marks = Set(columns[3].map(String.init))
    operands = columns[2].map(Operand.init)
    parseEncoding(columns[1])
    if modrm == nil, operands.contains(where: { "EGMPQVW".contains($0.type) }) {
      modrm = .any(reg: nil, registers: true, memory: true)
    }
  }

  private mutating func parseEncoding(_ tokens: [Substring]) {
    var bytes: [UInt8] = []
    var reg: Int?
    var only: Substring?
    for token in tokens {
      if token.hasSuffix(":") {
        prefix = Self.byte(token.dropLast())
      } else if token == "W1" {
        requiresW = true
      } else if token.hasPrefix("VEX.") {
        parseVEX(token.split(separator: "."))
      } else if token.hasPrefix("/") {
        reg = Int(token.dropFirst())
      } else if token == "reg" || token == "mem" {
        only = token
      } else if token.hasPrefix("[") {
        modrm = .exact(
          first: Self.byte(token.dropFirst().prefix(2)), count: token.hasSuffix("+i]") ? 8 : 1)
      } else if token.hasSuffix("+r") {
        opcodeHasRegister = true
        bytes.append(Self.byte(token.prefix(2)))
      } else if token == "..." {
        map = 4
      } else {
        bytes.append(Self.byte(token))
      }
    }
    if let last = bytes.last { opcode = last }
    if vex == nil, map == 0 {
      switch bytes.dropLast() {
      case []: map = 0
      case [0x0F]: map = 1
      case [0x0F, 0x38]: map = 2
      case [0x0F, 0x3A]: map = 3
      default: preconditionFailure("instruction table: opcode bytes of \(name)")
      }
    }
    if reg != nil || only != nil {
      modrm = .any(reg: reg, registers: only != "mem", memory: only != "reg")
    }
  }

  private mutating func parseVEX(_ parts: [Substring]) {
    let lengths = ["128": [0], "256": [1], "any": [0, 1]][parts[1]]
    let pp = ["NP": 0, "66": 1, "F3": 2, "F2": 3][parts[2]]
    let map = ["0F": 1, "0F38": 2, "0F3A": 3][parts[3]]
    guard let lengths, let pp, let map, parts[4] == "W0" || parts[4] == "W1" else {
      preconditionFailure("instruction table: VEX of \(name)")
    }
    vex = VEX(lengths: lengths, pp: pp, w: parts[4] == "W1" ? 1 : 0)
    self.map = map
  }

  private static func byte(_ text: some StringProtocol) -> UInt8 {
    guard let value = UInt8(text, radix: 16) else {
      preconditionFailure("instruction table: not a byte: \(text)")
    }
    return value
  }
}

extension Definition.Operand {
  fileprivate init(_ token: Substring) {
    var rest = token
    isWritten = rest.hasPrefix(">")
    if isWritten { rest = rest.dropFirst() }
    type = rest.removeFirst()
    size = rest.first ?? " "
  }
}
