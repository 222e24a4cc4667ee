public import SystemPackage
public import Wire

/// An argument or a variable of a program: bytes, which need not be UTF-8.
public protocol ProgramWord {
  var wordBytes: [UInt8] { get }
}

extension String: ProgramWord {
  public var wordBytes: [UInt8] { Array(utf8) }
}

extension [UInt8]: ProgramWord {
  public var wordBytes: [UInt8] { self }
}

extension Session {
  /// Who a program takes itself for. It gives no rights: permissions inside are bookkeeping.
  public struct Identity: Equatable, Sendable {
    public var user: UInt32
    public var group: UInt32
    public var umask: UInt32

    public init(user: UInt32 = 1000, group: UInt32 = 1000, umask: UInt32 = 0o022) {
      self.user = user
      self.group = group
      self.umask = umask
    }
  }

  /// A session that looks like running a command: the three standard channels plus
  /// `/dev/nvram`, which carries the arguments and the environment.
  ///
  /// `arguments` is the whole argv: the first is the program's own name. Each of `mounts` is a
  /// tarball whose content the program finds at that folder (an absolute path), later ones over
  /// earlier ones; a compressed one is a `.compressed` backing. Each of `saves` is where the folder's
  /// content goes, as a tarball, when the program exits; with one of `kept` for the same folder, the names of
  /// what is as a mount had it go there, each ended by a NUL, and stay out of the tarball. `seconds` is the
  /// time at the start, since 1970: clocks inside are fixed, or move on with `clock`, which
  /// has seconds and hundredths as /proc/uptime does. `forksLate`: our C library calls fork before it
  /// has to do with the standard streams or another channel that can be written, so that the session can be
  /// the set-up of a `Template`; elsewhere that makes no difference. `tellsErrors`: as of channels, for standard
  /// output and error. `seekableInput`: standard input is a file that the program can read at any place;
  /// `seekableOutput`: standard output is one that it can write at any place.
  public static func command<Word: ProgramWord>(
    arguments: [Word], environment: [(name: Word, value: Word)] = [],
    standardInput: Channel.Backing, seekableInput: Bool = false, standardOutput: Channel.Backing,
    seekableOutput: Bool = false, standardError: Channel.Backing,
    mounts: [(tar: Channel.Backing, at: String)] = [],
    saves: [(tar: Channel.Backing, of: String)] = [],
    kept: [(names: Channel.Backing, of: String)] = [], seconds: UInt32 = 0,
    clock: Channel.Backing? = nil, identity: Identity = Identity(),
    memoryByteCount: Int = 256 << 20, timeout: Duration = .seconds(60),
    forksLate: Bool = false, tellsErrors: Bool = false
  ) -> Session {
    var text = "[args]\nargs =" + arguments.map { " " + escaped($0) }.joined() + "\n[env]\n"
    for (name, value) in environment {
      text += "name=\(escaped(name)), value=\(escaped(value))\n"
    }
    if seconds > 0 { text += "[time]\nseconds=\(seconds)\n" }
    if identity != Identity() {
      let mask = String(identity.umask & 0o777, radix: 8)
      text += "[user]\nuid=\(identity.user), gid=\(identity.group), umask=\(mask)\n"
    }
    if forksLate { text += "[precache]\nprecache=late\n" }
    var others: [Channel] = []
    if !mounts.isEmpty || !saves.isEmpty || !kept.isEmpty { text += "[fstab]\n" }
    for (index, mount) in mounts.enumerated() {
      let alias = "/dev/mount/\(index).tar"
      text += "channel=\(alias), mountpoint=\(escaped(mount.at)), access=ro, removable=no\n"
      others.append(
        Channel(
          alias: alias, access: mount.tar.seeks ? .append : .sequential, backing: mount.tar,
          limits: .readOnly))
    }
    for (index, save) in saves.enumerated() {
      let alias = "/dev/save/\(index).tar"
      text += "channel=\(alias), mountpoint=\(escaped(save.of)), access=wo, removable=no\n"
      others.append(Channel(alias: alias, backing: save.tar, limits: .writeOnly))
    }
    for (index, list) in kept.enumerated() {
      let alias = "/dev/kept/\(index)"
      text += "channel=\(alias), mountpoint=\(escaped(list.of)), access=kept, removable=no\n"
      others.append(Channel(alias: alias, backing: list.names, limits: .writeOnly))
    }
    if let clock {
      others.append(
        Channel(alias: "/dev/clock", access: .append, backing: clock, limits: .readOnly))
    }
    if seekableInput { text += "[mapping]\nchannel=/dev/stdin, mode=file\n" }
    if seekableOutput { text += "[mapping]\nchannel=/dev/stdout, mode=file\n" }
    var output = Channel(
      alias: "/dev/stdout", access: seekableOutput ? .random : .sequential,
      backing: standardOutput, limits: .writeOnly)
    var errors = Channel(alias: "/dev/stderr", backing: standardError, limits: .writeOnly)
    output.tellsErrors = tellsErrors
    errors.tellsErrors = tellsErrors
    return Session(
      channels: [
        Channel(
          alias: "/dev/stdin", access: seekableInput ? .append : .sequential,
          backing: standardInput, limits: .readOnly),
        output, errors,
        Channel(
          alias: "/dev/nvram", access: .random, backing: .bytes(Array(text.utf8)),
          limits: .readOnly),
      ] + others, memoryByteCount: memoryByteCount, timeout: timeout)
  }

  /// One word of nvram text: plain characters as they are, every other byte as `\xHH`.
  static func escaped(_ word: some ProgramWord) -> String {
    let bytes = word.wordBytes
    if bytes.isEmpty { return "\"\"" }
    let digits = Array("0123456789abcdef")
    var result = ""
    for byte in bytes {
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

extension Channel.Backing {
  /// A whole file for reading, decompressed on the way if it is compressed.
  public static func whole(_ file: FileDescriptor, _ codec: Codec) -> Self {
    codec == .none
      ? .file(file, offset: 0, length: nil) : .compressed(file, codec, offset: 0, length: nil)
  }

  /// Whether it can be read at any place.
  fileprivate var seeks: Bool {
    switch self {
    case .file, .extents, .bytes: true
    default: false
    }
  }
}
