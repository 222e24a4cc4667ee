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
    var line: [UInt8] = []
    var text: [UInt8] = []
    var answers: [UInt8] = []
    while true {
      let chunk = [UInt8](try input.read(upToCount: 1 << 20) ?? Data())
      answers.removeAll(keepingCapacity: true)
      var start = 0
      while let end = chunk[start...].firstIndex(of: 0x0A) {
        if line.isEmpty {
          hadErrors = answer(chunk[start..<end], &text, &answers) || hadErrors
        } else {
          line += chunk[start..<end]
          hadErrors = answer(line[...], &text, &answers) || hadErrors
          line.removeAll(keepingCapacity: true)
        }
        start = end + 1
      }
      line += chunk[start...]
      if chunk.isEmpty, !line.isEmpty {
        hadErrors = answer(line[...], &text, &answers) || hadErrors
      }
      try output.write(contentsOf: Data(answers))
      if chunk.isEmpty { return hadErrors }
    }
  }

  /// Appends the verdict on one line; answers whether the line is bad.
  private func answer(
    _ line: ArraySlice<UInt8>, _ text: inout [UInt8], _ answers: inout [UInt8]
  ) -> Bool {
    // Lines may end as those of other systems do.
    guard Self.decode(line.last == 0x0D ? line.dropLast() : line, &text) else {
      answers += Array("error not hexadecimal\n".utf8)
      return true
    }
    if validator.accepts(text.span) {
      answers += Self.valid
    } else if let first = validator.check(text.span, limit: 1).first {
      let offset = String(first.offset, radix: 16)
      answers += Array("invalid \(offset) \(first.rule.rawValue)\n".utf8)
    }
    return false
  }

  private static let valid = Array("valid\n".utf8)

  /// The value of each hexadecimal digit, 255 for every other character.
  private static let digits: [UInt8] = (0...255).map { character in
    switch UInt8(character) {
    case 0x30...0x39: UInt8(character) - 0x30
    case 0x61...0x66: UInt8(character) - 0x61 + 10
    case 0x41...0x46: UInt8(character) - 0x41 + 10
    default: 255
    }
  }

  private static func decode(_ line: ArraySlice<UInt8>, _ bytes: inout [UInt8]) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    guard line.count % 2 == 0 else { return false }
    var bad: UInt8 = 0
    var index = line.startIndex
    while index < line.endIndex {
      let high = digits[Int(line[index])]
      let low = digits[Int(line[index + 1])]
      bad |= high | low
      bytes.append(high << 4 | low & 15)
      index += 2
    }
    return bad < 16
  }
}
