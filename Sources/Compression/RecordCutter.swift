public import Wire

/// Follows a stream of records and finds where one ends.
public struct RecordCutter: Sendable {
  private let rule: RecordRule
  /// Whether the stream so far ends with a whole record.
  public private(set) var isAtEnd = true
  /// Fixed and length-prefixed: bytes that the record still needs.
  private var left: Int64 = 0
  /// Length-prefixed: bytes of the length that were seen, and their value.
  private var prefix = 0
  private var length: UInt64 = 0
  /// CSV: inside double quotes.
  private var isQuoted = false

  public init(_ rule: RecordRule) { self.rule = rule }

  /// Takes the next bytes up to the end of the first record that ends at or after index `lowest`;
  /// answers that end, at least 1, or nil when there is none in `bytes`: then all of it was taken.
  public mutating func take(_ bytes: Span<UInt8>, endAtOrAfter lowest: Int) -> Int? {
    if bytes.isEmpty { return nil }
    switch rule {
    case .delimiter(let byte):
      var index = min(max(lowest - 1, 0), bytes.count)
      while index < bytes.count {
        if bytes[index] == byte {
          isAtEnd = true
          return index + 1
        }
        index += 1
      }
      isAtEnd = bytes[bytes.count - 1] == byte
      return nil
    case .csv:
      for index in bytes.indices {
        if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
        isAtEnd = !isQuoted && bytes[index] == UInt8(ascii: "\n")
        if isAtEnd, index + 1 >= lowest { return index + 1 }
      }
      return nil
    case .fixed(let size):
      return takeCounted(bytes, lowest) { cutter, _ in cutter.left = size }
    case .lengthPrefixed(let width, let bigEndian):
      return takePrefixed(bytes, lowest, width, bigEndian)
    }
  }

  private mutating func takeCounted(
    _ bytes: Span<UInt8>, _ lowest: Int, begin: (inout RecordCutter, Int) -> Void
  ) -> Int? {
    var index = 0
    while index < bytes.count {
      if left == 0 { begin(&self, index) }
      let step = Int(min(left, Int64(bytes.count - index)))
      index += step
      left -= Int64(step)
      isAtEnd = left == 0
      if isAtEnd, index >= lowest { return index }
    }
    return nil
  }

  private mutating func takePrefixed(
    _ bytes: Span<UInt8>, _ lowest: Int, _ width: Int, _ bigEndian: Bool
  ) -> Int? {
    var index = 0
    while index < bytes.count {
      if left > 0 {
        let step = Int(min(left, Int64(bytes.count - index)))
        index += step
        left -= Int64(step)
      } else {
        let byte = UInt64(bytes[index])
        length = bigEndian ? length << 8 | byte : length | byte << UInt64(8 * prefix)
        prefix += 1
        index += 1
        isAtEnd = false
        guard prefix == width else { continue }
        // A length beyond any file leaves a record that never ends: the limit on records says so.
        left = Int64(clamping: length)
        prefix = 0
        length = 0
      }
      isAtEnd = left == 0
      if isAtEnd, index >= lowest { return index }
    }
    return nil
  }

  /// How many records start in these bytes, the stream being at the start of one.
  public static func count(_ bytes: Span<UInt8>, _ rule: RecordRule) -> Int {
    var cutter = RecordCutter(rule)
    var rest = bytes
    var count = 0
    while !rest.isEmpty {
      count += 1
      guard let end = cutter.take(rest, endAtOrAfter: 1) else { break }
      rest = rest.extracting(end...)
    }
    return count
  }
}
