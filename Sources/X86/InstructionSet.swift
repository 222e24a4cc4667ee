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
  /// All tables, one behind the other, so that a reader needs one pointer: `shapes`, `pages`, `vex`,
  /// `threeDNow`, `groups`, `exact` and `plain`, from the offsets below.
  public let tables: UnsafePointer<UInt32>
  /// `VectorTables.bytes`, at a multiple of 64.
  public let vectorTables: UnsafePointer<UInt8>

  /// Index: a ModRM byte. Low four bits: how many bytes it and its SIB and displacement have (four
  /// more for a SIB without base); then one bit each as below.
  public static let shapes = 0
  /// Index: `page(prefix:map:rex:)` + opcode.
  public static let pages = 256
  /// Index: `vexPage(map:pp:w:length:)` + opcode.
  public static let vex = pages + pageEntryCount
  /// Index: the opcode byte that follows the operands of 0F 0F.
  public static let threeDNow = vex + vexEntryCount
  /// Index: group × 16 + (ModRM.mod = 3 ? 8 : 0) + ModRM.reg.
  public static let groups = threeDNow + 256
  /// Index: row × 8 + ModRM.rm, for encodings that are one ModRM byte exactly.
  public static let exact = groups + groupEntryCount

  /// In `shapes`: ModRM.rm names a register that REX.B extends; SIB.index one that REX.X extends.
  public static let extendsB: UInt32 = 0x10
  public static let extendsX: UInt32 = 0x20
  /// In `shapes`: a rip-relative address; a memory operand; one with a SIB byte.
  public static let ripShape: UInt32 = 0x40
  public static let memoryShape: UInt32 = 0x80
  public static let sibShape: UInt32 = 0x100

  /// Index: `plain(map:rex:)` + opcode × 32 + ModRM.mod and ModRM.reg. The forms of the first two
  /// maps, without prefixes, that need none but the general rules: what compilers write mostly, as
  /// `PlainForm`s. Zero for all others.
  public static let plain = exact + exactEntryCount
  static let plainEntryCount = 2 * 3 * 256 * 32
  /// Index: a ModRM byte that stands for memory: 1 for a SIB byte, 4 for rip's displacement.
  public static let extras = plain + plainEntryCount

  static let prefixClassCount = 7
  static let pageEntryCount = prefixClassCount * 4 * 4 * 256
  static let vexEntryCount = 3 * 16 * 256
  static let groupEntryCount = 256 * 16
  static let exactEntryCount = 64 * 8

  /// Legacy prefixes that an instruction carries, as a class: order is free, repetition is not.
  public enum PrefixClass: UInt32, Sendable {
    case none, operandSize, repeatF3, repeatF2, lock, lockedOperandSize, branchHint
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
    [integer, integer0F, float, mmx, sse, avx].flatMap(RowReader.rows)

  public static let nacl = InstructionSet(for: .nacl)
  public static let zerovm = InstructionSet(for: .zerovm)
  private static let portableV1 = InstructionSet(for: .portable, features: Baseline.v1.features)
  private static let portableV2 = InstructionSet(for: .portable, features: Baseline.v2.features)
  private static let portableV3 = InstructionSet(for: .portable, features: Baseline.v3.features)

  /// The rows of `portable` that every CPU of that level has.
  public static func portable(_ baseline: Baseline) -> InstructionSet {
    switch baseline {
    case .v1: portableV1
    case .v2: portableV2
    case .v3: portableV3
    }
  }

  /// Whatever any profile accepts: tells an unknown instruction from a refused one.
  public static let everything = InstructionSet(for: .any)

  /// Compiles the rows that belong to any of `profiles` and need none but `features`.
  private init(for profiles: ProfileSet, features: FeatureSet? = nil) {
    var compiler = TableCompiler()
    for definition in Self.definitions where !definition.profiles.isDisjoint(with: profiles) {
      if let features, !definition.feature.isSubset(of: features) { continue }
      compiler.add(definition)
    }
    self = compiler.finish()
  }

  init(
    pages: [UInt32], vex: [UInt32], threeDNow: [UInt32], groups: [UInt32], exact: [UInt32]
  ) {
    precondition(
      pages.count == Self.pageEntryCount && vex.count == Self.vexEntryCount
        && threeDNow.count == 256 && groups.count <= Self.groupEntryCount
        && exact.count <= Self.exactEntryCount)
    let all = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: Self.extras + 256)
    unsafe all.initialize(repeating: 0)
    func put(_ part: [UInt32], at offset: Int) {
      for (index, word) in part.enumerated() { unsafe all[offset + index] = word }
    }
    put((0...255).map { Self.shape(of: $0) }, at: Self.shapes)
    put(pages, at: Self.pages)
    put(vex, at: Self.vex)
    put(threeDNow, at: Self.threeDNow)
    put(groups, at: Self.groups)
    put(exact, at: Self.exact)
    for map in 0..<2 {
      for rex in 0..<3 {
        for opcode in 0..<256 {
          let entry = pages[Self.page(prefix: .none, map: map, rex: rex) | opcode]
          guard entry != 0 else { continue }
          let first = Self.plain + ((map * 3 + rex) * 256 + opcode) * 32
          for modReg in 0..<32 {
            let form = PlainForm(entry, opcode: opcode, modReg: modReg, hasREX: rex > 0, groups)
            unsafe all[first + modReg] = form.bits
          }
        }
      }
    }
    put((0..<256).map { $0 & 7 == 4 ? 1 : $0 & 0xC7 == 5 ? 4 : 0 }, at: Self.extras)
    unsafe tables = UnsafePointer(all.baseAddress!)
    let vector = VectorTables(pages: pages, groups: groups).bytes
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: vector.count, alignment: 64)
    unsafe bytes.copyBytes(from: vector)
    unsafe vectorTables = UnsafePointer(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
  }

  private static func shape(of modrm: UInt8) -> UInt32 {
    let mod = UInt32(modrm >> 6)
    if mod == 3 { return 1 | extendsB }
    let hasSIB = modrm & 7 == 4
    let isRIP = mod == 0 && modrm & 7 == 5
    let displacement: UInt32 = isRIP || mod == 2 ? 4 : mod
    return memoryShape | (hasSIB ? sibShape | extendsX : 0) | (isRIP ? ripShape : extendsB)
      | (1 + (hasSIB ? 1 : 0) + displacement)
  }
}
