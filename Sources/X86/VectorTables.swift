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
  /// ModRM.mod × 8 + ModRM.rm.
  static let shapes = 2176
  static let byteCount = 2240

  static let kinds: [(prefix: InstructionSet.PrefixClass, map: Int)] = [
    (.none, 0), (.operandSize, 0), (.none, 1), (.operandSize, 1), (.repeatF3, 1), (.repeatF2, 1),
  ]
  /// The features that have a bit in `needs`; every CPU has `base`, other features are unknown.
  public static let features: [(bit: UInt8, feature: UInt64)] = zip(
    [1, 2, 4, 0x10, 0x20, 0x80] as [UInt8], ["fpu", "cmov", "mmx", "sse", "sse2", "pni"]
  ).compactMap { bit, name in FeatureSet(named: name).map { (bit, $0.rawValue) } }

  private static let groupBit: UInt8 = 0x80
  public private(set) var bytes = [UInt8](repeating: 0, count: byteCount)
  private var numbers: [VectorForm: UInt8] = [:]
  private var groupNumbers: [[UInt8]: UInt8] = [:]

  init(pages: [UInt32], groups: [UInt32]) {
    for (kind, place) in Self.kinds.enumerated() {
      for opcode in 0..<256 {
        let page = (0..<3).map {
          pages[InstructionSet.page(prefix: place.prefix, map: place.map, rex: $0) | opcode]
        }
        let members = (0..<8).map { reg in
          number(of: VectorForm(page, reg: reg, groups, in: place))
        }
        bytes[Self.forms + kind * 256 + opcode] = entry(for: members)
      }
    }
    for (form, number) in numbers {
      bytes[Self.layout + Int(number)] = form.layout
      bytes[Self.writes + Int(number)] = form.writes
      bytes[Self.needs + Int(number)] = form.needs
    }
    for (members, number) in groupNumbers {
      for (reg, form) in members.enumerated() {
        bytes[Self.groups + Int(number) * 8 + reg] = form
      }
    }
    for index in 0..<32 { bytes[Self.shapes + index] = Self.shape(mod: index >> 3, rm: index & 7) }
  }

  /// 0 for no form, and for those that come when all numbers are taken.
  private mutating func number(of form: VectorForm?) -> UInt8 {
    guard let form else { return 0 }
    if let known = numbers[form] { return known }
    guard numbers.count < 127 else { return 0 }
    let number = UInt8(numbers.count + 1)
    numbers[form] = number
    return number
  }

  private mutating func entry(for members: [UInt8]) -> UInt8 {
    if members.allSatisfy({ $0 == members[0] }) { return members[0] }
    let number = groupNumbers[members] ?? UInt8(groupNumbers.count)
    guard number < 32 else { return 0 }
    groupNumbers[members] = number
    return Self.groupBit | (number & 15) << 3 | number >> 4
  }

  /// Bits 0…2: bytes of ModRM, SIB and displacement, but the four of a SIB byte without base.
  private static func shape(mod: Int, rm: Int) -> UInt8 {
    if mod == 3 { return 1 | 0x10 }
    let hasSIB = rm == 4
    let displacement = mod == 0 ? (rm == 5 ? 4 : 0) : mod == 1 ? 1 : 4
    return 0x60 | (hasSIB ? 8 : 0) | (hasSIB && mod == 0 ? 0x80 : 0)
      | UInt8(1 + (hasSIB ? 1 : 0) + displacement)
  }
}

/// What is equal for all instructions with the same number.
private struct VectorForm: Hashable {
  /// Bits 0…2: bytes of immediates; then one bit each: ModRM; no register, no memory as its operand;
  /// memory is accessed; bit 7 for any form.
  private(set) var layout: UInt8 = 0
  /// One bit each: ModRM.reg, the opcode names the register that is written; it is zero-extended without
  /// REX.W; only a byte of it; a jump of four bytes; ModRM.rm names that register; a jump of one byte, an
  /// indirect one.
  private(set) var writes: UInt8 = 0
  /// Bit 3: unknown with REX.W; bit 6: with any REX; the others: `VectorTables.features`.
  private(set) var needs: UInt8 = 0

  /// From the entries of the three pages, without REX, with, with REX.W.
  init?(
    _ page: [UInt32], reg: Int, _ groups: [UInt32],
    in place: (prefix: InstructionSet.PrefixClass, map: Int)
  ) {
    let rows = page.map { Row($0, reg: reg, groups) }
    guard let row = rows[0], let feature = Self.featureBit(row.feature) else { return nil }
    layout = 0x80 | UInt8(row.immediate) | row.operands
    guard row.immediate < 8 else { return nil }
    switch row.destination {
    case .none: break
    case .modrmReg: writes = 1
    case .modrmRM: writes = 0x20
    case .opcode: writes = 2
    case .accumulator: break
    default: return nil
    }
    if row.destination != .none, row.width == .zeroExtending { writes |= 4 }
    if row.width == .byte { writes |= 8 }
    needs = feature
    let isFree = place.prefix == .none && row.operands & 8 == 0
    if rows[1] != row { needs |= 0x40 }
    if rows[2] != row.wide { needs |= 8 }
    switch row.kind {
    case .general: break
    case .jump8 where isFree && place.map == 0 && row.immediate == 1:
      writes |= 0x40
      needs |= 0x48
    case .jump32 where isFree && row.immediate == 4, .call32 where isFree && row.immediate == 4:
      writes |= 0x10
      needs |= 0x48
    case .indirectJump where place.prefix == .none, .indirectCall where place.prefix == .none:
      guard row.operands == 0x28, row.immediate == 0 else { return nil }
      writes |= 0x80
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
        let width = Form.Width(rawValue: word >> Form.widthShift & 3),
        let kind = Form.Kind(rawValue: word >> Form.kindShift & 15)
      else { return nil }
      immediate = word & Form.immediateMask
      operands =
        (word & Form.modrmBit != 0 ? 8 : 0) | (register == nil ? 0x10 : 0)
        | (memory == nil ? 0x20 : 0) | ((memory ?? 0) & Form.accessBit != 0 ? 0x40 : 0)
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
