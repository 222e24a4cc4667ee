import Foundation
import Testing

/// Inputs that go bad: a job tells, with file and place, or its result is right.
@Suite("damaged inputs", .serialized)
struct DamagedInputTests {
  static let copy = """
    #include <stdio.h>
    int main(void) {
      static char buffer[65536];
      size_t n;
      while ((n = fread(buffer, 1, sizeof buffer, stdin))) fwrite(buffer, 1, n, stdout);
      return 0;
    }
    """

  /// How each kind of file is made of `plain`; the name tells the format.
  static let formats: [(name: String, command: String)] = [
    ("one.gz", "gzip -c plain"),
    ("members.gz", "split -b 50000 plain part. && gzip part.* && cat part.*.gz"),
    ("one.zst", "zstd -qc plain"),
    ("frames.zst", "split -b 50000 plain part. && zstd -q part.* && cat part.*.zst"),
    ("packed.zst", "'\(zvm)' pack --frame-size 50000 plain -o packed >/dev/null && cat packed"),
    ("blocks.xz", "xz -c0 --block-size=50000 plain"),
    ("blocks.bz2", "bzip2 -c1 plain"),
    (
      "frames.lz4",
      "split -b 50000 plain part. && for f in part.*; do zstd -q --format=lz4 $f; done; cat part.*.lz4"
    ),
  ]

  private func runCopy(_ folder: Folder, _ input: String) throws -> Result {
    try folder.write(
      "job.yaml", "name: copy\ninput: [\(input)]\nmap: {program: copy.c}\noutput: out\n")
    return try run(
      "/usr/bin/env",
      [
        "ZVM_STATE=\(folder.path("state"))", zvm, "job", "run", folder.path("job.yaml"),
        "--no-cache",
        "--jobs", "2", "--shard-size", "60000",
      ])
  }

  @Test(
    "a flipped bit is an error that names the file and the place, or changes nothing",
    arguments: formats.indices)
  func flippedBits(_ index: Int) throws {
    let (name, command) = Self.formats[index]
    let folder = try Folder()
    try folder.write("copy.c", Self.copy)
    let plain = (0..<9000).map { "line \($0) of \(($0 &* 2_654_435_761) % 9973)\n" }.joined()
    try folder.write("plain", plain)
    _ = try shell("{ \(command); } > whole; rm -f part.*", in: folder.url)
    let whole = try Data(contentsOf: URL(filePath: folder.path("whole")))
    try whole.write(to: URL(filePath: folder.path(name)))
    let sound = try runCopy(folder, name)
    #expect(sound.status == 0, "\(sound.errors)")
    #expect(try folder.text("out") == plain)

    // Fixed places, half of them in the first and last bytes, where headers and tables are.
    var state: UInt64 = 41
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    var refused = 0
    let rounds = longTests ? 100 : 4
    for round in 0..<rounds {
      try? FileManager.default.removeItem(atPath: folder.path("out"))
      let place =
        round % 4 == 0
        ? random(40) : round % 4 == 1 ? whole.count - 1 - random(40) : random(whole.count)
      var damaged = whole
      damaged[place] ^= 1 << UInt8(random(8))
      try damaged.write(to: URL(filePath: folder.path(name)))
      let result = try runCopy(folder, name)
      if result.status == 0 {
        #expect(try folder.text("out") == plain, "\(name), byte \(place): a wrong result")
        continue
      }
      refused += 1
      #expect(result.status == 1)
      #expect(result.errors.contains(name), "byte \(place): \(result.errors)")
      #expect(result.errors.contains("near byte "), "byte \(place): \(result.errors)")
      #expect(!folder.names.contains("out"), "byte \(place): an output in spite of an error")
    }
    #expect(refused >= rounds / 4)
  }

