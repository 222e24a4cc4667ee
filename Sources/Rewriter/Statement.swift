/// One statement of an assembly file.
enum Statement {
  case label(Substring)
  /// Name with its dot, and everything behind it.
  case directive(name: Substring, arguments: Substring)
  case instruction(Instruction)
}

/// An instruction with its prefixes and operands.
struct Instruction {
  /// `lock`, `rep`, `repne`…, in source order. `addr32` and `notrack` are dropped: addresses are
  /// always made 32 bits wide, and there is no control-flow enforcement to mark.
  var prefixes: [String] = []
  /// Whether an addr32 prefix was dropped: counts and addresses are 32 bits wide.
  var isAddress32 = false
  var mnemonic: String
  var operands: [Operand]
  /// As it stood in the source, for messages.
  var source: Substring

  /// The instruction as text, with these operands.
  func text(_ operands: [String]? = nil, mnemonic: String? = nil) -> String {
    var result = ""
    for prefix in prefixes { result += prefix + " " }
    result += mnemonic ?? self.mnemonic
    let all = operands ?? self.operands.map(\.text)
    if !all.isEmpty { result += " " + all.joined(separator: ", ") }
    return result
  }
}

/// Cuts a source line into statements: comments go, labels and `;`-separated pieces come apart.
struct StatementParser {
  private var insideComment = false

  private static let prefixes: Set<Substring> = [
    "lock", "rep", "repe", "repz", "repne", "repnz", "data16",
  ]
  private static let droppedPrefixes: Set<Substring> = ["addr32", "notrack", "bnd"]

  /// The statements of one line; nil when an operand cannot be understood.
  mutating func statements(of line: Substring) -> [Statement]? {
    var result: [Statement] = []
    for piece in pieces(of: line) {
      var rest = piece.trimmed
      while let (label, after) = Self.label(rest) {
        result.append(.label(label))
        rest = after.trimmed
      }
      guard !rest.isEmpty else { continue }
      if rest.hasPrefix(".") {
        let name = rest.prefix { $0 != " " && $0 != "\t" }
        result.append(
          .directive(name: name, arguments: rest.dropFirst(name.count).trimmed))
        continue
      }
      guard let instruction = Self.instruction(rest) else { return nil }
      result.append(.instruction(instruction))
    }
    return result
  }

  /// Removes comments and cuts at `;`, outside of quotes. A lone prefix (`lock ; incl`) is joined
  /// with what follows it.
  private mutating func pieces(of line: Substring) -> [Substring] {
    let bytes = line.utf8
    // The common case has none of the characters that need care.
    if !insideComment, !bytes.contains(where: { $0 == 0x3b || $0 == 0x23 || $0 == 0x2f }) {
      return [line]
    }
    var cleaned = ""
    var quoted = false
    var previous: UInt8 = 0
    var cuts: [Substring] = []
    func finish() {
      let piece = cleaned[...].trimmed
      if !piece.isEmpty { cuts.append(Substring(String(piece))) }
      cleaned = ""
    }
    var index = bytes.startIndex
    scan: while index < bytes.endIndex {
      let byte = bytes[index]
      let next = bytes.index(after: index)
      let following = next < bytes.endIndex ? bytes[next] : 0
      if insideComment {
        if byte == 0x2a, following == 0x2f {
          insideComment = false
          index = bytes.index(after: next)
          continue
        }
      } else if byte == 0x22, previous != 0x5c {
        quoted.toggle()
        cleaned.unicodeScalars.append(Unicode.Scalar(byte))
      } else if quoted {
        cleaned.unicodeScalars.append(Unicode.Scalar(byte))
      } else if byte == 0x2f, following == 0x2a {
        insideComment = true
        index = bytes.index(after: next)
        continue
      } else if byte == 0x23 {
        break scan
      } else if byte == 0x3b {
        if !Self.prefixes.contains(cleaned[...].trimmed) { finish() } else { cleaned += " " }
      } else {
        cleaned.unicodeScalars.append(Unicode.Scalar(byte))
      }
      previous = byte
      index = next
    }
    finish()
    return cuts
  }

  /// `name:` at the start, and what follows it.
  private static func label(_ text: Substring) -> (Substring, Substring)? {
    let bytes = text.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = text[..<colon]
    let quoted = name.hasPrefix("\"") && name.hasSuffix("\"")
    let plain = name.utf8.allSatisfy {
      ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2e
        || $0 == 0x5f || $0 == 0x24 || $0 == 0x40
    }
    guard !name.isEmpty, quoted || plain else { return nil }
    return (name, text[bytes.index(after: colon)...])
  }

  private static func instruction(_ text: Substring) -> Instruction? {
    var rest = text
    var result = Instruction(mnemonic: "", operands: [], source: text)
    while true {
      let word = rest.prefix { $0 != " " && $0 != "\t" }
      rest = rest.dropFirst(word.count).trimmed
      if droppedPrefixes.contains(word) {
        result.isAddress32 = result.isAddress32 || word == "addr32"
      } else if prefixes.contains(word) {
        result.prefixes.append(String(word))
      } else {
        result.mnemonic = String(word)
        break
      }
      if rest.isEmpty { break }
    }
    for operand in split(rest) {
      guard let parsed = self.operand(operand) else { return nil }
      result.operands.append(parsed)
    }
    return result
  }

  private static func operand(_ text: Substring) -> Operand? {
    if text.hasPrefix("*") {
      return operand(text.dropFirst().trimmed).map { .indirect($0) }
    }
    if text.hasPrefix("$") { return .immediate(String(text)) }
    if text.hasPrefix("%"), !text.utf8.contains(UInt8(ascii: ":")) {
      if let register = Register(text) { return .register(register, text: String(text)) }
      return .otherRegister(String(text))
    }
    return MemoryOperand(text).map { .memory($0) }
  }

  /// Cuts at commas outside of parentheses.
  private static func split(_ text: Substring) -> [Substring] {
    var result: [Substring] = []
    var depth = 0
    let bytes = text.utf8
    var start = bytes.startIndex
    var index = start
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        result.append(text[start..<index].trimmed)
        start = bytes.index(after: index)
      default: break
      }
      index = bytes.index(after: index)
    }
    let last = text[start...].trimmed
    if !last.isEmpty { result.append(last) }
    return result
  }
}
