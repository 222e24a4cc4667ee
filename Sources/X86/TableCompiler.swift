/// Turns definitions into the lookup tables of an `InstructionSet`.
///
/// First every (page, opcode) collects its forms, one for each kind of ModRM byte; then the pages
/// are packed into direct entries where all agree and into groups where they do not.
struct TableCompiler {
  /// A kind of ModRM byte: one for each ModRM.reg of a memory operand, whose other bits decide
  /// nothing, then one for each byte that names a register.
  struct Place {
    static let count = 8 + 64
    var index: Int

    var isRegister: Bool { index >= 8 }
    var modrm: Int { 0xC0 + index - 8 }
    var reg: Int { isRegister ? (index - 8) >> 3 : index }
  }

  fileprivate enum Slot {
    case plain(Form)
    case modrm([Form])
  }
  private var legacy: [Int: Slot] = [:]
  private var vex: [Int: Slot] = [:]
  private var threeDNow: [Int: Slot] = [:]

  /// The bytes that are not opcodes. REX (40…4F) has its own pages, so nothing stands for it here.
  mutating func addEscapes() {
    for rex in 0..<3 {
      for prefix in 0..<InstructionSet.prefixClassCount {
        let page = prefix << 12 | rex << 8
        legacy[page | 0x0F] = .plain(Form.Escape.twoByte.form)
        legacy[page | 1 << 10 | 0x38] = .plain(Form.Escape.threeByte38.form)
        legacy[page | 1 << 10 | 0x3A] = .plain(Form.Escape.threeByte3A.form)
      }
    }
    for rex in 0..<3 { legacy[1 << 10 | rex << 8 | 0x0F] = .plain(Form.Escape.threeDNow.form) }
    for byte in [0x2E, 0x3E, 0x66, 0xF0, 0xF2, 0xF3] {
      legacy[byte] = .plain(Form.Escape.legacyPrefix.form)
    }
    for byte in [0xC4, 0xC5] { legacy[byte] = .plain(Form.Escape.vex.form) }
  }

  mutating func add(_ definition: Definition) {
    if definition.vex != nil {
      addVEX(definition)
    } else if definition.map == 4 {
      let form = definition.form(operandSize: 32)
      Self.place(form, definition, at: Int(definition.opcode), in: &threeDNow)
    } else {
      addLegacy(definition)
    }
  }

  private mutating func addVEX(_ definition: Definition) {
    guard let encoding = definition.vex else { return }
    let form = definition.form(operandSize: encoding.w == 1 ? 64 : 32)
    for length in encoding.lengths {
      let page = InstructionSet.vexPage(
        map: definition.map, pp: encoding.pp, w: encoding.w, length: length)
      Self.place(form, definition, at: page | Int(definition.opcode), in: &vex)
    }
  }

  private mutating func addLegacy(_ definition: Definition) {
    for (size, prefix, rexStates) in definition.sizeVariants {
      for prefixClass in definition.prefixClasses(with: prefix) {
        for rex in rexStates {
          let page = InstructionSet.page(prefix: prefixClass, map: definition.map, rex: rex)
          // A lock prefix is only for memory operands.
          let locked = prefixClass == .lock || prefixClass == .lockedOperandSize
          for opcode in 0..<(definition.opcodeHasRegister ? 8 : 1) {
            Self.place(
              definition.form(operandSize: size), definition,
              at: page | Int(definition.opcode) + opcode, in: &legacy, onlyMemory: locked)
          }
        }
      }
    }
  }

  private static func place(
    _ form: Form, _ definition: Definition, at index: Int, in table: inout [Int: Slot],
    onlyMemory: Bool = false
  ) {
    guard let pattern = definition.modrm else {
      precondition(table[index] == nil, "instruction table: two rows for \(definition.name)")
      table[index] = .plain(form)
      return
    }
    var forms: [Form]
    if case .modrm(let existing)? = table.removeValue(forKey: index) {
      forms = existing
    } else {
      forms = [Form](repeating: .none, count: Place.count)
    }
    for number in 0..<Place.count {
      let place = Place(index: number)
      guard pattern.contains(place), !(onlyMemory && place.isRegister) else { continue }
      precondition(forms[number] == .none, "instruction table: two rows for \(definition.name)")
      forms[number] = form
    }
    table[index] = .modrm(forms)
  }

  /// The finished tables.
  mutating func finish() -> InstructionSet {
    addEscapes()
    var packer = GroupPacker()
    func packed(_ slots: [Int: Slot], count: Int) -> [UInt32] {
      var table = [UInt32](repeating: 0, count: count)
      for (index, slot) in slots { table[index] = packer.pack(slot.forms) }
      return table
    }
    let pages = packed(legacy, count: InstructionSet.pageEntryCount)
    let vexTable = packed(vex, count: InstructionSet.vexEntryCount)
    let threeDNowTable = packed(threeDNow, count: 256)
    return InstructionSet(
      pages: pages, vex: vexTable, threeDNow: threeDNowTable, groups: packer.groups,
      exact: packer.exact)
  }
}

extension TableCompiler.Slot {
  /// One form for an encoding without ModRM, otherwise one for each place.
  fileprivate var forms: [Form] {
    switch self {
    case .plain(let form): [form]
    case .modrm(let forms): forms
    }
  }
}

/// Packs the forms of an opcode into an entry and, where needed, groups; equal ones are shared.
private struct GroupPacker {
  var groups = [UInt32](repeating: 0, count: 16)
  var exact: [UInt32] = []
  private var known: [[UInt32]: UInt32] = [:]
  private var knownExact: [[UInt32]: UInt32] = [:]

  mutating func pack(_ forms: [Form]) -> UInt32 {
    guard forms.count == TableCompiler.Place.count else {
      let word = forms[0].bits
      // Without ModRM there is nothing to be refused about it.
      return word & Form.escapeBit != 0 ? word : word | Form.memoryBit | Form.registerBit
    }
    let memory = forms[..<8]
    let registers = forms[8...]
    let first = memory[memory.startIndex]
    let last = registers[registers.startIndex]
    if memory.allSatisfy({ $0 == first }), registers.allSatisfy({ $0 == last }),
      first == last || first == .none || last == .none
    {
      let form = first == .none ? last : first
      return form.bits | (first == .none ? 0 : Form.memoryBit)
        | (last == .none ? 0 : Form.registerBit)
    }
    var group: [UInt32] = []
    for reg in 0..<8 { group.append(forms[reg].bits.allowing(Form.memoryBit)) }
    for reg in 0..<8 {
      let row = (0..<8).map { forms[8 + (reg << 3) + $0].bits.allowing(Form.registerBit) }
      group.append(row.allSatisfy { $0 == row[0] } ? row[0] : packExact(row))
    }
    if let index = known[group] { return Form.groupBit | index }
    let index = UInt32(groups.count / 16)
    groups += group
    known[group] = index
    return Form.groupBit | index
  }

  private mutating func packExact(_ row: [UInt32]) -> UInt32 {
    if let index = knownExact[row] { return Form.groupBit | index }
    let index = UInt32(exact.count / 8)
    exact += row
    knownExact[row] = index
    return Form.groupBit | index
  }
}

extension UInt32 {
  fileprivate func allowing(_ bit: UInt32) -> UInt32 { self == 0 ? 0 : self | bit }
}
