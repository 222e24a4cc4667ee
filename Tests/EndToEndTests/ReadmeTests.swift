import Foundation
import Testing

/// What a newcomer copies from the README works as it stands there.
@Suite("readme", .serialized)
struct ReadmeTests {
  /// The blocks of `## Your own job` in a language, in order.
  private func blocks(_ language: String) throws -> [String] {
    let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let section = try #require(
      text.components(separatedBy: "\n## ").first { $0.hasPrefix("Your own job\n") })
    return section.components(separatedBy: "```\(language)\n").dropFirst().map { block in
      block.components(separatedBy: "\n```")[0] + "\n"
    }
  }

  @Test("its own jobs give what grep and awk give")
  func jobs() throws {
    let folder = try Folder()
    let made = try run(
      zvm,
      [
        "dataset", "generate", "--size", "2MiB", "--seed", "4", "--output",
        folder.path("access.log"),
      ])
    try #require(made.status == 0, "\(made.errors)")
    _ = try shell("gzip -c access.log > access.log.1.gz", in: folder.url)
    let sources = try blocks("c")
    let files = try blocks("yaml")
    try #require(sources.count == 1 && files.count == 2)
    try folder.write("errors.c", sources[0])
    for (index, file) in files.enumerated() {
      // The log lies elsewhere; all else stays.
      let job = file.replacing("/var/log/nginx/", with: "")
      try #require(job != file)
      try folder.write("\(index).yaml", job)
      let result = try run(zvm, ["job", "run", "\(index).yaml", "--no-cache"], in: folder.url)
      #expect(result.status == 0, "\(result.errors)")
    }
    let all = "cat access.log <(zcat access.log.1.gz)"
    #expect(
      try folder.text("errors.txt") == shell("\(all) | grep -F '\" 500 '", in: folder.url))
    #expect(
      try folder.text("failing-addresses.tsv")
        == shell(
          "\(all) | awk '$9 >= 400 {n[$1]++} END {for (a in n) print a \"\\t\" n[a]}' | sort",
          in: folder.url))
  }
}
