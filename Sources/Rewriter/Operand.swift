/// One operand of an AT&T instruction.
enum Operand {
  /// A general-purpose register.
  case register(Register, text: String)
  /// Any other register: `%xmm0`, `%st(1)`, `%mm3`, `%k1`.
  case otherRegister(String)
  /// `$value`, with the dollar sign.
  case immediate(String)
  case memory(MemoryOperand)
  /// `*%rax` or `*8(%rax)`: where an indirect jump or call goes.
  indirect case indirect(Operand)

  var text: String {
    switch self {
    case .register(_, let text), .otherRegister(let text), .immediate(let text): text
    case .memory(let memory): memory.text
    case .indirect(let target): "*" + target.text
    }
  }

  var register: Register? {
    if case .register(let register, _) = self { register } else { nil }
  }

  /// The value of an immediate that is a plain number.
  var number: Int64? {
    guard case .immediate(let text) = self else { return nil }
    return integer(text.dropFirst())
  }
}

/// `segment:displacement(base,index,scale)`.
struct MemoryOperand {
  /// Thread-local: relative to the thread pointer.
  var isThreadLocal = false
  /// Number, symbol or expression; empty when there is none.
  var displacement: String
  /// Register numbers; rip is `ripRelative`.
  var base: Int?
  var index: Int?
  var scale: String
  var isRIPRelative = false
  /// Whether base or index were written with 32-bit names: the address wraps at 4 GiB.
  var isAddress32 = false
  /// As it stood in the source.
  var text: String

  /// Reads a memory operand, or nil when the text is not one that can be understood.
  init?(_ source: Substring) {
    text = String(source)
    var rest = source
    if rest.hasPrefix("%") {
      guard rest.hasPrefix("%fs:") else { return nil }
      isThreadLocal = true
      rest = rest.dropFirst(4)
    }
    scale = "1"
    guard rest.hasSuffix(")"), let open = rest.utf8.lastIndex(of: UInt8(ascii: "(")) else {
      // A bare symbol or number.
      guard !rest.isEmpty, !rest.utf8.contains(UInt8(ascii: ")")) else { return nil }
      displacement = String(rest)
      return
    }
    displacement = String(rest[..<open])
    let parts = rest[rest.utf8.index(after: open)...].dropLast()
      .split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmed }
    guard (1...3).contains(parts.count) else { return nil }
    if parts[0] == "%rip" || parts[0] == "%eip" {
      guard parts.count == 1 else { return nil }
      isRIPRelative = true
      return
    }
    if !parts[0].isEmpty {
      if !parts[0].hasPrefix("%") {
        // `(symbol+8)` is an expression, not a base.
        guard parts.count == 1 else { return nil }
        displacement += "(\(parts[0]))"
        return
      }
      guard let register = Register(parts[0]), register.width >= 32 else { return nil }
      base = register.number
      isAddress32 = register.width == 32
    }
    if parts.count > 1, !parts[1].isEmpty {
      guard let register = Register(parts[1]), register.width >= 32,
        register.number != Register.stackPointer
      else { return nil }
      index = register.number
      isAddress32 = isAddress32 || register.width == 32
    }
    if parts.count > 2, !parts[2].isEmpty {
      guard ["1", "2", "4", "8"].contains(parts[2]) else { return nil }
      scale = String(parts[2])
    }
  }

  /// The address as an operand of `lea`, with 64-bit names so that no 67 prefix is needed.
  var leaOperand: String {
    var result = displacement
    if isRIPRelative { return result + "(%rip)" }
    guard base != nil || index != nil else { return result }
    result += "("
    if let base { result += Register.quad(base) }
    if let index { result += ",\(Register.quad(index)),\(scale)" }
    return result + ")"
  }
}

/// A decimal, octal or hexadecimal number, as assemblers write it.
func integer(_ text: some StringProtocol) -> Int64? {
  var digits = text[...]
  let negative = digits.hasPrefix("-")
  if negative { digits = digits.dropFirst() }
  guard let first = digits.utf8.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9")
  else { return nil }
  let magnitude: UInt64?
  if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
    magnitude = UInt64(digits.dropFirst(2), radix: 16)
  } else if digits.hasPrefix("0"), digits.utf8.count > 1 {
    magnitude = UInt64(digits, radix: 8)
  } else {
    magnitude = UInt64(digits)
  }
  return magnitude.map { negative ? 0 &- Int64(bitPattern: $0) : Int64(bitPattern: $0) }
}

extension Substring {
  /// Without blanks at either end.
  var trimmed: Substring {
    let bytes = utf8
    var start = bytes.startIndex
    var end = bytes.endIndex
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 {
      start = bytes.index(after: start)
    }
    while end > start {
      let before = bytes.index(before: end)
      guard bytes[before] == 0x20 || bytes[before] == 0x09 || bytes[before] == 0x0d else { break }
      end = before
    }
    return self[start..<end]
  }
}
