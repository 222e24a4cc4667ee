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
/// **Marks**: `zx` (a 32-bit result counts as zero-extended: it restricts the register, RULES 6),
/// `lock` (F0, memory operands only), `rep` (F3), `condrep` (F2 or F3), `hint` (2E or 3E) for optional
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
    /// The letters of the notation, as ASCII.
    public var type: UInt8
    public var size: UInt8
    public var isWritten: Bool
  }
}

extension Definition {
  /// One column or word of a row: rows are read as bytes, since validating a program starts with
  /// reading all of them.
  private typealias Text = ArraySlice<UInt8>

  /// The rows of a table, without its comments.
  static func rows(of table: StaticString) -> [Definition] {
    var text: [UInt8] = []
    table.withUTF8Buffer { unsafe text.append(contentsOf: $0) }
    return text.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
      .map(Definition.init(row:))
  }

  /// Parses a row. Rows are part of the program: a malformed one is a programmer's error.
  private init(row: Text) {
    let columns = row.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map {
      $0.split(separator: UInt8(ascii: " "))
    }
    precondition(columns.count == 6, "instruction table: \(Self.string(row))")
    name = Self.string(columns[0][0])
    guard let feature = FeatureSet(named: Self.string(columns[4][0])) else {
      preconditionFailure("instruction table: feature of \(name)")
    }
    self.feature = feature
    featureIndex = UInt32(feature.rawValue.trailingZeroBitCount)
    profiles = []
    for letter in columns[5][0] {
      switch letter {
      case UInt8(ascii: "n"): profiles.insert(.nacl)
      case UInt8(ascii: "z"): profiles.insert(.zerovm)
      case UInt8(ascii: "p"): profiles.insert(.portable)
      default: precondition(letter == UInt8(ascii: "-"), "instruction table: \(name)")
      }
    }
    marks = Set(columns[3].map(Self.string))
    operands = columns[2].map(Operand.init)
    parseEncoding(columns[1])
    if modrm == nil, operands.contains(where: { $0.isInModRM }) {
      modrm = .any(reg: nil, registers: true, memory: true)
    }
  }

  private static func string(_ text: Text) -> String { String(decoding: text, as: UTF8.self) }

  private mutating func parseEncoding(_ tokens: [Text]) {
    var bytes: [UInt8] = []
    var reg: Int?
    var only: UInt8?
    for token in tokens {
      let first = token[token.startIndex]
      let last = token[token.endIndex - 1]
      switch first {
      case UInt8(ascii: "W"): requiresW = true
      case UInt8(ascii: "V"): parseVEX(token.split(separator: UInt8(ascii: ".")).map(Self.string))
      case UInt8(ascii: "/"): reg = Int(last - UInt8(ascii: "0"))
      case UInt8(ascii: "r"), UInt8(ascii: "m"): only = first
      case UInt8(ascii: "["):
        modrm = .exact(first: Self.byte(token.dropFirst()), count: token.count == 6 ? 8 : 1)
      case UInt8(ascii: "."): map = 4
      default:
        if last == UInt8(ascii: ":") {
          prefix = Self.byte(token)
        } else {
          opcodeHasRegister = last == UInt8(ascii: "r")
          bytes.append(Self.byte(token))
        }
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
      modrm = .any(
        reg: reg, registers: only != UInt8(ascii: "m"), memory: only != UInt8(ascii: "r"))
    }
  }

  private mutating func parseVEX(_ parts: [String]) {
    let lengths = ["128": [0], "256": [1], "any": [0, 1]][parts[1]]
    let pp = ["NP": 0, "66": 1, "F3": 2, "F2": 3][parts[2]]
    let map = ["0F": 1, "0F38": 2, "0F3A": 3][parts[3]]
    guard let lengths, let pp, let map, parts[4] == "W0" || parts[4] == "W1" else {
      preconditionFailure("instruction table: VEX of \(name)")
    }
    vex = VEX(lengths: lengths, pp: pp, w: parts[4] == "W1" ? 1 : 0)
    self.map = map
  }

  /// The first two characters as hexadecimal digits.
  private static func byte(_ text: Text) -> UInt8 {
    func digit(_ character: UInt8) -> UInt8 {
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
      case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
      default: preconditionFailure("instruction table: not a byte: \(string(text))")
      }
    }
    return digit(text[text.startIndex]) << 4 | digit(text[text.startIndex + 1])
  }
}

extension Definition.Operand {
  fileprivate init(_ token: ArraySlice<UInt8>) {
    var rest = token
    isWritten = rest.first == UInt8(ascii: ">")
    if isWritten { rest = rest.dropFirst() }
    type = rest[rest.startIndex]
    size = rest.count > 1 ? rest[rest.startIndex + 1] : UInt8(ascii: " ")
  }

  /// Whether the operand is encoded in ModRM.
  fileprivate var isInModRM: Bool {
    switch type {
    case UInt8(ascii: "E"), UInt8(ascii: "G"), UInt8(ascii: "M"), UInt8(ascii: "P"),
      UInt8(ascii: "Q"), UInt8(ascii: "V"), UInt8(ascii: "W"):
      true
    default: false
    }
  }
}
