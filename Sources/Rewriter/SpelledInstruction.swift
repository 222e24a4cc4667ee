/// Instructions that sources spell in bytes, because assemblers of their time did not know them. Only these: a whole
/// directive has to be one of them.
enum SpelledInstruction {
  private static let known: [[UInt8]: String] = [
    [0x0f, 0x01, 0xd0]: "xgetbv",
    [0x0f, 0xa2]: "cpuid",
    [0x0f, 0x31]: "rdtsc",
    [0x0f, 0xc7, 0xf0]: "rdrand %eax",
    [0x48, 0x0f, 0xc7, 0xf0]: "rdrand %rax",
    [0xf3, 0x90]: "pause",
    [0x0f, 0x0b]: "ud2",
  ]

  /// The instruction, for the arguments of `.byte`.
  static func text(_ arguments: Substring) -> String? {
    var bytes: [UInt8] = []
    for part in arguments.split(separator: ",", omittingEmptySubsequences: false) {
      let word = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
      let byte =
        word.hasPrefix("0x") || word.hasPrefix("0X")
        ? UInt8(word.dropFirst(2), radix: 16) : UInt8(word)
      guard let byte else { return nil }
      bytes.append(byte)
    }
    return known[bytes]
  }
}
