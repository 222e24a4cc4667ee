/// Labels that jump tables lead to and whose code uses the flags from before the jump.
///
/// The mask of an indirect jump overwrites the flags. gcc drops a comparison that a target begins
/// with when one before the jump had the same result. So in a function with such targets every
/// indirect jump first saves the flags below the stack, and each of the targets gets an entry of its own,
/// which restores them; the tables name that instead. Nothing comes between the two that could use the
/// stack: guests have no signals from outside.
struct JumpTargets {
  /// Whether flags from before a place are used behind it.
  private enum Need { case no, yes, asNextJump }

  private var targets: Set<Substring> = []
  /// Labels whose address is taken by code: a computed goto may lead there.
  private var taken: Set<Substring> = []
  /// Functions, by their number in the file, whose indirect jumps keep the flags.
  private var functions: Set<Int> = []
  private var function = 0

  init() {}

  init(_ lines: [Substring]) {
    let known = Self.addressed(lines)
    guard !known.isEmpty else { return }
    var places: [Substring: Int] = [:]
    var owners: [(label: Substring, function: Int)] = []
    var function = 0
    var sections = CodeSections()
    for (number, line) in lines.enumerated() {
      if let label = Self.label(line) {
        places[label] = number
        if known[label] != nil, sections.isCode { owners.append((label, function)) }
      } else if Self.beginsFunction(line) {
        function += 1
      } else {
        sections.pass(line)
      }
    }
    let needs = owners.map { Self.need(lines, from: places[$0.label] ?? 0, places) }
    for (owner, need) in zip(owners, needs) where need == .yes { functions.insert(owner.function) }
    for (owner, need) in zip(owners, needs) where need != .no && functions.contains(owner.function)
    {
      targets.insert(owner.label)
      if known[owner.label] == true { taken.insert(owner.label) }
    }
  }

  /// Local labels that data outside of debug information or code refers to; true for code.
  private static func addressed(_ lines: [Substring]) -> [Substring: Bool] {
    var result: [Substring: Bool] = [:]
    var isDebug = false
    for line in lines {
      let text = line.trimmed
      if text.hasPrefix(".section") {
        isDebug = text.dropFirst(8).trimmed.hasPrefix(".debug")
      } else if text.hasPrefix(".text") || text.hasPrefix(".data") || text.hasPrefix(".bss") {
        isDebug = false
      } else if let name = entry(text) {
        if !isDebug { result[name] = result[name] ?? false }
      } else if let dollar = text.utf8.firstIndex(of: UInt8(ascii: "$")), !text.hasPrefix(".") {
        let name = text[dollar...].dropFirst().prefix { $0 != "," && $0 != "+" && $0 != "-" }
        if name.hasPrefix(".L") { result[name] = true }
      }
    }
    return result
  }

  /// The local label that a line of a table names.
  private static func entry(_ text: Substring) -> Substring? {
    guard text.hasPrefix(".long") || text.hasPrefix(".quad") else { return nil }
    let name = text.dropFirst(5).trimmed.prefix { $0 != "-" && $0 != "+" && $0 != " " }
    return name.hasPrefix(".L") ? name : nil
  }

  private static func label(_ line: Substring) -> Substring? {
    guard line.utf8.first == UInt8(ascii: "."), line.utf8.last == UInt8(ascii: ":") else {
      return nil
    }
    return line.dropLast()
  }

  /// The part of a function that is seldom run counts as the function.
  private static func beginsFunction(_ line: Substring) -> Bool {
    let text = line.trimmed
    return text.hasPrefix(".type") && text.hasSuffix("function") && !text.contains(".cold")
  }

