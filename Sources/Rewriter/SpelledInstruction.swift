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
    return known[bytes] ?? vector(bytes) ?? checksum(bytes)
  }

  /// AES and carry-less multiplication between two vector registers, by the bytes behind 66, and behind REX if there
  /// is one.
  private static func vector(_ bytes: [UInt8]) -> String? {
    let names: [[UInt8]: String] = [
      [0x0f, 0x38, 0xdb]: "aesimc", [0x0f, 0x38, 0xdc]: "aesenc", [0x0f, 0x38, 0xdd]: "aesenclast",
      [0x0f, 0x38, 0xde]: "aesdec", [0x0f, 0x38, 0xdf]: "aesdeclast",
      [0x0f, 0x38, 0x00]: "pshufb",
      [0x0f, 0x3a, 0xdf]: "aeskeygenassist", [0x0f, 0x3a, 0x44]: "pclmulqdq",
    ]
    guard bytes.first == 0x66, let (opcode, rex, rest) = parts(bytes.dropFirst()),
      rex & 8 == 0, let name = names[opcode], rest.count == (opcode[1] == 0x3a ? 2 : 1),
      let (register, other) = registers(rest[0], rex)
    else { return nil }
    let immediate = rest.count == 2 ? "$\(rest[1]), " : ""
    return "\(name) \(immediate)%xmm\(other), %xmm\(register)"
  }

  /// CRC-32C of a register of 4 or 8 bytes.
  private static func checksum(_ bytes: [UInt8]) -> String? {
    guard bytes.first == 0xf2, let (opcode, rex, rest) = parts(bytes.dropFirst()),
      opcode == [0x0f, 0x38, 0xf1], rest.count == 1, let (register, other) = registers(rest[0], rex)
    else { return nil }
    let wide = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"]
    let narrow = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"]
    func name(_ number: UInt8) -> String {
      let isWide = rex & 8 != 0
      return number < 8
        ? (isWide ? wide : narrow)[Int(number)] : "r\(number)\(isWide ? "" : "d")"
    }
    return "crc32\(rex & 8 == 0 ? "l" : "q") %\(name(other)), %\(name(register))"
  }

  /// The three bytes of an opcode, REX (0: none) and what follows.
  private static func parts(_ bytes: ArraySlice<UInt8>) -> ([UInt8], UInt8, [UInt8])? {
    let rex = bytes.first.flatMap { $0 & 0xf0 == 0x40 ? $0 : nil }
    let rest = bytes.dropFirst(rex == nil ? 0 : 1)
    return rest.count > 3 ? (Array(rest.prefix(3)), rex ?? 0, Array(rest.dropFirst(3))) : nil
  }

  /// ModRM's two registers; nil if one is memory.
  private static func registers(_ modrm: UInt8, _ rex: UInt8) -> (UInt8, UInt8)? {
    guard modrm >> 6 == 3, rex & 2 == 0 else { return nil }
    return (modrm >> 3 & 7 | (rex & 4) << 1, modrm & 7 | (rex & 1) << 3)
  }
}
