/// Turns definitions into the lookup tables of an `InstructionSet`.
///
/// First every (page, opcode) collects its forms; then equal ones are put together. Both have the same
/// layout: an entry is a form with its kinds of operand, or the number of a group of 16 forms (memory or
/// register, ModRM.reg), of which an entry for registers may be the number of a row of eight (ModRM.rm).
struct TableCompiler {
  private var legacy = [UInt32](repeating: 0, count: InstructionSet.pageEntryCount)
  private var vex = [UInt32](repeating: 0, count: InstructionSet.vexEntryCount)
  private var threeDNow = [UInt32](repeating: 0, count: 256)
  private var collected = Groups()

  /// The groups and rows that entries name by number.
  private struct Groups {
    var groups = [UInt32](repeating: 0, count: 16)
    var rows: [UInt32] = []

    mutating func add(_ group: some Collection<UInt32>) -> UInt32 {
      defer { groups += group }
      return Form.groupBit | UInt32(groups.count / 16)
    }

    mutating func add(row: some Collection<UInt32>) -> UInt32 {
      defer { rows += row }
      return Form.groupBit | UInt32(rows.count / 8)
    }
  }

  /// The bytes that are not opcodes. REX (40…4F) has its own pages, so nothing stands for it here.
  mutating func addEscapes() {
    for rex in 0..<3 {
      for prefix in 0..<InstructionSet.prefixClassCount {
        let page = prefix << 12 | rex << 8
        legacy[page | 0x0F] = Form.Escape.twoByte.form.bits
        legacy[page | 1 << 10 | 0x38] = Form.Escape.threeByte38.form.bits
        legacy[page | 1 << 10 | 0x3A] = Form.Escape.threeByte3A.form.bits
      }
    }
    for rex in 0..<3 { legacy[1 << 10 | rex << 8 | 0x0F] = Form.Escape.threeDNow.form.bits }
    for byte in [0x2E, 0x3E, 0x66, 0xF0, 0xF2, 0xF3] {
      legacy[byte] = Form.Escape.legacyPrefix.form.bits
    }
    for byte in [0xC4, 0xC5] { legacy[byte] = Form.Escape.vex.form.bits }
  }

  mutating func add(_ definition: Definition) {
    if let encoding = definition.vex {
      let form = definition.form(operandSize: encoding.w == 1 ? 64 : 32)
      for length in encoding.lengths {
        let page = InstructionSet.vexPage(
          map: definition.map, pp: encoding.pp, w: encoding.w, length: length)
        let index = page | Int(definition.opcode)
        vex[index] = entry(vex[index], with: form, definition)
      }
    } else if definition.map == 4 {
      let form = definition.form(operandSize: 32)
      let index = Int(definition.opcode)
      threeDNow[index] = entry(threeDNow[index], with: form, definition)
    } else {
      addLegacy(definition)
    }
  }

  private mutating func addLegacy(_ definition: Definition) {
    for (size, prefix, rexStates) in definition.sizeVariants {
      let form = definition.form(operandSize: size)
      for prefixClass in definition.prefixClasses(with: prefix) {
        // A lock prefix is only for memory operands.
        let locked = prefixClass == .lock || prefixClass == .lockedOperandSize
        for rex in rexStates {
          let page = InstructionSet.page(prefix: prefixClass, map: definition.map, rex: rex)
          for opcode in 0..<(definition.opcodeHasRegister ? 8 : 1) {
            let index = page | Int(definition.opcode) + opcode
            legacy[index] = entry(legacy[index], with: form, definition, onlyMemory: locked)
          }
        }
      }
    }
  }