  /// Reads on from a label, along what is certain to come, to the first instruction that uses or ends
  /// the flags. Branches use them.
  private static func need(_ lines: [Substring], from start: Int, _ places: [Substring: Int])
    -> Need
  {
    var number = start
    var visited: Set<Int> = []
    while number < lines.count {
      let text = lines[number].trimmed
      number += 1
      guard let first = text.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "#"),
        text.utf8.last != UInt8(ascii: ":")
      else { continue }
      var words = text.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
      if ["notrack", "lock", "rep", "repz", "repnz", "repe", "repne"].contains(words[0]),
        words.count > 1
      {
        words = words[1].split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
      }
      if words[0] == "jmp", words.count > 1 {
        if words[1].hasPrefix("*") { return .asNextJump }
        guard let place = places[words[1].trimmed], visited.insert(place).inserted else {
          return .no
        }
        number = place
        continue
      }
      if Flags.areUsed(by: words[0]) { return .yes }
      if Flags.areEnded(by: words[0]) { return .no }
    }
    return .no
  }

  /// Called for each directive of the file, in order.
  mutating func pass(_ line: Substring) {
    if Self.beginsFunction(line) { function += 1 }
  }

  /// Whether indirect jumps of the current function must save the flags.
  var keepsFlags: Bool { functions.contains(function) }

  func usesFlags(_ label: Substring) -> Bool { targets.contains(label) }

  /// Whether code itself takes the label's address, so that what leads to it cannot all be found.
  func isTaken(_ label: Substring) -> Bool { taken.contains(label) }

  /// The line of a table, with the entries of targets that use flags.
  func tableLine(_ line: Substring) -> String? {
    guard !targets.isEmpty, let name = Self.entry(line.trimmed), targets.contains(name) else {
      return nil
    }
    return line.replacing(name, with: Self.entryLabel(name), maxReplacements: 1)[...].description
  }

  static func entryLabel(_ target: Substring) -> String { "\(target).flags" }

  /// Between the load of the jump's target into r11d and its mask. rax comes back as it was.
  static let save = [
    "movq %rax, -8(%rsp)", "seto %al", "lahf", "movl %eax, -16(%rsp)", "movq -8(%rsp), %rax",
  ]
  /// 127 more overflows if the bit of the overflow flag was 1; sahf leaves that flag alone.
  static let restore = [
    "movq %rax, -8(%rsp)", "movl -16(%rsp), %eax", "addb $127, %al", "sahf", "movq -8(%rsp), %rax",
  ]
}

/// Whether the lines that were passed lead into a section that holds code.
private struct CodeSections {
  private(set) var isCode = true
  private var previous = true
  private var stack: [Bool] = []

  mutating func pass(_ line: Substring) {
    let text = line.trimmed
    guard text.utf8.first == UInt8(ascii: ".") else { return }
    let name = text.prefix { $0 != " " && $0 != "\t" }
    guard let change = SectionDirective(name, text.dropFirst(name.count).trimmed) else { return }
    let before = isCode
    switch change {
    case .enter(let section): isCode = SectionDirective.holdsCode(section[...])
    case .push(let section):
      stack.append(isCode)
      isCode = SectionDirective.holdsCode(section[...])
    case .pop: isCode = stack.popLast() ?? isCode
    case .previous: isCode = previous
    }
    previous = before
  }
}

/// Which instructions use the flags, and which leave nothing of them.
private enum Flags {
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
    "ucomisd", "ptest", "sahf", "popfq", "clc", "stc", "call", "ret", "hlt", "ud2",
  ]

  /// The mnemonic, and what it is without a suffix for the width.
  private static func names(_ name: Substring) -> [Substring] {
    name.count > 2 && "bwlq".contains(name.last ?? " ") ? [name, name.dropLast()] : [name]
  }

  static func areUsed(by mnemonic: Substring) -> Bool {
    names(mnemonic).contains { name in
      if flagReaders.contains(name) { return true }
      for (prefix, count) in [("j", 1), ("set", 3), ("cmov", 4), ("fcmov", 5)]
      where name.hasPrefix(prefix) {
        if conditions.contains(name.dropFirst(count)) { return true }
      }
      return false
    }
  }

  static func areEnded(by mnemonic: Substring) -> Bool {
    names(mnemonic).contains { flagWriters.contains($0) }
  }
}
