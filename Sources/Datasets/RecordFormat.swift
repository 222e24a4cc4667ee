/// What a record of an input is, and so where an input may be split.
public enum RecordFormat: Sendable, Hashable {
  /// Text lines; the last one may lack its line end.
  case lines
  /// One JSON value a line. JSON escapes line ends inside strings, so lines are whole values.
  case jsonLines
  /// Records that end with a zero byte.
  case nulSeparated
  /// Records of this many bytes; the last one may be shorter.
  case fixed(byteCount: Int64)
  /// A length in 1, 2, 4 or 8 bytes, then that many bytes.
  case lengthPrefixed(width: Int, bigEndian: Bool)
  /// Lines, but a line end between double quotes belongs to its record (RFC 4180).
  case csv
  /// The file is one record.
  case wholeFile

  /// Reads `lines`, `json-lines`, `nul`, `csv`, `file`, `fixed:512`, `length:4` (little-endian) or
  /// `length:4:big`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count) {
    case ("lines", 1): self = .lines
    case ("json-lines", 1): self = .jsonLines
    case ("nul", 1): self = .nulSeparated
    case ("csv", 1): self = .csv
    case ("file", 1): self = .wholeFile
    case ("fixed", 2):
      guard let count = Int64(parts[1]), count > 0, count <= 1 << 30 else { return nil }
      self = .fixed(byteCount: count)
    case ("length", 2), ("length", 3):
      guard let width = Int(parts[1]), [1, 2, 4, 8].contains(width) else { return nil }
      if parts.count == 3, parts[2] != "big" { return nil }
      self = .lengthPrefixed(width: width, bigEndian: parts.count == 3)
    default: return nil
    }
  }

  /// The byte that ends a record, where one byte tells it without looking at what came before.
  var delimiter: UInt8? {
    switch self {
    case .lines, .jsonLines: UInt8(ascii: "\n")
    case .nulSeparated: 0
    case .fixed, .lengthPrefixed, .csv, .wholeFile: nil
    }
  }

  /// Whether records can be found only by reading from the input's start.
  var isSequential: Bool {
    switch self {
    case .csv, .lengthPrefixed: true
    default: false
    }
  }
}

extension RecordFormat: CustomStringConvertible {
  /// What `init(_:)` reads.
  public var description: String {
    switch self {
    case .lines: "lines"
    case .jsonLines: "json-lines"
    case .nulSeparated: "nul"
    case .fixed(let count): "fixed:\(count)"
    case .lengthPrefixed(let width, let bigEndian): "length:\(width)\(bigEndian ? ":big" : "")"
    case .csv: "csv"
    case .wholeFile: "file"
    }
  }
}