  /// An entry with one more form.
  private mutating func entry(
    _ old: UInt32, with form: Form, _ definition: Definition, onlyMemory: Bool = false
  ) -> UInt32 {
    func alone(_ word: UInt32) {
      precondition(word == 0, "instruction table: two rows for \(definition.name)")
    }
    switch definition.modrm {
    case nil:
      alone(old)
      // Without ModRM there is nothing to be refused about it.
      return form.bits | Form.memoryBit | Form.registerBit
    case .any(let reg, let registers, let memory):
      let kinds =
        (registers && !onlyMemory ? Form.registerBit : 0) | (memory ? Form.memoryBit : 0)
      if reg == nil, old == 0 { return form.bits | kinds }
      let group = expanded(old)
      let regs = reg.map { $0...$0 } ?? 0...7
      for kind in [Form.memoryBit, Form.registerBit] where kinds & kind != 0 {
        for reg in regs {
          let place = group + (kind == Form.registerBit ? 8 : 0) + reg
          alone(collected.groups[place])
          collected.groups[place] = form.bits | kind
        }
      }
      return Form.groupBit | UInt32(group / 16)
    case .exact(let first, let count):
      let group = expanded(old)
      for modrm in Int(first)..<Int(first) + count {
        let place = group + 8 + (modrm >> 3 & 7)
        if collected.groups[place] == 0 {
          collected.groups[place] = collected.add(row: repeatElement(0, count: 8))
        }
        precondition(
          collected.groups[place] & Form.groupBit != 0,
          "instruction table: two rows for \(definition.name)")
        let row = Int(collected.groups[place] & ~Form.groupBit) * 8
        alone(collected.rows[row + (modrm & 7)])
        collected.rows[row + (modrm & 7)] = form.bits | Form.registerBit
      }
      return Form.groupBit | UInt32(group / 16)
    }
  }

  /// The first word of the entry's group; a new one, if it is none yet.
  private mutating func expanded(_ entry: UInt32) -> Int {
    if entry & Form.groupBit != 0 { return Int(entry & ~Form.groupBit) * 16 }
    precondition(
      entry == 0 || entry & Form.modrmBit != 0, "instruction table: a row with ModRM, one without")
    let form = entry & ~(Form.memoryBit | Form.registerBit)
    let memory = entry & Form.memoryBit == 0 ? 0 : form | Form.memoryBit
    let register = entry & Form.registerBit == 0 ? 0 : form | Form.registerBit
    let group =
      [UInt32](repeating: memory, count: 8) + [UInt32](repeating: register, count: 8)
    return Int(collected.add(group) & ~Form.groupBit) * 16
  }

  /// The finished tables.
  mutating func finish() -> InstructionSet {
    addEscapes()
    var packer = GroupPacker(groups: collected.groups, rows: collected.rows)
    func packed(_ table: [UInt32]) -> [UInt32] {
      var table = table
      for index in table.indices where table[index] & Form.groupBit != 0 {
        table[index] = packer.pack(Int(table[index] & ~Form.groupBit) * 16)
      }
      return table
    }
    let pages = packed(legacy)
    let vexTable = packed(vex)
    let threeDNowTable = packed(threeDNow)
    return InstructionSet(
      pages: pages, vex: vexTable, threeDNow: threeDNowTable, groups: packer.groups,
      exact: packer.exact)
  }
}

/// Keeps one of those groups and rows that are equal, and none that says the same of all it covers.
private struct GroupPacker {
  var groups = [UInt32](repeating: 0, count: 16)
  var exact: [UInt32] = []
  private let collected: [UInt32]
  private let rows: [UInt32]
  private var known: [ArraySlice<UInt32>: UInt32] = [:]
  private var knownExact: [ArraySlice<UInt32>: UInt32] = [:]

  init(groups: [UInt32], rows: [UInt32]) {
    collected = groups
    self.rows = rows
  }

  /// The entry for the group that starts at `first`.
  mutating func pack(_ first: Int) -> UInt32 {
    let group = collected[first..<first + 16]
    if let index = known[group] { return index }
    let memory = collected[first]
    let register = collected[first + 8]
    let kinds = Form.memoryBit | Form.registerBit
    let entry: UInt32
    if memory & ~kinds == register & ~kinds || memory == 0 || register == 0,
      group.prefix(8).allSatisfy({ $0 == memory }), group.suffix(8).allSatisfy({ $0 == register }),
      (memory | register) & Form.groupBit == 0
    {
      entry = memory | register
    } else {
      entry = Form.groupBit | UInt32(groups.count / 16)
      groups += group.prefix(8)
      for word in group.suffix(8) {
        groups.append(word & Form.groupBit == 0 ? word : packRow(Int(word & ~Form.groupBit) * 8))
      }
    }
    known[group] = entry
    return entry
  }

  private mutating func packRow(_ first: Int) -> UInt32 {
    let row = rows[first..<first + 8]
    if row.allSatisfy({ $0 == rows[first] }) { return rows[first] }
    if let index = knownExact[row] { return Form.groupBit | index }
    let index = UInt32(exact.count / 8)
    exact += row
    knownExact[row] = index
    return Form.groupBit | index
  }
}
