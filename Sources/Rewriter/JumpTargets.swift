/// Labels that data refers to, outside of debug information: what jump tables and computed gotos lead
/// to.
///
/// The mask of an indirect jump overwrites the flags. gcc may move a comparison that all targets begin
/// with to before the jump (`-fcrossjumping`, which the driver therefore turns off): code that does so
/// must be refused, not run with other flags.
struct JumpTargets {
  private var names: Set<Substring> = []
  /// The target whose flags are those from before the jump, until something sets them anew.
  private var waiting: Substring?

  init() {}

  init(_ lines: [Substring]) {
    var isDebug = false
    for line in lines {
      let text = line.trimmed
      guard text.hasPrefix(".") else { continue }
      if text.hasPrefix(".section") {
        isDebug = text.dropFirst(8).trimmed.hasPrefix(".debug")
      } else if text.hasPrefix(".text") || text.hasPrefix(".data") || text.hasPrefix(".bss") {
        isDebug = false
      } else if !isDebug, text.hasPrefix(".long") || text.hasPrefix(".quad") {
        let name = text.dropFirst(5).trimmed.prefix { $0 != "-" && $0 != "+" && $0 != " " }
        if name.hasPrefix(".L") { names.insert(name) }
      }
    }
  }

  mutating func enter(_ label: Substring) {
    if names.contains(label) { waiting = label }
  }

  /// Whether the instruction needs flags from before the jump that led here.
  mutating func losesFlags(_ instruction: Instruction) -> Bool {
    guard waiting != nil else { return false }
    if instruction.needsFlags { return true }
    if instruction.endsFlags { waiting = nil }
    return false
  }
}

extension Instruction {
  private static let conditions: Set<Substring> = [
    "o", "no", "b", "nae", "c", "nb", "ae", "nc", "z", "e", "nz", "ne", "be", "na", "a", "nbe", "s",
    "ns", "p", "pe", "np", "po", "l", "nge", "nl", "ge", "le", "ng", "g", "nle",
  ]
  private static let flagReaders: Set<Substring> = [
    "adc", "sbb", "rcl", "rcr", "cmc", "lahf", "pushf", "pushfq", "loope", "loopne", "loopz",
    "loopnz",
  ]
  private static let flagWriters: Set<Substring> = [
    "add", "sub", "cmp", "test", "and", "or", "xor", "inc", "dec", "neg", "shl", "sal", "shr",
    "sar", "rol", "ror", "shld", "shrd", "imul", "mul", "div", "idiv", "bt", "bts", "btr", "btc",
    "bsf", "bsr", "lzcnt", "tzcnt", "popcnt", "xadd", "cmpxchg", "comiss", "comisd", "ucomiss",
    "ucomisd", "ptest", "sahf", "popfq", "clc", "stc", "jmp", "call", "ret", "hlt", "ud2",
  ]

  /// The mnemonic, and what it is without a suffix for the width.
  private var names: [Substring] {
    let name = mnemonic[...]
    return name.count > 2 && "bwlq".contains(name.last ?? " ") ? [name, name.dropLast()] : [name]
  }

  fileprivate var needsFlags: Bool {
    names.contains { name in
      if Self.flagReaders.contains(name) { return true }
      for (prefix, count) in [("j", 1), ("set", 3), ("cmov", 4), ("fcmov", 5)]
      where name.hasPrefix(prefix) {
        if Self.conditions.contains(name.dropFirst(count)) { return true }
      }
      return false
    }
  }

  fileprivate var endsFlags: Bool { names.contains { Self.flagWriters.contains($0) } }
}
