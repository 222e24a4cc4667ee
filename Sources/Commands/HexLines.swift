import Foundation
import Validator

/// `zvm validate --hex-lines`: one text a line, one verdict a line, so that anyone can compare this
/// validator with another over millions of texts.
struct HexLines {
  let validator: Validator

  /// Answers `valid`, `invalid OFFSET RULE` (offset in hexadecimal, of the first violation) or
  /// `error MESSAGE` for a line that is no hexadecimal text. Returns whether there was such a line.
  func run(_ input: FileHandle, _ output: FileHandle) throws -> Bool {
    var hadErrors = false
    var rest = Data()
    while true {
      let chunk = input.readData(ofLength: 1 << 20)
      rest.append(chunk)
      let isLast = chunk.isEmpty
      if isLast, !rest.isEmpty, rest.last != 0x0A { rest.append(0x0A) }
      guard let end = rest.lastIndex(of: 0x0A) else {
        if isLast { return hadErrors }
        continue
      }
      var answers: [UInt8] = []
      var start = rest.startIndex
      let lines = [UInt8](rest[start...end])
      start = 0
      for index in lines.indices where lines[index] == 0x0A {
        hadErrors = answer(lines[start..<index], &answers) || hadErrors
        start = index + 1
      }
      try output.write(contentsOf: Data(answers))
      rest = rest[(end + 1)...]
      if isLast { return hadErrors }
    }
  }

  /// Appends the verdict on one line; answers whether the line is bad.
  private func answer(_ line: ArraySlice<UInt8>, _ answers: inout [UInt8]) -> Bool {
    guard let text = Self.bytes(line) else {
      answers += Array("error not hexadecimal\n".utf8)
      return true
    }
    if let first = validator.check(text.span).first {
      let offset = String(first.offset, radix: 16)
      answers += Array("invalid \(offset) \(first.rule.rawValue)\n".utf8)
    } else {
      answers += Array("valid\n".utf8)
    }
    return false
  }

  private static func bytes(_ line: ArraySlice<UInt8>) -> [UInt8]? {
    guard line.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(line.count / 2)
    var high: UInt8?
    for character in line {
      let digit: UInt8
      switch character {
      case 0x30...0x39: digit = character - 0x30
      case 0x61...0x66: digit = character - 0x61 + 10
      case 0x41...0x46: digit = character - 0x41 + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }
}
