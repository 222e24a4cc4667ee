public import Foundation

/// Where an address of a nexe comes from: its function, and its source line if the program was
/// compiled with -g. Reads the symbol table and the line table (DWARF 2 to 4); the file is as hostile
/// as any nexe, so what does not parse is not there.
public struct SourcePlaces {
  private let bytes: [UInt8]
  private var sections: [String: Range<Int>] = [:]

  /// A nexe's bytes; nil when they are no 64-bit ELF file.
  public init?(nexe: Data) {
    bytes = [UInt8](nexe)
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
    let header = Cursor(bytes, bytes.indices)
    guard let table = header.integer(at: 0x28, 8), let entrySize = header.integer(at: 0x3a, 2),
      let count = header.integer(at: 0x3c, 2), let names = header.integer(at: 0x3e, 2),
      entrySize >= 64, count <= 0xff00
    else { return nil }
    func section(_ index: Int) -> (name: Int, range: Range<Int>)? {
      let (offset, overflow) = table.addingReportingOverflow(index * entrySize)
      guard !overflow, let name = header.integer(at: offset, 4),
        let start = header.integer(at: offset + 24, 8),
        let size = header.integer(at: offset + 32, 8),
        start >= 0, size >= 0, start <= bytes.count, size <= bytes.count - start
      else { return nil }
      return (name, start..<(start + size))
    }
    guard let strings = section(names)?.range else { return nil }
    for index in 0..<count {
      guard let (name, range) = section(index), name <= strings.count else { continue }
      var text = Cursor(bytes, (strings.lowerBound + name)..<strings.upperBound)
      if let name = text.string() { sections[name] = range }
    }
  }

  /// `function (file.c:42)`, or `function+0x12` where there are no lines; nil when nothing is known.
  public func describe(_ address: UInt32) -> String? {
    guard let (name, start) = function(at: Int(address)) else { return nil }
    if let (file, line) = line(at: Int(address)) { return "\(name) (\(file):\(line))" }
    let offset = Int(address) - start
    return offset == 0 ? name : "\(name)+0x\(String(offset, radix: 16))"
  }

  /// The function that the address lies in: the last symbol of the text at or before it.
  private func function(at address: Int) -> (String, Int)? {
    guard let symbols = sections[".symtab"], let strings = sections[".strtab"] else { return nil }
    var best: (name: Int, start: Int)?
    let cursor = Cursor(bytes, symbols)
    for index in 0..<(symbols.count / 24) {
      let at = symbols.lowerBound + index * 24
      guard let name = cursor.integer(at: at, 4), let info = cursor.integer(at: at + 4, 1),
        let value = cursor.integer(at: at + 8, 8), value <= address, value >= (best?.start ?? 1),
        // Functions, and labels of assembly.
        info & 15 == 2 || info & 15 == 0, name > 0, name < strings.count
      else { continue }
      best = (name, value)
    }
    guard let best else { return nil }
    var text = Cursor(bytes, (strings.lowerBound + best.name)..<strings.upperBound)
    return text.string().map { ($0, best.start) }
  }

  private func line(at address: Int) -> (String, Int)? {
    guard let range = sections[".debug_line"] else { return nil }
    var cursor = Cursor(bytes, range)
    while let length = cursor.integer(4), length <= cursor.remaining {
      var unit = Cursor(bytes, cursor.position..<(cursor.position + length))
      if let found = LineProgram(&unit)?.find(address, &unit) { return found }
      cursor.position += length
    }
    return nil
  }
}

/// One unit of a line table (DWARF 4, section 6.2).
private struct LineProgram {
  private var files: [String] = [""]
  private let minimumLength: Int
  private let lineBase: Int
  private let lineRange: Int
  private let opcodeLengths: [Int]

