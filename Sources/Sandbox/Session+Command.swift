extension Session {
  /// A session that looks like running a command: the three standard channels plus
  /// `/dev/nvram`, which carries the arguments and the environment.
  ///
  /// `arguments` is the whole argv: the first is the program's own name.
  public static func command(
    arguments: [String], environment: [(name: String, value: String)] = [],
    standardInput: Channel.Backing, standardOutput: Channel.Backing,
    standardError: Channel.Backing, memoryByteCount: Int = 256 << 20,
    timeout: Duration = .seconds(60)
  ) -> Session {
    var text = "[args]\nargs =" + arguments.map { " " + escaped($0) }.joined() + "\n[env]\n"
    for (name, value) in environment {
      text += "name=\(escaped(name)), value=\(escaped(value))\n"
    }
    return Session(
      channels: [
        Channel(alias: "/dev/stdin", backing: standardInput, limits: .readOnly),
        Channel(alias: "/dev/stdout", backing: standardOutput, limits: .writeOnly),
        Channel(alias: "/dev/stderr", backing: standardError, limits: .writeOnly),
        Channel(
          alias: "/dev/nvram", access: .random, backing: .bytes(Array(text.utf8)),
          limits: .readOnly),
      ], memoryByteCount: memoryByteCount, timeout: timeout)
  }

  /// One word of nvram text: plain characters as they are, every other byte as `\xHH`.
  static func escaped(_ word: String) -> String {
    if word.isEmpty { return "\"\"" }
    let digits = Array("0123456789abcdef")
    var result = ""
    for byte in word.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"),
        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ":"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return result
  }
}
