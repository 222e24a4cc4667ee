import Foundation

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
}
