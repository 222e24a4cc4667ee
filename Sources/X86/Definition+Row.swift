// Unsafe: buffers of static strings, which never move, are read for the length of one call.

/// Reads the rows of a table. Validating a program starts with reading all of them, so that no text is
/// made of them but the names: words are compared where they stand.
struct RowReader {
  private let text: [UInt8]
  private var at = 0
  /// The feature of the last row, which the next one mostly has, too.
  private var featureWord: Range<Int> = 0..<0
  private var feature: FeatureSet = []

  /// The rows of a table, without its comments.
  static func rows(of table: StaticString) -> [Definition] {
    var reader = RowReader(table)
    var rows: [Definition] = []
    rows.reserveCapacity(600)
    while reader.at < reader.text.count {
      reader.skipSpaces()
      if reader.byte != UInt8(ascii: "#"), reader.byte != newline { rows.append(reader.row()) }
      while reader.byte != newline { reader.at += 1 }
      reader.at += 1
    }
    return rows
  }

  private static let newline = UInt8(ascii: "\n")

  private init(_ table: StaticString) {
    text = table.withUTF8Buffer { unsafe Array($0) }
  }

  /// The byte at hand; the end of a line behind the last.
  private var byte: UInt8 { at < text.count ? text[at] : Self.newline }

  private mutating func skipSpaces() { while byte == UInt8(ascii: " ") { at += 1 } }

  /// The next word of this column; nil at its end, behind which reading goes on.
  private mutating func word() -> Range<Int>? {
    skipSpaces()
    let start = at
    while true {
      switch byte {
      case Self.newline where at == start: return nil
      case UInt8(ascii: "|") where at == start:
        at += 1
        return nil
      case Self.newline, UInt8(ascii: "|"), UInt8(ascii: " "): return start..<at
      default: at += 1
      }
    }
  }

  private func string(_ word: Range<Int>) -> String { String(decoding: text[word], as: UTF8.self) }

  private func equal(_ word: Range<Int>, _ other: some RandomAccessCollection<UInt8>) -> Bool {
    guard word.count == other.count else { return false }
    var at = word.lowerBound
    for byte in other {
      if text[at] != byte { return false }
      at += 1
    }
    return true
  }

  /// Rows are part of the program: a malformed one is a programmer's error.
  private mutating func row() -> Definition {
    guard let name = word() else { preconditionFailure("instruction table: a row without a name") }
    var row = Definition(name: string(name), feature: [], featureIndex: 0, profiles: [])
    precondition(word() == nil, "instruction table: \(row.name)")
    readEncoding(into: &row)
    while let operand = word() { row.operands.append(self.operand(operand)) }
    while let mark = word() {
      guard let index = Definition.Marks.words.firstIndex(where: { equal(mark, $0) }) else {
        preconditionFailure("instruction table: mark of \(row.name)")
      }
      row.marks.insert(Definition.Marks(rawValue: 1 << UInt32(index)))
    }
    if row.modrm == nil, row.operands.contains(where: \.isInModRM) {
      row.modrm = .any(reg: nil, registers: true, memory: true)
    }
    readFeature(into: &row)
    guard let profiles = word(), word() == nil, byte == Self.newline else {
      preconditionFailure("instruction table: columns of \(row.name)")
    }
    for at in profiles {
      switch text[at] {
      case UInt8(ascii: "n"): row.profiles.insert(.nacl)
      case UInt8(ascii: "z"): row.profiles.insert(.zerovm)
      case UInt8(ascii: "p"): row.profiles.insert(.portable)
      default: precondition(text[at] == UInt8(ascii: "-"), "instruction table: \(row.name)")
      }
    }
    return row
  }