  /// Reads the header; the cursor then stands at the first instruction.
  init?(_ unit: inout Cursor) {
    guard let version = unit.integer(2), (2...4).contains(version), let length = unit.integer(4),
      length <= unit.remaining
    else { return nil }
    let program = unit.position + length
    guard let minimum = unit.integer(1) else { return nil }
    if version == 4 { _ = unit.integer(1) }
    guard unit.integer(1) != nil, let base = unit.integer(1), let range = unit.integer(1),
      range > 0,
      let opcodes = unit.integer(1), opcodes > 0
    else { return nil }
    minimumLength = minimum
    lineBase = base > 127 ? base - 256 : base
    lineRange = range
    var lengths = [0]
    for _ in 1..<max(opcodes, 1) {
      guard let length = unit.integer(1) else { return nil }
      lengths.append(length)
    }
    opcodeLengths = lengths
    while let directory = unit.string(), !directory.isEmpty {}
    while let file = unit.string(), !file.isEmpty {
      files.append(file)
      for _ in 0..<3 { guard unit.number() != nil else { return nil } }
    }
    unit.position = program
  }

  private struct Row {
    var address = 0
    var file = 1
    var line = 1
  }

  /// The row that covers an address: the last one at or before it, in a sequence that goes on past it.
  func find(_ wanted: Int, _ unit: inout Cursor) -> (String, Int)? {
    var row = Row()
    var last: Row?
    func covers() -> Row? {
      guard let last, last.address <= wanted, wanted < row.address else { return nil }
      return last
    }
    func answer(_ row: Row) -> (String, Int)? {
      files.indices.contains(row.file) ? (files[row.file], row.line) : nil
    }
    while let opcode = unit.integer(1) {
      var emits = false
      switch opcode {
      case 0:
        guard let length = unit.number(), length > 0, length <= unit.remaining else { return nil }
        let next = unit.position + length
        let extended = unit.integer(1)
        if extended == 1 {
          if let found = covers() { return answer(found) }
          row = Row()
          last = nil
        } else if extended == 2 {
          row.address = unit.integer(min(length - 1, 8)) ?? 0
        }
        unit.position = next
      case 1: emits = true
      case 2: row.address &+= (unit.number() ?? 0) &* minimumLength
      case 3: row.line &+= unit.signedNumber() ?? 0
      case 4: row.file = unit.number() ?? 0
      case 8: row.address &+= (255 - opcodeLengths.count) / lineRange * minimumLength
      case 9: row.address &+= unit.integer(2) ?? 0
      case _ where opcode < opcodeLengths.count:
        for _ in 0..<opcodeLengths[opcode] { _ = unit.number() }
      default:
        let step = opcode - opcodeLengths.count
        row.address &+= step / lineRange * minimumLength
        row.line &+= lineBase + step % lineRange
        emits = true
      }
      if emits {
        if let found = covers() { return answer(found) }
        last = row
      }
    }
    return nil
  }
}

/// Reads little-endian bytes of a range; nil past its end.
private struct Cursor {
  private let bytes: [UInt8]
  private let range: Range<Int>
  var position: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
    position = range.lowerBound
  }

  var remaining: Int { max(0, range.upperBound - position) }

  /// An integer at a place of its own; nil also when it has more than 63 bits.
  func integer(at start: Int, _ size: Int) -> Int? {
    guard start >= range.lowerBound, start <= range.upperBound, size <= range.upperBound - start
    else { return nil }
    var value: UInt64 = 0
    for index in (0..<size).reversed() { value = value << 8 | UInt64(bytes[start + index]) }
    return Int(exactly: value)
  }

  mutating func integer(_ size: Int) -> Int? {
    guard let value = integer(at: position, size) else { return nil }
    position += size
    return value
  }

  /// Unsigned LEB128, up to 63 bits.
  mutating func number() -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard let byte = integer(1) else { return nil }
      value |= (byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  /// Signed LEB128.
  mutating func signedNumber() -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard let byte = integer(1) else { return nil }
      value |= (byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        return byte & 0x40 != 0 && shift < 56 ? value - (1 << (shift + 7)) : value
      }
    }
    return nil
  }

  /// Up to the next NUL.
  mutating func string() -> String? {
    var end = position
    while end < range.upperBound, bytes[end] != 0 { end += 1 }
    guard end < range.upperBound else { return nil }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}
