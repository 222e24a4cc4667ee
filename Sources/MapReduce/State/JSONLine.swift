/// Builds one JSON object on one line, key by key, without intermediate values: a journal line a
/// shard must cost next to nothing.
struct JSONLine {
  private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

  init(event: String) {
    bytes.reserveCapacity(512)
    text("event", event)
  }

  mutating func text(_ key: StaticString, _ value: String?) {
    name(key)
    if let value { string(value) } else { literal("null") }
  }

  mutating func number(_ key: StaticString, _ value: some BinaryInteger) {
    name(key)
    literal(String(value))
  }

  mutating func bool(_ key: StaticString, _ value: Bool) {
    name(key)
    literal(value ? "true" : "false")
  }

  /// Seconds with six decimals.
  mutating func seconds(_ key: StaticString, _ value: Duration) {
    name(key)
    let microseconds = max(0, value.microseconds)
    let fraction = String(microseconds % 1_000_000)
    literal(String(microseconds / 1_000_000))
    literal(".")
    literal(String(repeating: "0", count: 6 - fraction.count))
    literal(fraction)
  }

  /// A list of lists of numbers.
  mutating func numbers(_ key: StaticString, _ lists: [[Int64]]) {
    name(key)
    literal("[")
    for (index, list) in lists.enumerated() {
      literal(index == 0 ? "[" : ",[")
      for (place, value) in list.enumerated() {
        if place > 0 { literal(",") }
        literal(String(value))
      }
      literal("]")
    }
    literal("]")
  }

  mutating func object(_ key: StaticString, _ pairs: [(String, String)]) {
    name(key)
    literal("{")
    for (index, pair) in pairs.enumerated() {
      if index > 0 { literal(",") }
      string(pair.0)
      literal(":")
      string(pair.1)
    }
    literal("}")
  }

  /// A value that is JSON already.
  mutating func raw(_ key: StaticString, _ json: String) {
    name(key)
    literal(json)
  }

  /// The finished line.
  consuming func line() -> [UInt8] {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private mutating func name(_ key: StaticString) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    literal("\(key)")
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func literal(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// RFC 8259: quotes, backslashes and control characters are escaped.
  private mutating func string(_ text: String) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension Duration {
  /// Whole microseconds.
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }
}
