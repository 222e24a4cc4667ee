/// One way to write an instruction: a cell of the table.
struct Form: Sendable {
  enum Kind: UInt8, Sendable {
    case general, opcodeRegister, accumulator, modRMRegister, memoryOnly, registerOnly
    case vector, vectorOrMemory, vectorOnly, mmx, mmxOrMemory, mmxOnly, immediate, jump
  }

  enum Size: UInt8, Sendable { case byte, word, double, quad, variable, wide, narrow, vector }

  struct Operand: Sendable {
    var kind: Kind
    var size: Size
    var isWritten: Bool

    init?(_ text: Substring) {
      var rest = text
      isWritten = rest.hasPrefix("=")
      if isWritten { rest = rest.dropFirst() }
      let kinds: [Character: Kind] = [
        "E": .general, "Z": .opcodeRegister, "A": .accumulator, "G": .modRMRegister,
        "M": .memoryOnly, "R": .registerOnly, "V": .vector, "W": .vectorOrMemory,
        "U": .vectorOnly, "P": .mmx, "Q": .mmxOrMemory, "N": .mmxOnly, "I": .immediate,
        "J": .jump,
      ]
      let sizes: [Character: Size] = [
        "b": .byte, "w": .word, "d": .double, "q": .quad, "v": .variable, "y": .wide,
        "z": .narrow, "x": .vector,
      ]
      guard let first = rest.first, let kind = kinds[first] else { return nil }
      self.kind = kind
      guard let last = rest.dropFirst().first else {
        size = .vector
        return
      }
      guard let size = sizes[last] else { return nil }
      self.size = size
    }

    /// Whether the operand is encoded in ModRM.rm.
    var usesRM: Bool {
      switch kind {
      case .general, .memoryOnly, .registerOnly, .vectorOrMemory, .vectorOnly, .mmxOrMemory,
        .mmxOnly:
        true
      default: false
      }
    }

    var usesReg: Bool { kind == .modRMRegister || kind == .vector || kind == .mmx }
    var mayBeMemory: Bool {
      kind == .general || kind == .memoryOnly || kind == .vectorOrMemory || kind == .mmxOrMemory
    }
    var mayBeRegister: Bool { kind != .memoryOnly }
  }

  struct Attributes: OptionSet, Sendable {
    let rawValue: UInt16
    static let zeroExtends = Attributes(rawValue: 1)
    static let lockable = Attributes(rawValue: 2)
    static let noAccess = Attributes(rawValue: 4)
    static let sizedByPrefix = Attributes(rawValue: 8)
    static let allowsW = Attributes(rawValue: 16)
    static let source = Attributes(rawValue: 32)
    static let destination = Attributes(rawValue: 64)
    static let repeatable = Attributes(rawValue: 128)
    static let repeatableUntil = Attributes(rawValue: 256)
    static let clock = Attributes(rawValue: 512)

    static let names: [Substring: Attributes] = [
      "z": .zeroExtends, "L": .lockable, "m": .noAccess, "v": .sizedByPrefix, "w": .allowsW,
      "src": .source, "dst": .destination, "rep": .repeatable, "repne": .repeatableUntil,
      "clock": .clock,
    ]
  }

  /// The mandatory prefix: 0, 0x66, 0xF2 or 0xF3.
  var prefix: UInt8
  /// ModRM.reg when it is part of the opcode.
  var opcodeExtension: UInt8?
  var mnemonic: String
  var operands: [Operand]
  var attributes: Attributes

  var hasModRM: Bool { opcodeExtension != nil || operands.contains { $0.usesRM } }

  /// Whether the operand size can be changed by 66 (with no mandatory prefix) and REX.W.
  var isVariable: Bool {
    attributes.contains(.sizedByPrefix)
      || operands.contains { $0.size == .variable || $0.size == .narrow }
  }
  var allowsREXW: Bool {
    attributes.contains(.allowsW) || isVariable || operands.contains { $0.size == .wide }
  }
}

/// The table, by map and opcode.
struct FormIndex: Sendable {
  static let shared = FormIndex()

  /// Forms by map (0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A) and opcode.
  private(set) var cells: [[[Form]]]

  private init() {
    cells = Array(repeating: Array(repeating: [], count: 256), count: 4)
    for line in InstructionTable.text.split(separator: "\n") { add(line) }
  }

  private mutating func add(_ line: Substring) {
    let columns = line.split(separator: "|", omittingEmptySubsequences: false)
    precondition(columns.count == 4, "four columns: \(line)")
    let head = columns[0].split(separator: " ")
    let maps: [Substring: Int] = ["1": 0, "0F": 1, "38": 2, "3A": 3]
    guard head.count == 2, let map = maps[head[0]] else { preconditionFailure("\(line)") }
    let prefix = head[1] == "-" ? 0 : UInt8(head[1], radix: 16) ?? 0
    var attributes: Form.Attributes = []
    for word in columns[3].split(separator: " ") {
      guard let attribute = Form.Attributes.names[word] else { preconditionFailure("\(line)") }
      attributes.insert(attribute)
    }
    let operands = columns[1].split(separator: " ").map { text in
      guard let operand = Form.Operand(text) else { preconditionFailure("\(line)") }
      return operand
    }
    for entry in columns[2].split(separator: " ") {
      let halves = entry.split(separator: ":")
      precondition(halves.count == 2, "opcode:mnemonic in \(line)")
      var code = halves[0]
      var count = 1
      var opcodeExtension: UInt8?
      if code.hasSuffix("+r") {
        code = code.dropLast(2)
        count = 8
      } else if let slash = code.firstIndex(of: "/") {
        opcodeExtension = UInt8(code[code.index(after: slash)...])
        code = code[..<slash]
      }
      guard let opcode = Int(code, radix: 16) else { preconditionFailure("\(line)") }
      for offset in 0..<count {
        cells[map][opcode + offset].append(
          Form(
            prefix: prefix, opcodeExtension: opcodeExtension, mnemonic: String(halves[1]),
            operands: operands, attributes: attributes))
      }
    }
  }
}
