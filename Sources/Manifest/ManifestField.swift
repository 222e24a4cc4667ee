/// One understood `Key = value, value…` line.
struct ManifestField {
  let key: String
  let tokens: [String]
  let line: Int

  func expect(_ count: Int) throws(ManifestError) {
    guard tokens.count == count else {
      throw ManifestError(
        reason: .wrongTokenCount(key: key, expected: "\(count)", found: tokens.count), line: line)
    }
  }

  /// The token at `index` as a number: octal (leading 0), decimal, or hex (leading 0x).
  func number(_ index: Int, in range: ClosedRange<Int64>) throws(ManifestError) -> Int64 {
    let token = tokens[index]
    var digits = Substring(token)
    var negative = false
    if let sign = digits.first, sign == "-" || sign == "+" {
      negative = sign == "-"
      digits = digits.dropFirst()
    }
    var radix = 10
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      radix = 16
      digits = digits.dropFirst(2)
    } else if digits.hasPrefix("0"), digits.utf8.count > 1 {
      radix = 8
    }
    // Int(_:radix:) would take a second sign.
    guard digits.first != "-", digits.first != "+", !digits.isEmpty,
      digits.utf8.allSatisfy({ $0 < 0x80 })
    else { throw ManifestError(reason: .notANumber(key: key, text: token), line: line) }
    guard let magnitude = UInt64(digits, radix: radix) else {
      let allDigits = digits.allSatisfy { $0.hexDigitValue.map { $0 < radix } ?? false }
      throw ManifestError(
        reason: allDigits
          ? .outOfRange(
            key: key, text: token, allowed: "\(range.lowerBound)…\(range.upperBound)")
          : .notANumber(key: key, text: token), line: line)
    }
    guard let value = Int64(exactly: magnitude).map({ negative ? -$0 : $0 }),
      range.contains(value)
    else {
      throw ManifestError(
        reason: .outOfRange(
          key: key, text: token, allowed: "\(range.lowerBound)…\(range.upperBound)"), line: line)
    }
    return value
  }
}

/// The understood lines of a manifest, by key.
struct ManifestFields {
  private var fields: [String: [ManifestField]] = [:]

  private static let known: Set<String> = [
    "Version", "Program", "Memory", "Timeout", "Channel", "Node", "NameServer", "Job",
  ]

  /// Reads one line; anything that is not `Key = value` with a known key is passed over.
  mutating func take(_ row: ArraySlice<UInt8>, line: Int) throws(ManifestError) {
    let halves = row.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
    guard halves.count == 2, let key = text(halves[0]), Self.known.contains(key) else { return }
    guard halves[1].count <= Manifest.maximumFieldByteCount else {
      throw ManifestError(reason: .fieldTooLong(key: key), line: line)
    }
    // A NUL would end a path early for the kernel, and only for the kernel.
    guard let value = text(halves[1]), !value.utf8.contains(0) else {
      throw ManifestError(reason: .notText, line: line)
    }
    let tokens = value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      .map { trimmed(Substring($0)) }
    guard tokens.count <= Manifest.maximumTokenCount else {
      throw ManifestError(reason: .tooManyTokens(key: key), line: line)
    }
    fields[key, default: []].append(ManifestField(key: key, tokens: tokens, line: line))
  }

  func all(_ key: String) -> [ManifestField] { fields[key] ?? [] }

  /// The field of a key that may be there once.
  func optional(_ key: String) throws(ManifestError) -> ManifestField? {
    let found = all(key)
    if found.count > 1 { throw ManifestError(reason: .repeated(key: key), line: found[1].line) }
    return found.first
  }

  /// The field of a key that must be there once.
  func single(_ key: String) throws(ManifestError) -> ManifestField {
    guard let field = try optional(key) else {
      throw ManifestError(reason: .missing(key: key), line: 0)
    }
    return field
  }
}

/// Trimmed text, nil when it is not UTF-8.
private func text(_ bytes: ArraySlice<UInt8>) -> String? {
  String(validating: bytes, as: UTF8.self).map { trimmed(Substring($0)) }
}

private func trimmed(_ text: Substring) -> String {
  // Bytes, not Characters: CR LF is one Character.
  let blank: (UInt8) -> Bool = {
    $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
  }
  let start = text.utf8.drop(while: blank)
  let end = start.lastIndex { !blank($0) }
  return end.map { String(Substring(start[...$0])) } ?? ""
}
