/// What the loop that looks at 64 bytes at once must know of the instructions it can judge: those that
/// need none but the general rules, and whose bytes say the same whatever REX is, but for the width and
/// the registers' numbers. All is worked out from the forms in an instruction set's pages.
///
/// The bytes are read by `Sources/CVector/vector.c`, which has the same offsets and bits.
public struct VectorTables {
  /// Six tables of 256, by opcode: no prefix, 66; then behind 0F no prefix, 66, F3, F2. A form's number,
  /// or `groupBit` with eight times the number of a group, those from 16 on less 16 and with bit 0; 0 for
  /// what is unknown.
  static let forms = 0
  /// Group × 8 + ModRM.reg: a form's number.
  static let groups = 1536
  /// Three tables of 128, by a form's number.
  static let layout = 1792
  static let writes = 1920
  static let needs = 2048
  /// Two tables of 64: 32 with ModRM, then ModRM.mod × 8 + ModRM.rm; without ModRM all is zero.
  static let shapes = 2176
  static let sibs = 2240
  static let byteCount = 2304

  static let kinds: [(prefix: InstructionSet.PrefixClass, map: Int)] = [
    (.none, 0), (.operandSize, 0), (.none, 1), (.operandSize, 1), (.repeatF3, 1), (.repeatF2, 1),
  ]
  /// The features that have a bit in `needs`; every CPU has `base`, other features are unknown.
  public static let features: [(bit: UInt8, feature: UInt64)] = zip(
    [1, 2, 4, 0x10, 0x20, 0x80] as [UInt8], ["fpu", "cmov", "mmx", "sse", "sse2", "bmi1"]
  ).compactMap { bit, name in FeatureSet(named: name).map { (bit, $0.rawValue) } }

  /// Groups that compilers hardly write, so that there is room for the others: `pop` to memory; shifts of
  /// MMX registers, but for those of SSE (66).
  private static func isRare(_ prefix: InstructionSet.PrefixClass, _ map: Int, _ opcode: Int)
    -> Bool
  {
    map == 0 ? opcode == 0x8F : prefix == .none && (0x71...0x73).contains(opcode)
  }

  private static let groupBit: UInt8 = 0x80
  public private(set) var bytes = [UInt8](repeating: 0, count: byteCount)
  /// By number, from 1 on.
  private var known: [VectorForm] = []
  private var groupNumbers: [[UInt8]: UInt8] = [:]

  init(pages: [UInt32], groups: [UInt32]) {
    for (kind, place) in Self.kinds.enumerated() {
      for opcode in 0..<256 {
        let entries = (0..<3).map {
          pages[InstructionSet.page(prefix: place.prefix, map: place.map, rex: $0) | opcode]
        }
        func form(_ reg: Int) -> UInt8 {
          number(
            of: VectorForm(entries, opcode: opcode, reg: reg, groups, in: place)
              ?? .padding(opcode: opcode, in: place))
        }
        // Without a group all eight are the same.
        let isSingle = entries.allSatisfy { $0 & Form.groupBit == 0 }
        let members = isSingle ? [UInt8](repeating: form(0), count: 8) : (0..<8).map(form)
        if !Self.isRare(place.prefix, place.map, opcode) {
          bytes[Self.forms + kind * 256 + opcode] = entry(for: members)
        }
      }
    }
    for (index, form) in known.enumerated() {
      bytes[Self.layout + index + 1] = form.layout
      bytes[Self.writes + index + 1] = form.writes
      bytes[Self.needs + index + 1] = form.needs
    }
    for (members, number) in groupNumbers {
      for (reg, form) in members.enumerated() {
        bytes[Self.groups + Int(number) * 8 + reg] = form
      }
    }
    bytes[Self.layout] = VectorForm.refusedLayout
    for index in 0..<32 {
      (bytes[Self.shapes + 32 + index], bytes[Self.sibs + 32 + index]) =
        Self.shape(mod: index >> 3, rm: index & 7)
    }
  }

  /// 0 for no form, and for those that come when all numbers are taken.
  private mutating func number(of form: VectorForm?) -> UInt8 {
    guard let form else { return 0 }
    if let index = known.firstIndex(of: form) { return UInt8(index + 1) }
    guard known.count < 127 else { return 0 }
    known.append(form)
    return UInt8(known.count)
  }

  private mutating func entry(for members: [UInt8]) -> UInt8 {
    if members.allSatisfy({ $0 == members[0] }) { return members[0] }
    let number = groupNumbers[members] ?? UInt8(groupNumbers.count)
    guard number < 32 else { return 0 }
    groupNumbers[members] = number
    return Self.groupBit | (number & 15) << 3 | number >> 4
  }

  /// Shape: bits 0…2 count ModRM, SIB and displacement, but the four bytes of a SIB without base; bits 3,
  /// 6 and 7 mean memory, bit 4 a register. SIB: bits 0…2 and 6 are set with one, bit 4 where it may be
  /// without base.
  private static func shape(mod: Int, rm: Int) -> (shape: UInt8, sib: UInt8) {
    if mod == 3 { return (1 | 0x10, 0) }
    let hasSIB = rm == 4
    let displacement = mod == 0 ? (rm == 5 ? 4 : 0) : mod == 1 ? 1 : 4
    return (
      0xC8 | UInt8(1 + (hasSIB ? 1 : 0) + displacement),
      hasSIB ? 0x47 | (mod == 0 ? 0x10 : 0) : 0
    )
  }
}

