import Foundation
import Sandbox
import SystemPackage

/// The arguments and the environment of this process as the kernel has them: bytes, which need not be UTF-8.
/// Swift's strings would put U+FFFD in the place of what is not.
struct ProgramWords {
  typealias Word = [UInt8]

  /// All of the command line.
  let arguments: [Word]
  /// In the order of their names; of two of one name the first, as `getenv` has it.
  let environment: [(name: Word, value: Word)]

  init() throws {
    arguments = try Self.words(in: "/proc/self/cmdline")
    var variables: [Word: Word] = [:]
    for word in try Self.words(in: "/proc/self/environ") {
      guard let equals = word.dropFirst().firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = Word(word[..<equals])
      if variables[name] == nil { variables[name] = Word(word[(equals + 1)...]) }
    }
    environment = variables.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (name: $0.key, value: $0.value) }
  }

  private static func words(in path: String) throws -> [Word] {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    // Each ends in a NUL.
    if bytes.last == 0 { bytes.removeLast() } else if bytes.isEmpty { return [] }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).map(Word.init)
  }

  /// The beginning of nvram text, as `Session.command` writes it of strings.
  static func nvram(arguments: [Word], environment: [(name: Word, value: Word)]) -> [UInt8] {
    var text = Array("[args]\nargs =".utf8)
    for word in arguments { text += " ".utf8 + escaped(word) }
    text += "\n[env]\n".utf8
    for (name, value) in environment {
      text += "name=".utf8 + escaped(name) + ", value=".utf8 + escaped(value) + "\n".utf8
    }
    return text
  }

  /// One word: letters and digits as they are, every other byte as `\xHH`.
  private static func escaped(_ word: Word) -> [UInt8] {
    if word.isEmpty { return Array("\"\"".utf8) }
    let digits = Array("0123456789abcdef".utf8)
    var result: [UInt8] = []
    for byte in word {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"),
        UInt8(ascii: "_"), UInt8(ascii: "-"):
        result.append(byte)
      default: result += "\\x".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return result
  }
}

extension Session {
  /// Makes of standard output a file that the program can write to at any place.
  mutating func seekOutput() {
    for index in channels.indices {
      switch channels[index].alias {
      case "/dev/stdout":
        channels[index].access = .random
        channels[index].backing = .file(.standardOutput, offset: 0, length: nil)
      case "/dev/nvram":
        guard case .bytes(let text) = channels[index].backing else { continue }
        channels[index].backing = .bytes(text + "[mapping]\nchannel=/dev/stdout, mode=file\n".utf8)
      default: break
      }
    }
  }

  /// Puts words of bytes in the place of those that `command`, called without any, wrote into the nvram.
  mutating func tell(
    _ arguments: [ProgramWords.Word],
    _ environment: [(name: ProgramWords.Word, value: ProgramWords.Word)]
  ) {
    let none = ProgramWords.nvram(arguments: [], environment: [])
    for index in channels.indices where channels[index].alias == "/dev/nvram" {
      guard case .bytes(let text) = channels[index].backing, text.starts(with: none) else {
        preconditionFailure("the nvram does not begin with its arguments")
      }
      channels[index].backing = .bytes(
        ProgramWords.nvram(arguments: arguments, environment: environment)
          + text.dropFirst(none.count))
    }
  }
}