  @Test("an input that is changed while the job runs is an error that names it")
  func changedWhileRunning() throws {
    let folder = try Folder()
    try folder.write(
      "copy.c",
      Self.copy.replacing(
        "fwrite(buffer", with: "for (volatile int i = 0; i < 30000000; i++) {} fwrite(buffer"))
    // More than a thousand shards of some 10 ms: the file is changed long before the last, and the
    // first shard that ends after the change ends the job.
    try folder.write("data.txt", (0..<60_000).map { "line \($0)\n" }.joined())
    try folder.write(
      "job.yaml", "name: copy\ninput: [data.txt]\nmap: {program: copy.c}\noutput: out\n")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "ZVM_STATE=\(folder.path("state"))", zvm, "job", "run", folder.path("job.yaml"), "--no-cache",
      "--jobs", "1", "--shard-size", "600",
    ]
    try folder.write("errors", "")
    process.standardError = FileHandle(forWritingAtPath: folder.path("errors"))
    try process.run()
    // The first shard is done, others are not.
    var waited = 0
    while process.isRunning, waited < 2000 {
      let found = try shell(
        "cat state/jobs/*/record.jsonl 2>/dev/null | grep -c '\"event\":\"task\"' || true",
        in: folder.url)
      if found != "0\n" { break }
      usleep(10_000)
      waited += 1
    }
    try #require(process.isRunning)
    let handle = try #require(FileHandle(forWritingAtPath: folder.path("data.txt")))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("one more\n".utf8))
    try handle.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    let errors = try folder.text("errors")
    #expect(errors.contains("data.txt") && errors.contains("changed"), "\(errors)")
    #expect(!folder.names.contains("out"))
  }

  @Test("a key that most lines have goes through one reducer in order, with and without a combiner")
  func skewedKeys() throws {
    let folder = try Folder()
    try folder.write("copy.c", Self.copy)
    try folder.write("sum.c", JobEngineTests.sum)
    // Nine of ten lines have one key.
    let lines = (0..<60_000).map { "\($0 % 10 == 0 ? "k\($0 % 977)" : "hot")\t\($0)\n" }
    try folder.write("data.txt", lines.joined())
    let expected = try shell(
      "awk -F'\\t' '{s[$1] += $2} END {for (k in s) printf \"%s\\t%.0f\\n\", k, s[k]}' data.txt | sort",
      in: folder.url)
    for combine in ["", "combine: {program: sum.c}\n"] {
      try folder.write(
        "job.yaml",
        """
        name: skew
        input: [data.txt]
        map: {program: copy.c}
        \(combine)shuffle: sort
        reducers: 4
        reduce: {program: sum.c}
        output: "part-{n}"
        """)
      let result = try run(
        "/usr/bin/env",
        [
          "ZVM_STATE=\(folder.path("state"))", zvm, "job", "run", folder.path("job.yaml"),
          "--no-cache", "--jobs", "3", "--shard-size", "20000",
        ])
      #expect(result.status == 0, "\(result.errors)")
      #expect(try shell("cat part-* | sort", in: folder.url) == expected)
    }
  }

  @Test("the record tells each task's own peak memory, though one process ran them all")
  func peakMemory() throws {
    let folder = try Folder()
    try folder.write(
      "touch.c",
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      int main(void) {
        int mebibytes = 0;
        scanf("%d", &mebibytes);
        char *memory = malloc((size_t)mebibytes << 20);
        if (!memory) return 1;
        memset(memory, 1, (size_t)mebibytes << 20);
        printf("%d\\n", memory[(mebibytes << 20) - 1]);
        return 0;
      }
      """)
    // The larger file goes first.
    try folder.write("a.txt", "60\n")
    try folder.write("b.txt", "2\n")
    try folder.write(
      "job.yaml",
      "name: peak\\ninput: [a.txt, b.txt]\\nmap: {program: touch.c, memory: 128MiB}\\noutput: out\\n"
        .replacing("\\n", with: "\n"))
    let result = try run(
      "/usr/bin/env",
      [
        "ZVM_STATE=\(folder.path("state"))", zvm, "job", "run", folder.path("job.yaml"),
        "--no-cache",
        "--jobs", "1",
      ])
    #expect(result.status == 0, "\(result.errors)")
    let log = try run(
      "/usr/bin/env",
      ["ZVM_STATE=\(folder.path("state"))", zvm, "job", "report", "--format", "tsv"])
    let rows = log.output.split(separator: "\n").map { $0.split(separator: "\t") }
    let column = try #require(rows.first?.firstIndex(of: "peak"))
    let peaks = rows.dropFirst().compactMap { Int($0[column]) }
    try #require(peaks.count == 2, "\(log.output)")
    #expect(peaks[0] > 60 << 20 && peaks[0] < 100 << 20, "\(peaks)")
    #expect(peaks[1] > 1 << 20, "\(peaks)")
    // Only root may let the kernel count anew.
    if getuid() == 0 { #expect(peaks[1] < 40 << 20, "\(peaks)") }
  }
}