/// What is equal for all instructions with the same number.
private struct VectorForm: Equatable {
  /// Bits 0…2: bytes of immediates; then one bit each: four more with REX.W; no register as its operand;
  /// ModRM; memory is accessed; no memory as its operand.
  private(set) var layout: UInt8 = 0
  /// Bits 0…1: ModRM.reg, the opcode or ModRM.rm names the register that is written; then one bit each: an
  /// indirect jump; that register is zero-extended without REX.W; a jump of four bytes; a padding, see
  /// `padding`; a jump of one byte; only a byte of that register is written.
  private(set) var writes: UInt8 = 0
  /// Bit 3: unknown with REX.W; bit 6: with any REX; the others: `VectorTables.features`.
  private(set) var needs: UInt8 = 0

  /// Neither register nor memory may be the operand.
  static let refusedLayout: UInt8 = 0x20 | 0x10 | 0x80

  /// What assemblers pad with and no row has (RULES.md 11): a single 66 or 2E in front of more; 66 0F 1F
  /// with memory. That only the listed ones pass is vector.c's matter.
  static func padding(opcode: Int, in place: (prefix: InstructionSet.PrefixClass, map: Int))
    -> Self?
  {
    var form = Self()
    form.needs = 0x48
    switch (place.prefix, place.map, opcode) {
    case (.none, 0, 0x66), (.none, 0, 0x2E): return form
    case (.operandSize, 1, 0x1F):
      form.layout = 0x20 | 0x10
      form.writes = 0x20
      return form
    default: return nil
    }
  }

  private init() {}

  /// From the entries of the three pages, without REX, with, with REX.W.
  init?(
    _ page: [UInt32], opcode: Int, reg: Int, _ groups: [UInt32],
    in place: (prefix: InstructionSet.PrefixClass, map: Int)
  ) {
    let rows = page.map { Row($0, reg: reg, groups) }
    guard let row = rows[0], let feature = Self.featureBit(row.feature) else { return nil }
    guard row.immediate < 8 else { return nil }
    layout = UInt8(row.immediate) | row.operands
    switch row.destination {
    case .none: break
    case .modrmReg: writes = 1
    case .opcode: writes = 2
    case .modrmRM: writes = 3
    case .accumulator: break
    default: return nil
    }
    if writes != 0, row.width == .zeroExtending { writes |= 8 }
    if row.width == .byte { writes |= 0x80 }
    if place == (.none, 1), opcode == 0x1F { writes |= 0x20 }
    needs = feature
    let isFree = place.prefix == .none && row.operands & 0x20 == 0
    if rows[1] != row { needs |= 0x40 }
    var wide = row.wide
    if rows[2] != wide {
      wide.immediate += 4
      if rows[2] == wide { layout |= 8 } else { needs |= 8 }
    }
    switch row.kind {
    case .general: break
    case .jump8 where isFree && place.map == 0 && row.immediate == 1:
      writes |= 0x40
      needs |= 0x48
    case .jump32 where isFree && row.immediate == 4, .call32 where isFree && row.immediate == 4:
      writes |= 0x10
      needs |= 0x48
    case .indirectJump where place.prefix == .none, .indirectCall where place.prefix == .none:
      guard row.operands == 0xA0, row.immediate == 0 else { return nil }
      writes |= 4
    default: return nil
    }
  }

  private static func featureBit(_ index: UInt32) -> UInt8? {
    if index == 0 { return 0 }
    return VectorTables.features.first { $0.feature == 1 << UInt64(index) }?.bit
  }

  /// What the forms with a register and with memory have in common; nil without either, and where they
  /// differ in more than that.
  private struct Row: Equatable {
    var immediate: UInt32
    var operands: UInt8
    var destination: Form.Destination
    var width: Form.Width
    var kind: Form.Kind
    var feature: UInt32

    init?(_ entry: UInt32, reg: Int, _ groups: [UInt32]) {
      let register = Form.word(entry, reg: reg, isRegister: true, groups)
      let memory = Form.word(entry, reg: reg, isRegister: false, groups)
      guard let word = register ?? memory else { return nil }
      let ignored = Form.registerBit | Form.memoryBit | Form.accessBit
      if let memory, memory & ~ignored != word & ~ignored { return nil }
      guard let destination = Form.Destination(rawValue: word >> Form.destinationShift & 7),
        let width = Form.Width(rawValue: word >> Form.widthShift & 3), width != .zeroExtendingWithB,
        let kind = Form.Kind(rawValue: word >> Form.kindShift & 15)
      else { return nil }
      immediate = word & Form.immediateMask
      operands =
        (word & Form.modrmBit != 0 ? 0x20 : 0) | (register == nil ? 0x10 : 0)
        | (memory == nil ? 0x80 : 0) | ((memory ?? 0) & Form.accessBit != 0 ? 0x40 : 0)
      self.destination = destination
      self.width = width
      self.kind = kind
      feature = word >> Form.featureShift & 63
    }

    /// As it must look with REX.W: no write of 64 bits counts as zero-extending.
    var wide: Row {
      var row = self
      if width == .zeroExtending { row.width = .plain }
      return row
    }
  }
}
