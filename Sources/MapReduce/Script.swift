import Foundation
import Sandbox
import SystemPackage

/// A map or reduce program in a script language: a packaged interpreter runs it, and reads it from a
/// channel of its own. Nothing of it gets near the data.
struct Script: Sendable {
  /// A language with its interpreter among the ports (guest/ports).
  enum Language: String, CaseIterable, Sendable {
    case lua, awk

    /// The port and its program that run this language.
    var interpreter: String { self == .lua ? "lua" : "mawk" }

    /// What a program in this language ends in.
    var ending: String { ".\(rawValue)" }

    /// What stands before a program that is given in the job file itself.
    var mark: String { "\(rawValue):" }

    /// The language of what a job file calls a program; nil: none of these.
    init?(program: String) {
      let language = Self.allCases.first {
        program.hasPrefix($0.mark) || program.hasSuffix($0.ending)
      }
      guard let language else { return nil }
      self = language
    }
  }

  /// Largest script.
  static let maximumByteCount = 1 << 20

  let language: Language
  /// Where the interpreter finds it: `/dev/` and the file's name, so that messages name the file.
  let channel: Channel
  private let bytes: [UInt8]

  /// The script itself.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether a job file's program is the program's text itself and not the path of a file.
  static func isInline(_ program: String) -> Bool {
    Language.allCases.contains { program.hasPrefix($0.mark) }
  }

  /// The script of a program, read from its file where it has one; nil when it is no script.
  init?(_ program: String) throws(JobError) {
    guard let language = Language(program: program) else { return nil }
    self.language = language
    let name: String
    let text: [UInt8]
    if Self.isInline(program) {
      name = "program\(language.ending)"
      text = Array(program.dropFirst(language.mark.count).drop { $0 == " " }.utf8)
    } else {
      name = FilePath(program).lastComponent?.string ?? "program\(language.ending)"
      text = try Self.contents(program)
    }
    guard text.count <= Self.maximumByteCount else {
      throw JobError("\(program.prefix(80)): larger than \(Self.maximumByteCount) bytes")
    }
    let plain = name.map {
      $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_"
    }
    bytes = text
    channel = Channel(
      alias: "/dev/\(String(plain))", access: .random, backing: .bytes(text), limits: .readOnly)
  }

  /// The interpreter's whole argv, with the script's own arguments at its end. `path`: where the
  /// interpreter finds it, if not at its channel's.
  func arguments(_ own: [String], at path: String? = nil) -> [String] {
    let path = path ?? channel.alias
    return switch language {
    case .lua: ["lua", path] + own
    case .awk: ["awk", "-f", path, "--"] + own
    }
  }

  private static func contents(_ path: String) throws(JobError) -> [UInt8] {
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      return [UInt8](try file.read(upToCount: maximumByteCount + 1) ?? Data())
    } catch {
      throw JobError("\(path): cannot be read: \(error.localizedDescription)")
    }
  }
}
