/// An instruction as text, with the names of the definition table: for people who ask why code is
/// refused or what it is made of. Not part of any verdict.
public struct Listing: Sendable, Equatable {
  /// The row's name, `(bad)` when no row fits.
  public let name: String
  /// Operands in the order of AT&T syntax: sources first.
  public let operands: [String]
  public let byteCount: Int

  public init(name: String, operands: [String], byteCount: Int) {
    self.name = name
    self.operands = operands
    self.byteCount = byteCount
  }

  /// The whole line.
  public var text: String {
    operands.isEmpty ? name : name + " " + operands.joined(separator: ",")
  }
}

/// Reads instructions with the definition table of all profiles, one row after the other.
public struct Disassembler: Sendable {
  private let rows: [Int: [Definition]]

  /// Rows by opcode, in table order.
  public init() {
    var rows: [Int: [Definition]] = [:]
    for row in InstructionSet.definitions {
      for register in 0..<(row.opcodeHasRegister ? 8 : 1) {
        let opcode = Int(row.opcode) + register
        rows[Self.key(map: row.map, isVEX: row.vex != nil, opcode: opcode), default: []].append(row)
      }
    }
    self.rows = rows
  }

  private static func key(map: Int, isVEX: Bool, opcode: Int) -> Int {
    (isVEX ? 8 : 0 | map) << 8 | (isVEX ? map << 16 : 0) | opcode
  }

  /// The instruction at the start of `bytes`, which stands at `address`; `(bad)` of one byte when
  /// there is none.
  public func listing(_ bytes: ArraySlice<UInt8>, at address: Int) -> Listing {
    let code = Array(bytes.prefix(15))
    if let byteCount = Self.padding(code) {
      return Listing(name: "nopw", operands: [], byteCount: byteCount)
    }
    var reader = CodeReader(code, address: address)
    guard reader.readOpcode() else { return Self.bad }
    let candidates =
      reader.isThreeDNow
      ? rows.filter { $0.key >> 8 & 0xFF == 4 }.flatMap(\.value)
      : rows[Self.key(map: reader.map, isVEX: reader.vex != nil, opcode: Int(reader.opcode))] ?? []
    for row in candidates {
      var attempt = reader
      if let listing = attempt.listing(as: row) { return listing }
    }
    return Self.bad
  }

  private static let bad = Listing(name: "(bad)", operands: [], byteCount: 1)

  private static func padding(_ code: [UInt8]) -> Int? {
    var at = 0
    while at < code.count, code[at] == 0x66 { at += 1 }
    guard at > 0 else { return nil }
    if at < code.count, code[at] == 0x2E { at += 1 }
    let rest = code[at...]
    if at == 1, rest.starts(with: [0x0F, 0x1F, 0x44, 0, 0]) { return 6 }
    return rest.starts(with: [0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0]) ? at + 8 : nil
  }
}
