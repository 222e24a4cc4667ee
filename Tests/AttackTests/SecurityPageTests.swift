import Foundation
import Testing

/// `docs/SECURITY.md` names, for each guarantee, the code that keeps it and the test that shows it.
/// These names must exist: a page that promises a test which is gone is worse than none.
@Suite("docs/SECURITY.md")
struct SecurityPageTests {
  private static let root = Attack.folder.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// All that the Swift, C and assembly files below a folder say.
  private static func text(below folder: String) -> String {
    let start = root.appending(path: folder)
    let files = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
    var all = ""
    while let file = files?.nextObject() as? URL {
      guard ["swift", "c", "h", "S"].contains(file.pathExtension) else { continue }
      all += (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }
    return all
  }

  /// The rows of the page's numbered tables: number, guarantee, code, tests.
  private static func rows() throws -> [[String]] {
    try String(contentsOf: root.appending(path: "docs/SECURITY.md"), encoding: .utf8)
      .split(separator: "\n").filter { $0.hasPrefix("| ") }
      .map { line in
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      .filter { $0.count == 4 && Int($0[0]) != nil }
  }

  private static func pieces(of text: String, between mark: Character) -> [String] {
    text.split(separator: mark, omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  @Test("guarantees are numbered, and each names code that exists")
  func code() throws {
    let rows = try Self.rows()
    #expect(rows.count >= 20)
    #expect(rows.map { Int($0[0]) } == (1...rows.count).map { Optional($0) })
    let sources = Self.text(below: "Sources")
    for row in rows {
      for name in Self.pieces(of: row[2], between: "`") {
        // `Type.member` and `Folder/file.S`: the last part is what somebody would search for.
        let part = name.split { $0 == "." || $0 == "/" }.first { $0 != "CSandbox" } ?? ""
        #expect(
          sources.contains(part)
            || FileManager.default.fileExists(
              atPath: Self.root.appending(path: "Sources/" + name).path),
          "\(row[0]): \(name)")
      }
    }
  }

  @Test("each guarantee names tests that exist")
  func tests() throws {
    let tests = Self.text(below: "Tests")
    let names = Attack.all.map(\.name)
    for row in try Self.rows() {
      #expect(!row[3].isEmpty)
      for quoted in Self.pieces(of: row[3], between: "\"") {
        let start = quoted.split(separator: "…").first.map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        #expect(tests.contains("\"" + (start ?? "")), "\(row[0]): \(quoted)")
      }
      for glob in Self.pieces(of: row[3], between: "`") where !glob.hasPrefix("zvm ") {
        let prefix = glob.prefix { $0 != "*" }
        let isThere = names.contains { glob.hasSuffix("*") ? $0.hasPrefix(prefix) : $0 == glob }
        #expect(isThere, "\(row[0]): \(glob)")
      }
    }
  }
}
