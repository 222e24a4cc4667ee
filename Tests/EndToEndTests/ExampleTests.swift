import Foundation
import Testing

/// The examples of jobs/, in each language, against pipelines of other people's tools.
@Suite("examples", .serialized)
struct ExampleTests {
  private static let jobs = root.appending(path: "jobs")
  /// The endings of the examples' programs.
  static let languages = ["c", "lua", "awk"]

  /// Runs `map` and `reduce` with their arguments over `input`; answers the output.
  private func output(
    _ folder: Folder, _ input: String, _ language: String, map: (String, [String]),
    reduce: (String, [String]), further: String = ""
  ) throws -> String {
    let programs = try [map, reduce].map { name, arguments in
      let file = "\(name).\(language)"
      let target = folder.url.appending(path: file)
      if !FileManager.default.fileExists(atPath: target.path) {
        try FileManager.default.copyItem(at: Self.jobs.appending(path: file), to: target)
      }
      return "{program: \(file), args: \(arguments)}"
    }
    try folder.write(
      "job.yaml",
      """
      name: \(map.0)
      input: \(input)
      map: \(programs[0])
      reduce: \(programs[1])
      output: result
      \(further)
      """)
    let result = try run(
      zvm, ["job", "run", folder.path("job.yaml"), "--jobs", "3", "--shard-size", "200KiB"])
    #expect(result.status == 0, "\(result.errors)")
    return try folder.text("result")
  }

  /// An access log of 45 minutes, with lines that are none among its own.
  private func log() throws -> Folder {
    let folder = try Folder()
    let made = try run(
      zvm, ["dataset", "generate", "--size", "2MiB", "--seed", "9", "--output", folder.path("log")])
    try #require(made.status == 0, "\(made.errors)")
    _ = try shell(
      #"sed -i -e '100i\\' -e '200i no request at all' -e '300i one "quote' log"#, in: folder.url)
    return folder
  }

  @Test("status codes equal awk's", arguments: languages)
  func statusCodes(language: String) throws {
    let folder = try log()
    let expected = try shell(
      """
      awk '$9 ~ /^[0-9]+$/ {c[$9]++; b[$9] += $10}
        END {for (s in c) printf "%s\\t%d\\t%.0f\\n", s, c[s], b[s]}' log | sort -n
      """, in: folder.url)
    let output = try output(
      folder, "log", language, map: ("status_map", []), reduce: ("status_reduce", []))
    #expect(output == expected)
  }

  @Test("top paths equal awk, sort and head", arguments: languages)
  func topPaths(language: String) throws {
    let folder = try log()
    let expected = try shell(
      """
      awk '$9 ~ /^[0-9]+$/ {sub(/\\?.*/, "", $7); c[$7]++}
        END {for (p in c) printf "%s\\t%d\\n", p, c[p]}' log |
        sort -t'\t' -k2,2nr -k1,1 > sorted; head -7 sorted
      """, in: folder.url)
    let output = try output(
      folder, "log", language, map: ("paths_map", []), reduce: ("top_reduce", ["7"]))
    #expect(output == expected)
  }

  @Test("word counts equal tr, sort and uniq", arguments: languages)
  func wordCount(language: String) throws {
    let folder = try log()
    let expected = try shell(
      """
      cat log | tr 'A-Z' 'a-z' | tr -cs 'a-z' '\\n' | grep . | sort | uniq -c |
        awk '{printf "%s\\t%d\\n", $2, $1}'
      """, in: folder.url)
    let output = try output(
      folder, "log", language, map: ("words_map", []), reduce: ("count_reduce", []))
    #expect(output == expected)
    guard language == "c" else { return }
    let whole = try self.output(
      folder, "log", language, map: ("wordcount", ["map"]), reduce: ("wordcount", ["reduce"]))
    #expect(whole == expected)
  }

  @Test("lines with a text equal grep's", arguments: languages)
  func pattern(language: String) throws {
    let folder = try log()
    let texts = ["/download/", "[01/Nov/2026:00:0", "nothing like it"]
    for text in language == "c" ? texts : Array(texts.prefix(1)) {
      let expected = try shell(
        "printf '%s\\t%d\\n' '\(text)' $(grep -cF '\(text)' log || true)", in: folder.url)
      let output = try output(
        folder, "log", language, map: ("pattern_map", [text]), reduce: ("count_reduce", []))
      #expect(output == expected)
    }
  }

  @Test("distinct users equal cut and sort", arguments: languages)
  func users(language: String) throws {
    let folder = try log()
    let expected = try shell("cut -d' ' -f1 log | grep . | sort -u | wc -l", in: folder.url)
    let output = try output(
      folder, "log", language, map: ("users_map", []), reduce: ("distinct_reduce", []))
    #expect(output == expected)
  }

  @Test("visits equal gawk's", arguments: languages)
  func sessions(language: String) throws {
    let folder = try log()
    let expected = try shell(
      #"""
      TZ=UTC gawk '$9 ~ /^[0-9]+$/ {
        split($4, t, /[\[\/:]/)
        month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", t[3]) + 2) / 3
        print $1 "\t" mktime(t[4] " " month " " t[2] " " t[5] " " t[6] " " t[7])
      }' log | sort -t'	' -k1,1 -k2,2n | gawk -F'\t' -v OFS='\t' '
        $1 != key {if (key) print key, visits, n; key = $1; visits = n = 0; last = -600}
        {n++; if ($2 - last >= 600) visits++; last = $2}
        END {if (key) print key, visits, n}'
      """#, in: folder.url)
    let output = try output(
      folder, "log", language, map: ("sessions_map", []), reduce: ("sessions_reduce", ["600"]))
    #expect(output == expected)
    guard language == "c" else { return }
    // The engine sorts, and says so: the reduce program then keeps nothing but one address's times.
    let sorted = try self.output(
      folder, "log", language, map: ("sessions_map", []), reduce: ("sessions_reduce", ["600"]),
      further: "shuffle: sort")
    #expect(sorted == expected)
    try folder.write(
      "told.c",
      """
      #include <stdlib.h>
      #include <stdio.h>
      int main(void) { puts(getenv("ZVM_SHUFFLE") ? getenv("ZVM_SHUFFLE") : "none"); }
      """)
    for (further, told) in [("shuffle: sort", "sort\n"), ("", "none\n")] {
      let output = try self.output(
        folder, "log", language, map: ("sessions_map", []), reduce: ("told", []), further: further)
      #expect(output == told)
    }
  }

  @Test("changelogs of this machine's packages equal zcat and awk", arguments: languages)
  func changelogs(language: String) throws {
    let folder = try Folder()
    let expected = try shell(
      """
      find /usr/share/doc/libc*/ -type f -name 'changelog*.gz' ! -path '*/.*' -print0 | sort -zu |
        xargs -0 zcat | awk '/^ -- / && index($0, " <") && index($0, ">  ") {
          rest = substr($0, index($0, " <")); p = index(rest, ">  "); if (!p) next
          t = substr(rest, p + 3); sub(/^ +/, "", t); n = split(t, d, / +/)
          if (d[4] !~ /^[0-9][0-9][0-9][0-9]$/ || n < 5) next
          c["year " d[4]]++
          c["by " substr($0, 5, index($0, " <") - 5)]++
        } END {for (k in c) printf "%s\\t%d\\n", k, c[k]}' | sort -t'\t' -k1,1
      """)
    let output = try output(
      folder, "/usr/share/doc/libc*/**/changelog*.gz", language, map: ("changelog_map", []),
      reduce: ("count_reduce", []))
    #expect(output == expected)
    #expect(!expected.isEmpty)
  }
}
