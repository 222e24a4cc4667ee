import Foundation
import Testing

/// Jobs against pipelines of other people's tools.
@Suite("jobs", .serialized)
struct JobTests {
  private static let jobs = root.appending(path: "jobs")

  /// Copies the job's sources beside a job file of the test's own.
  private func folder(_ job: String, log: String = "access-1.log.zst", size: String = "3MiB") throws
    -> Folder
  {
    let folder = try Folder()
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.jobs.path)
    where name.hasSuffix(".c") || name.hasSuffix(".h") {
      try FileManager.default.copyItem(
        at: Self.jobs.appending(path: name), to: folder.url.appending(path: name))
    }
    try folder.write("job.yaml", job)
    let made = try run(
      zvm, ["dataset", "generate", "--size", size, "--seed", "9", "--output", folder.path(log)])
    try #require(made.status == 0, "\(made.errors)")
    return folder
  }

  private static let status = """
    name: status-codes
    input: [access-*.log*]
    map: {program: status_map.c}
    reduce: {program: status_reduce.c}
    output: out/status.tsv
    """
  private static let statusOracle = """
    awk '{c[$9]++; b[$9]+=$10} END {for (s in c) printf "%s\\t%d\\t%.0f\\n", s, c[s], b[s]}' | sort -n
    """

  @Test(
    "status codes equal awk's, for any number of sandboxes and any compression",
    arguments: [
      ("zst", "zstdcat"), ("gz", "zcat"), ("xz", "xzcat"), ("bz2", "bzcat"), ("", "cat"),
    ])
  func statusCodes(ending: String, cat: String) throws {
    let log = ending.isEmpty ? "access-1.log" : "access-1.log.\(ending)"
    let folder = try folder(Self.status, log: log)
    // A second file, so that there are several shards whatever the format.
    _ = try shell("cp \(log) access-2.log\(ending.isEmpty ? "" : "." + ending)", in: folder.url)

    let expected = try shell("\(cat) access-*.log* | \(Self.statusOracle)", in: folder.url)
    for jobs in ["1", "2", "16"] {
      let result = try run(
        zvm,
        [
          "job", "run", folder.path("job.yaml"), "--jobs", jobs, "--shard-size", "100KiB",
          "--no-cache",
        ])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("status-codes: "))
      #expect(try folder.text("out/status.tsv") == expected, "--jobs \(jobs)")
    }
  }

  @Test("without a reduce program the output is the map outputs in shard order")
  func mapOnly() throws {
    let folder = try Folder()
    try folder.write(
      "cat.c",
      "#include <stdio.h>\nint main(void){int c;while((c=getchar())!=EOF)putchar(c);return 0;}")
    try folder.write(
      "job.yaml", "name: cat\ninput: data.txt\nmap: {program: cat.c}\noutput: copy.txt\n")
    try folder.write("data.txt", (0..<5000).map { "record \($0)\n" }.joined())
    let result = try run(
      zvm, ["job", "run", folder.path("job.yaml"), "--jobs", "5", "--shard-size", "1000"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try folder.text("copy.txt") == folder.text("data.txt"))
    // The folder holds what was put there and the output, nothing else.
    #expect(folder.names == ["cat.c", "copy.txt", "data.txt", "job.yaml"])
  }

  @Test("an empty input gives an empty result")
  func emptyInput() throws {
    let folder = try folder(Self.status, size: "1KiB")
    try FileManager.default.removeItem(atPath: folder.path("access-1.log.zst"))
    try folder.write("access-1.log", "")
    let result = try run(zvm, ["job", "run", folder.path("job.yaml")])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try folder.text("out/status.tsv").isEmpty)
  }

  /// Runs a job that must fail: with a message that names these things, and without output.
  private func expectFailure(_ folder: Folder, naming names: [String]) throws {
    let result = try run(
      zvm, ["job", "run", folder.path("job.yaml"), "--shard-size", "100KiB"])
    #expect(result.status == 1)
    for name in names { #expect(result.errors.contains(name), "\(result.errors)") }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/status.tsv")))
    let left = try? FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
    #expect(left ?? [] == [])
  }

  @Test("a missing input is named")
  func missingInput() throws {
    let folder = try folder(
      Self.status.replacingOccurrences(of: "[access-*.log*]", with: "nothing.log"), size: "1KiB")
    try expectFailure(folder, naming: ["nothing.log", "no such file"])
  }

  @Test("a truncated compressed input is named, with its shard")
  func truncatedInput() throws {
    let folder = try folder(Self.status)
    _ = try shell("truncate -s -1000 access-1.log.zst", in: folder.url)
    try expectFailure(folder, naming: ["access-1.log.zst", "shard ", "truncated"])
  }

  @Test("an unknown key in the job file is named, with its place")
  func unknownKey() throws {
    let folder = try folder(Self.status + "\ncolour: blue\n", size: "1KiB")
    try expectFailure(folder, naming: ["job.yaml:6:1", "colour"])
  }

  @Test("a source that does not compile is named")
  func badSource() throws {
    let folder = try folder(Self.status, size: "1KiB")
    try folder.write("status_map.c", "int main(void) { return undeclared; }\n")
    try expectFailure(folder, naming: ["status_map.c", "undeclared"])
  }

  @Test("a map program that crashes on one shard stops the job and is named")
  func crash() throws {
    let folder = try folder(Self.status, log: "access-1.log")
    try folder.write(
      "status_map.c",
      """
      #include <stdio.h>
      #include <string.h>
      int main(void) {
        static char line[65536];
        while (fgets(line, sizeof line, stdin))
          if (strstr(line, "POISON")) *(volatile int *)8 = 1;
        return 0;
      }
      """)
    _ = try shell("sed -i '9000s/.*/POISON/' access-1.log", in: folder.url)
    try expectFailure(
      folder, naming: ["access-1.log", "shard", "fault: signal 11", "0x8", "in main"])
  }

  @Test("a map program that fails is named, with what it said")
  func failingProgram() throws {
    let folder = try folder(Self.status, size: "1KiB")
    try folder.write(
      "status_map.c",
      "#include <stdio.h>\nint main(void) { fputs(\"no \\033[31mway\\n\", stderr); return 7; }\n")
    try expectFailure(folder, naming: ["exited with status 7", "no ?[31mway"])
  }

  @Test("a map program that never ends is stopped")
  func timeout() throws {
    let folder = try folder(
      Self.status.replacingOccurrences(
        of: "status_map.c}", with: "status_map.c, timeout: 1s}"), size: "1KiB")
    try folder.write("status_map.c", "int main(void) { for (;;) {} }\n")
    try expectFailure(folder, naming: ["time is up"])
  }
}
