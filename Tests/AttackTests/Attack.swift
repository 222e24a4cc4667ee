import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing

/// One program of `Attacks/`: what it tries, and what must become of it. The comments at the head of
/// its file say so.
struct Attack: Sendable, CustomTestStringConvertible {
  let name: String
  /// One sentence.
  let tries: String
  /// With both walls up, and with wall two removed: `refused` by the validator, `faulted`,
  /// `exited 0`, `timedOut`, `badTrap`; `contained` is any of these and a failed channel.
  let validated: String
  /// With wall one removed, where it would refuse: `killed` by the filter, or as above. Nil where it
  /// does not matter.
  let unvalidated: String?
  /// Offset in the file, width and value: spoils the headers that the linker wrote.
  let patch: (offset: Int, width: Int, value: UInt64)?

  var testDescription: String { name }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Attacks")

  /// Every attack there is, by name.
  static let all: [Attack] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".s") }.sorted().map { Attack(file: $0) }
  }()

  private init(file: String) {
    name = String(file.dropLast(2))
    let text = (try? String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)) ?? ""
    func field(_ key: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix("# \(key): ") }
        .map { String($0.dropFirst(key.count + 4)) }
    }
    tries = field("Tries") ?? ""
    validated = field("Validated") ?? ""
    unvalidated = field("Unvalidated")
    patch = field("Patch").map { line in
      let words = line.split(separator: " ")
      let value =
        words[2].hasPrefix("0x") ? UInt64(words[2].dropFirst(2), radix: 16) : UInt64(words[2])
      return (Int(words[0])!, Int(words[1].dropFirst())! / 8, value!)
    }
  }

  /// Assembles and links it: nothing of ours lies between the text and the program file.
  func build(in folder: Folder) throws -> FilePath {
    let object = folder.path("attack.o")
    let nexe = folder.path("attack.nexe")
    let script = try folder.write("nexe.ld", Self.linkerScript)
    try tool([
      "clang", "--target=x86_64-linux-gnu", "-I", Self.folder.path, "-c",
      Self.folder.appending(path: name + ".s").path, "-o", object,
    ])
    try tool(["ld.lld", "-T", script, "-o", nexe, object])
    if let patch {
      var bytes = try Data(contentsOf: URL(filePath: nexe))
      for index in 0..<patch.width {
        bytes[patch.offset + index] = UInt8(truncatingIfNeeded: patch.value >> (8 * UInt64(index)))
      }
      try bytes.write(to: URL(filePath: nexe))
    }
    return FilePath(nexe)
  }

  private static let linkerScript = """
    ENTRY(_start)
    trap = 0x10000;
    PHDRS { text PT_LOAD FLAGS(5); rodata PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }
    SECTIONS {
      . = 0x20000;
      .text : { *(.text) *(.text.*) . = ALIGN(32); } :text =0xf4f4f4f4
      . = ALIGN(0x10000);
      .rodata : { *(.rodata*) } :rodata
      . = ALIGN(0x10000);
      .data : { *(.data*) } :data
      .bss : { *(.bss*) *(COMMON) } :data
      /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame) }
    }
    """
}

struct ToolFailed: Error { let line: String }

private func tool(_ arguments: [String]) throws {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = arguments
  try process.run()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw ToolFailed(line: arguments.joined(separator: " "))
  }
}

/// A folder that is removed with its owner.
final class Folder {
  let url = FileManager.default.temporaryDirectory.appending(
    path: "zvm-attack-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url.appending(path: name))
    return path(name)
  }
}

/// What an attack runs against: channels whose files tell afterwards whether it got beyond them.
struct Target {
  private let folder: Folder
  private let secret: FileDescriptor
  private let small: FileDescriptor
  private let random: FileDescriptor
  private let output: FileDescriptor
  private static let secretText = String(repeating: "not yours\n", count: 10)
  private static let randomText = String(repeating: "0123456789abcdef", count: 4)

  init(_ folder: Folder) throws {
    self.folder = folder
    func open(_ name: String, _ text: String, _ mode: FileDescriptor.AccessMode) throws
      -> FileDescriptor
    {
      try FileDescriptor.open(FilePath(try folder.write(name, text)), mode, options: .closeOnExec)
    }
    secret = try open("secret", Self.secretText, .readOnly)
    small = try open("small", "", .readWrite)
    random = try open("random", Self.randomText, .readWrite)
    output = try open("output", "", .readWrite)
  }

  func close() { for file in [secret, small, random, output] { try? file.close() } }

  func session(timeout: Duration) -> Session {
    let input = [UInt8](repeating: 0x2e, count: 64)
    return Session(
      channels: [
        Channel(alias: "/dev/stdin", backing: .bytes(input), limits: .readOnly),
        Channel(
          alias: "/dev/stdout", backing: .file(output, offset: 0, length: nil),
          limits: Channel.Limits(gets: 0, getBytes: 0, puts: 1000, putBytes: 1 << 20)),
        Channel(
          alias: "/dev/stderr", backing: .null,
          limits: Channel.Limits(gets: 0, getBytes: 0, puts: .max, putBytes: 1 << 20)),
        Channel(
          alias: "/dev/secret", backing: .file(secret, offset: 0, length: nil),
          limits: Channel.Limits(gets: 10, getBytes: 20, puts: 0, putBytes: 0)),
        Channel(
          alias: "/dev/small", backing: .file(small, offset: 0, length: nil),
          limits: Channel.Limits(gets: 0, getBytes: 0, puts: 1000, putBytes: 16)),
        Channel(
          alias: "/dev/random", access: .random, backing: .file(random, offset: 0, length: nil),
          limits: Channel.Limits(gets: 1000, getBytes: 1 << 20, puts: 1000, putBytes: 64)),
      ], memoryByteCount: 32 << 20, timeout: timeout)
  }

  /// What lies outside the grants is as it was.
  func expectUntouched(_ name: String) throws {
    func text(_ file: String) throws -> String {
      try String(contentsOfFile: folder.path(file), encoding: .isoLatin1)
    }
    #expect(try text("secret") == Self.secretText, "\(name)")
    #expect(try text("small").utf8.count <= 16, "\(name)")
    #expect(try text("random").utf8.count == 64, "\(name)")
    #expect(try text("output").utf8.count <= 1 << 20, "\(name)")
  }
}

extension Result where Success == SandboxReport {
  /// In the words of the attack files.
  var words: String {
    guard case .success(let report) = self else { return "error" }
    switch report.outcome {
    case .exited(let code): return "exited \(code)"
    case .faulted: return "faulted"
    case .timedOut: return "timedOut"
    case .limitReached: return "limitReached"
    case .badTrap: return "badTrap"
    case .killed(signal: SIGSYS): return "killed"
    case .killed(let signal): return "killed by signal \(signal)"
    case .channelFailed: return "channelFailed"
    case .cancelled: return "cancelled"
    }
  }
}