  private mutating func readFeature(into row: inout Definition) {
    guard let word = word(), self.word() == nil else {
      preconditionFailure("instruction table: feature of \(row.name)")
    }
    if !equal(word, text[featureWord]) {
      guard let named = FeatureSet(named: string(word)) else {
        preconditionFailure("instruction table: feature of \(row.name)")
      }
      feature = named
    }
    featureWord = word
    row.feature = feature
    row.featureIndex = UInt32(feature.rawValue.trailingZeroBitCount)
  }

  private mutating func readEncoding(into row: inout Definition) {
    // The last three bytes of the opcode.
    var opcode: UInt32 = 0
    var byteCount = 0
    var reg: Int?
    var only: UInt8?
    while let word = word() {
      let last = text[word.upperBound - 1]
      switch text[word.lowerBound] {
      case UInt8(ascii: "W"): row.requiresW = true
      case UInt8(ascii: "V"): readVEX(word, into: &row)
      case UInt8(ascii: "/"): reg = Int(last - UInt8(ascii: "0"))
      case UInt8(ascii: "r"), UInt8(ascii: "m"): only = text[word.lowerBound]
      case UInt8(ascii: "["):
        row.modrm = .exact(first: hex(word.lowerBound + 1), count: word.count == 6 ? 8 : 1)
      case UInt8(ascii: "."): row.map = 4
      default:
        if last == UInt8(ascii: ":") {
          row.prefix = hex(word.lowerBound)
        } else {
          row.opcodeHasRegister = last == UInt8(ascii: "r")
          opcode = opcode << 8 | UInt32(hex(word.lowerBound))
          byteCount += 1
        }
      }
    }
    row.opcode = UInt8(truncatingIfNeeded: opcode)
    if row.vex == nil, row.map == 0 {
      switch (byteCount, opcode >> 8) {
      case (1, 0): row.map = 0
      case (2, 0x0F): row.map = 1
      case (3, 0x0F38): row.map = 2
      case (3, 0x0F3A): row.map = 3
      default: preconditionFailure("instruction table: opcode bytes of \(row.name)")
      }
    }
    if reg != nil || only != nil {
      row.modrm = .any(
        reg: reg, registers: only != UInt8(ascii: "m"), memory: only != UInt8(ascii: "r"))
    }
  }

  private func readVEX(_ word: Range<Int>, into row: inout Definition) {
    // Where the parts start that a point is in front of.
    let parts = word.filter { text[$0] == UInt8(ascii: ".") }
    func place(_ part: Int, _ choices: StaticString...) -> Int {
      let start = parts[part] + 1
      let end = part + 1 < parts.count ? parts[part + 1] : word.upperBound
      let index = choices.firstIndex { choice in
        choice.withUTF8Buffer { unsafe equal(start..<end, $0) }
      }
      guard let index else { preconditionFailure("instruction table: VEX of \(row.name)") }
      return index
    }
    precondition(parts.count == 4, "instruction table: VEX of \(row.name)")
    let lengths = [[0], [1], [0, 1]][place(0, "128", "256", "any")]
    let pp = place(1, "NP", "66", "F3", "F2")
    row.map = place(2, "0F", "0F38", "0F3A") + 1
    row.vex = Definition.VEX(lengths: lengths, pp: pp, w: place(3, "W0", "W1"))
  }

  private func operand(_ word: Range<Int>) -> Definition.Operand {
    let isWritten = text[word.lowerBound] == UInt8(ascii: ">")
    let first = word.lowerBound + (isWritten ? 1 : 0)
    let size = first + 1 < word.upperBound ? text[first + 1] : UInt8(ascii: " ")
    return Definition.Operand(type: text[first], size: size, isWritten: isWritten)
  }

  /// The byte that two hexadecimal digits at `place` stand for.
  private func hex(_ place: Int) -> UInt8 { digit(place) << 4 | digit(place + 1) }

  private func digit(_ place: Int) -> UInt8 {
    switch text[place] {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): text[place] - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): text[place] - UInt8(ascii: "A") + 10
    default: preconditionFailure("instruction table: not a digit: \(text[place])")
    }
  }
}

extension Definition.Operand {
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
