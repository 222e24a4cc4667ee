// Unsafe: the tables are memory that is written once, in `init`, and never freed or changed: sets
// live as long as the process. Readers index with fields of fixed width, so that no index can be
// outside: `page` and `vexPage` cover all values of their parts, group and row numbers come out of
// the tables themselves, and the other parts are three or eight bits wide.

/// The instructions of one profile, compiled from the definitions into tables for a decoder.
///
/// The legacy encodings are looked up by prefix class, opcode map, state of the REX prefix and
/// opcode; where ModRM decides further, through a group of 16 (memory or register, ModRM.reg), and
/// for the few that need the whole byte through a group of 8 more (ModRM.rm).
@safe public struct InstructionSet: @unchecked Sendable {
  /// Index: `page(prefix:map:rex:)` + opcode.
  public let pages: UnsafePointer<UInt32>
  /// Index: `vexPage(map:pp:w:length:)` + opcode.
  public let vex: UnsafePointer<UInt32>
  /// Index: the opcode byte that follows the operands of 0F 0F.
  public let threeDNow: UnsafePointer<UInt32>
  /// Index: group × 16 + (ModRM.mod = 3 ? 8 : 0) + ModRM.reg.
  public let groups: UnsafePointer<UInt32>
  /// Index: row × 8 + ModRM.rm, for encodings that are one ModRM byte exactly.
  public let exact: UnsafePointer<UInt32>

  /// Index: a ModRM byte. Low half: how many bytes it and its SIB and displacement have (four more
  /// for a SIB without base); then one bit each as below.
  public let shapes: UnsafePointer<UInt8>

  /// In `shapes`: a memory operand, with a SIB byte; with a rip-relative address.
  public static let memoryShape: UInt8 = 0x80
  public static let sibShape: UInt8 = 0x40
  public static let ripShape: UInt8 = 0x20

  static let prefixClassCount = 6
  static let pageEntryCount = prefixClassCount * 4 * 4 * 256
  static let vexEntryCount = 3 * 16 * 256

  /// Legacy prefixes that an instruction carries, as a class: order is free, repetition is not.
  public enum PrefixClass: UInt32, Sendable {
    case none, operandSize, repeatF3, repeatF2, lock, lockedOperandSize
  }

  /// First index of the page for those prefixes; `rex` is 0 without a REX prefix, 1 with one, 2
  /// with REX.W.
  static func page(prefix: PrefixClass, map: Int, rex: Int) -> Int {
    Int(prefix.rawValue) << 12 | map << 10 | rex << 8
  }

  static func vexPage(map: Int, pp: Int, w: Int, length: Int) -> Int {
    (map - 1) << 12 | pp << 10 | w << 9 | length << 8
  }

  /// Every row of the tables, in their order.
  public static let definitions: [Definition] =
    [integer, integer0F, float, mmx, sse, avx].flatMap { table in
      table.description.split(separator: "\n").filter { !$0.hasPrefix("#") }
        .map(Definition.init(row:))
    }

  public static let nacl = InstructionSet(for: .nacl)
  public static let zerovm = InstructionSet(for: .zerovm)
  public static let portable = InstructionSet(for: .portable)
  /// Whatever any profile accepts: tells an unknown instruction from a refused one.
  public static let everything = InstructionSet(for: .any)

  /// Compiles the rows that belong to any of `profiles`.
  private init(for profiles: ProfileSet) {
    var compiler = TableCompiler()
    for definition in Self.definitions where !definition.profiles.isDisjoint(with: profiles) {
      compiler.add(definition)
    }
    self = compiler.finish()
  }

  init(
    pages: [UInt32], vex: [UInt32], threeDNow: [UInt32], groups: [UInt32], exact: [UInt32]
  ) {
    func permanent<Entry>(_ table: [Entry]) -> UnsafePointer<Entry> {
      let memory = UnsafeMutableBufferPointer<Entry>.allocate(capacity: max(1, table.count))
      _ = unsafe memory.initialize(from: table)
      return unsafe UnsafePointer(memory.baseAddress!)
    }
    unsafe self.pages = permanent(pages)
    unsafe self.vex = permanent(vex)
    unsafe self.threeDNow = permanent(threeDNow)
    unsafe self.groups = permanent(groups)
    unsafe self.exact = permanent(exact)
    unsafe shapes = permanent((0...255).map { Self.shape(of: $0) })
  }

  private static func shape(of modrm: UInt8) -> UInt8 {
    let mod = modrm >> 6
    if mod == 3 { return 1 }
    let hasSIB = modrm & 7 == 4
    let isRIP = mod == 0 && modrm & 7 == 5
    let displacement: UInt8 = isRIP || mod == 2 ? 4 : mod
    return memoryShape | (hasSIB ? sibShape : 0) | (isRIP ? ripShape : 0)
      | (1 + (hasSIB ? 1 : 0) + displacement)
  }
}
