/// A general-purpose register as written in AT&T assembly, at one of its widths.
struct Register: Hashable {
  /// Encoding number: rax 0, rcx 1, rdx 2, rbx 3, rsp 4, rbp 5, rsi 6, rdi 7, r8…r15.
  let number: Int
  /// In bits: 8, 16, 32 or 64.
  let width: Int
  /// Whether this is one of ah, ch, dh, bh, which cannot stand beside a REX prefix.
  let isHighByte: Bool

  static let stackPointer = 4
  static let framePointer = 5
  /// Scratch of the rewriter; compiled code never holds anything in it.
  static let scratch = 11
  /// The sandbox base; never written (RULES.md 6).
  static let base = 15

  /// Reads `%eax`; nil for anything that is not a general-purpose register.
  init?(_ text: Substring) {
    guard let found = Self.byName[String(text)] else { return nil }
    self = found
  }

  private init(_ number: Int, _ width: Int, isHighByte: Bool = false) {
    self.number = number
    self.width = width
    self.isHighByte = isHighByte
  }

  var isStackOrFramePointer: Bool {
    number == Self.stackPointer || number == Self.framePointer
  }

  /// `%rax` of a number.
  static func quad(_ number: Int) -> String { "%" + quadNames[number] }
  /// `%eax` of a number.
  static func long(_ number: Int) -> String { "%" + longNames[number] }

  /// `%al`, the low byte that shares a register with this high byte.
  var lowByteName: String { "%" + ["al", "cl", "dl", "bl"][number] }

  private static let quadNames = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
  ]
  private static let longNames = [
    "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
    "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d",
  ]
  private static let wordNames = [
    "ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
    "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w",
  ]
  private static let byteNames = [
    "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil",
    "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b",
  ]

  private static let byName: [String: Register] = {
    var table: [String: Register] = [:]
    for (names, width) in [(quadNames, 64), (longNames, 32), (wordNames, 16), (byteNames, 8)] {
      for (number, name) in names.enumerated() { table["%" + name] = Register(number, width) }
    }
    for (number, name) in ["ah", "ch", "dh", "bh"].enumerated() {
      table["%" + name] = Register(number, 8, isHighByte: true)
    }
    return table
  }()
}
