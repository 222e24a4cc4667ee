import ELF
import Foundation
import Validator
import X86

/// A program file or bare text, as `zvm validate` and `zvm inspect` look at it.
struct CodeFile {
  let bytes: [UInt8]
  let image: Image?
  let symbols: SymbolTable
  private let disassembler = Disassembler()

  /// One instruction of a text.
  struct Line {
    let offset: Int
    let bytes: [UInt8]
    let listing: Listing
  }

  /// Reads the file, or standard input for `-`; nil when it cannot be read.
  init?(path: String, isRaw: Bool) {
    guard let file = path == "-" ? .standardInput : FileHandle(forReadingAtPath: path) else {
      return nil
    }
    let bytes: [UInt8]
    do { bytes = [UInt8](try file.readToEnd() ?? Data()) } catch { return nil }
    self.bytes = bytes
    if isRaw {
      image = nil
    } else {
      image = try? Image(parsing: bytes.span)
    }
    symbols = SymbolTable(of: bytes.span)
  }

  /// Guest address of the text's first byte; 0 for a bare text.
  var textAddress: Int { Int(image?.text.address ?? 0) }

  /// The text as it lies in the file.
  var text: ArraySlice<UInt8> {
    guard let text = image?.text else { return bytes[...] }
    return bytes[text.fileOffset..<text.fileOffset + Int(text.fileByteCount)]
  }

  /// The instructions of the bundle that `offset` of the text lies in.
  func bundle(at offset: Int) -> [Line] {
    let text = self.text
    let start = offset & ~31
    let end = min(start + 32, text.count)
    var lines: [Line] = []
    var at = start
    while at < end {
      let first = text.startIndex + at
      var listing = disassembler.listing(
        text[first..<text.startIndex + end], at: textAddress + at)
      if at + listing.byteCount > end {
        listing = Listing(name: "(bad)", operands: [], byteCount: end - at)
      }
      lines.append(
        Line(
          offset: at, bytes: Array(text[first..<first + listing.byteCount]), listing: listing))
      at += listing.byteCount
    }
    return lines
  }

  /// Calls of a valid text that do not end at a bundle's end: a masked return lands behind the next
  /// boundary (RULES 4).
  func misplacedCalls() -> [Int] {
    var result: [Int] = []
    for start in stride(from: 0, to: text.count, by: 32) where mayMisplaceCall(start) {
      for line in bundle(at: start) where line.listing.name == "call" {
        if (line.offset + line.bytes.count) % 32 != 0 { result.append(line.offset) }
      }
    }
    return result
  }

  /// Whether the bundle at `start` has bytes that might be a call which ends inside it, E8 or FF D0 to D7
  /// in a valid text: to list all instructions takes far longer than to validate them.
  private func mayMisplaceCall(_ start: Int) -> Bool {
    let text = self.text
    let first = text.startIndex + start
    let end = min(first + 32, text.endIndex)
    for place in first..<end - 1 {
      switch text[place] {
      case 0xE8: if place + 5 < end { return true }
      case 0xFF: if text[place + 1] & 0xF8 == 0xD0, place + 2 < end { return true }
      default: break
      }
    }
    return false
  }

  /// Two hexadecimal digits a byte, with spaces.
  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }

  /// The features that the host lacks.
  static func missing(_ features: [String]) -> [String] {
    let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    return HostFeatures(cpuInfo: information ?? "").missing(from: features)
  }
}
