import Foundation
import Testing

/// What jobs do beyond one map and one reduce, against sort, awk and the programs run twice.
@Suite("job engine", .serialized)
struct JobEngineTests {
  /// Writes `key TAB line number` for every line `key …`.
  static let pairs = """
    #include <stdio.h>
    #include <string.h>
    int main(void) {
      static char line[65536];
      while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\\n")] = 0;
        char *space = strchr(line, ' ');
        if (!space) continue;
        *space = '\\t';
        puts(line);
      }
      return 0;
    }
    """
  static let copy = """
    #include <stdio.h>
    int main(void) {
      static char buffer[65536];
      size_t n;
      while ((n = fread(buffer, 1, sizeof buffer, stdin))) fwrite(buffer, 1, n, stdout);
      return 0;
    }
    """
  /// Adds up neighbouring lines with one key; fails when a key comes back.
  static let sum = """
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    int main(void) {
      static char line[65536], key[65536];
      unsigned long long sum = 0;
      int any = 0;
      while (fgets(line, sizeof line, stdin)) {
        char *tab = strchr(line, '\\t');
        if (!tab) return 2;
        *tab = 0;
        if (any && strcmp(key, line)) {
          if (strcmp(key, line) > 0) return 3;
          printf("%s\\t%llu\\n", key, sum);
          sum = 0;
        }
        strcpy(key, line);
        any = 1;
        sum += strtoull(tab + 1, 0, 10);
      }
      if (any) printf("%s\\t%llu\\n", key, sum);
      return 0;
    }
    """

  private func folder(_ job: String, lines: Int = 6000) throws -> Folder {
    let folder = try Folder()
    try folder.write("pairs.c", Self.pairs)
    try folder.write("copy.c", Self.copy)
    try folder.write("sum.c", Self.sum)
    try folder.write("job.yaml", job)
    // Half the lines have one key.
    try folder.write(
      "data.txt",
      (0..<lines).map { index in
        let key = index % 2 == 0 ? "hot" : "k\((index &* 2_654_435_761) % 997)"
        return "\(key) \(index)\n"
      }.joined())
    return folder
  }

  private func environment(_ folder: Folder) -> [String] {
    ["ZVM_STATE=\(folder.path("state"))", "ZVM_SHARDS=\(folder.path("shards"))", zvm]
  }

  private func job(_ folder: Folder, _ arguments: [String]) throws -> Result {
    try run("/usr/bin/env", environment(folder) + ["job"] + arguments)
  }

  private func runJob(_ folder: Folder, _ arguments: [String] = [], size: String = "4000") throws
    -> Result
  {
    try job(folder, ["run", folder.path("job.yaml"), "--shard-size", size] + arguments)
  }

  /// The task lines of a job's record as JSON objects.
  private func tasks(_ folder: Folder) throws -> [[String: Any]] {
    let jobs = folder.path("state/jobs")
    let last = try #require(try FileManager.default.contentsOfDirectory(atPath: jobs).sorted().last)
    let text = try String(contentsOfFile: "\(jobs)/\(last)/record.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }.filter { $0["event"] as? String == "task" }
  }

  private static let shuffle = """
    name: shuffle
    input: data.txt
    map: {program: pairs.c}
    shuffle: sort
    reduce: {program: copy.c}
    output: out.txt
    """

  @Test("a shuffle gives what sort gives, for any number of sandboxes")
  func shuffled() throws {
    let folder = try folder(Self.shuffle)
    let expected = try shell(
      "tr ' ' '\\t' < data.txt | sort -s -t '\t' -k1,1", in: folder.url)
    for jobs in ["1", "3", "16"] {
      let result = try runJob(folder, ["--jobs", jobs, "--no-cache"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(try folder.text("out.txt") == expected, "--jobs \(jobs)")
    }
    #expect(try tasks(folder).count > 10)
  }

  @Test("reducers share the keys, each part sorted; a combiner changes nothing but the work")
  func reducersAndCombiner() throws {
    let base = Self.shuffle.replacingOccurrences(of: "copy.c}", with: "sum.c}\nreducers: 4")
      .replacingOccurrences(of: "out.txt", with: "out/part-{n}.tsv.gz")
    let folder = try folder(base)
    let expected = try shell(
      "awk '{s[$1]+=$2} END {for (k in s) printf \"%s\\t%d\\n\", k, s[k]}' data.txt | sort",
      in: folder.url)
    let plain = try runJob(folder, ["--no-cache"])
    #expect(plain.status == 0, "\(plain.errors)")
    #expect(try shell("zcat out/part-0000[0-3].tsv.gz | sort", in: folder.url) == expected)
    for part in 0..<4 {
      _ = try shell("zcat out/part-0000\(part).tsv.gz | sort -c -t '\t' -k1,1", in: folder.url)
    }
    let before = try shell("cat out/*.gz | sha256sum", in: folder.url)
    try folder.write("job.yaml", base + "\ncombine: {program: sum.c}\n")
    let combined = try runJob(folder, ["--no-cache", "--jobs", "5"])
    #expect(combined.status == 0, "\(combined.errors)")
    #expect(try shell("cat out/*.gz | sha256sum", in: folder.url) == before)
  }

  @Test("stages read what other stages left")
  func stages() throws {
    let folder = try folder(
      """
      name: two
      parameters: {top: "3"}
      stages:
        - name: sums
          input: data.txt
          map: {program: pairs.c}
          shuffle: sort
          reducers: 3
          reduce: {program: sum.c}
        - name: swap
          from: sums
          map: {program: copy.c}
          shuffle: sort
          reduce: {program: sum.c}
          output: {path: "out-${top}.zst", compression: zst}
      """)
    let result = try runJob(folder, ["--set", "top=7", "--no-cache"])
    #expect(result.status == 0, "\(result.errors)")
    let expected = try shell(
      "awk '{s[$1]+=$2} END {for (k in s) printf \"%s\\t%d\\n\", k, s[k]}' data.txt | sort",
      in: folder.url)
    #expect(try shell("zstdcat out-7.zst", in: folder.url) == expected)
  }

  @Test("a job with one more input maps only that; a damaged result is made anew")
  func cache() throws {
    let folder = try folder(
      Self.shuffle.replacingOccurrences(of: "data.txt", with: "data*.txt"))
    let first = try runJob(folder)
    #expect(first.status == 0, "\(first.errors)")
    let count = try tasks(folder).count
    #expect(try tasks(folder).allSatisfy { $0["reason"] as? String == "run" })
    try folder.write("data2.txt", "new 1\n")
    // A copy with the same bytes is the same input.
    _ = try shell("cp data.txt copy && mv copy data.txt", in: folder.url)
    let second = try runJob(folder)
    #expect(second.status == 0, "\(second.errors)")
    let ran = try tasks(folder).filter { $0["reason"] as? String == "run" }
    #expect(
      ran.compactMap { $0["path"] as? String }.map { URL(filePath: $0).lastPathComponent }
        == ["data2.txt"])
    #expect(ran.count == 2, "the new shard, and the reduce")
    let expected = try shell(
      "cat data*.txt | tr ' ' '\\t' | sort -s -t '\t' -k1,1", in: folder.url)
    #expect(try folder.text("out.txt") == expected)
    // Every entry of any size gets one byte changed.
    let damaged = try shell(
      """
      find shards -type f -size +200c -name '????????*' | while read f; do
        printf X | dd of="$f" bs=1 seek=180 conv=notrunc status=none; echo "$f"; done
      """, in: folder.url
    ).split(separator: "\n").count
    #expect(damaged > 8)
    let third = try runJob(folder)
    #expect(third.status == 0, "\(third.errors)")
    #expect(try folder.text("out.txt") == expected)
    // All of them but the first run's reduce, which nobody asks for any more.
    let anew = try tasks(folder).filter { $0["reason"] as? String == "run" }.count
    #expect(anew >= damaged - 1, "\(anew) of \(damaged)")
    let info = try run("/usr/bin/env", environment(folder) + ["cache", "info"])
    #expect(info.output.contains("entries  \(count + 2)") || info.output.contains("entries"))
    let pruned = try run("/usr/bin/env", environment(folder) + ["cache", "prune"])
    #expect(pruned.status == 0)
    #expect(
      try run("/usr/bin/env", environment(folder) + ["cache", "info"]).output
        .contains("entries  0"))
  }

  /// Burns some time, so that there is something to interrupt.
  private static let slow = """
    #include <stdio.h>
    #include <string.h>
    int main(void) {
      static char line[65536];
      while (fgets(line, sizeof line, stdin)) {
        for (volatile int i = 0; i < 20000; i++) {}
        line[strcspn(line, "\\n")] = 0;
        char *space = strchr(line, ' ');
        if (space) *space = '\\t';
        puts(line);
      }
      return 0;
    }
    """

  @Test("a killed job is resumed with the same result, whenever it was killed")
  func resume() throws {
    let folder = try folder(
      Self.shuffle.replacingOccurrences(of: "pairs.c", with: "slow.c")
        .replacingOccurrences(
          of: "reduce: {program: copy.c}", with: "reduce: {program: sum.c}\nreducers: 3"),
      lines: 12_000)
    try folder.write("slow.c", Self.slow)
    // The first run compiles; how long a run takes is seen at the second.
    _ = try runJob(folder, ["--no-cache", "--jobs", "2"], size: "1000")
    let start = ContinuousClock.now
    let whole = try runJob(folder, ["--no-cache", "--jobs", "2"], size: "1000")
    #expect(whole.status == 0, "\(whole.errors)")
    let milliseconds = max(100, Int((ContinuousClock.now - start) / .milliseconds(1)))
    let expected = try folder.text("out.txt")
    let isLong = ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"
    var random = SystemRandomNumberGenerator()
    var kept = 0
    for _ in 0..<(isLong ? 20 : 3) {
      try? FileManager.default.removeItem(atPath: folder.path("out.txt"))
      // A kill may come before there is anything.
      try? FileManager.default.removeItem(atPath: folder.path("state"))
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments =
        environment(folder) + [
          "job", "run", folder.path("job.yaml"), "--shard-size", "1000", "--no-cache", "--jobs",
          "2",
        ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      let delay = Int.random(in: 0..<milliseconds, using: &random)
      usleep(UInt32(delay) * 1000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let jobs =
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path("state/jobs"))) ?? []
      if process.terminationReason == .exit || jobs.isEmpty { continue }
      let resumed = try job(folder, ["resume"])
      // Killed before anything was written, or after all was done: both are said.
      let isVoid =
        resumed.errors.contains("does not begin with the job") || resumed.errors.contains("is done")
        || resumed.errors.contains("there is no such job")
      #expect(resumed.status == 0 || isVoid, "after \(delay) ms: \(resumed.errors)")
      if resumed.status == 0 {
        #expect(try folder.text("out.txt") == expected, "after \(delay) ms")
        if resumed.errors.contains("kept from before") { kept += 1 }
        #expect(!FileManager.default.fileExists(atPath: folder.path("state/jobs/\(jobs[0])/data")))
      }
    }
    if isLong { #expect(kept > 5, "resuming must save work") }
  }

  @Test("what was damaged since is not kept by a resume")
  func damagedData() throws {
    let folder = try folder(Self.shuffle.replacingOccurrences(of: "copy.c", with: "fail.c"))
    try folder.write("fail.c", "int main(void) { return 9; }\n")
    let failed = try runJob(folder, ["--no-cache"])
    #expect(failed.status == 1 && failed.errors.contains("exited with status 9"))
    #expect(failed.errors.contains("zvm job resume"))
    _ = try shell(
      "for f in state/jobs/*/data/*; do printf XYZ | dd of=$f bs=1 conv=notrunc status=none; done",
      in: folder.url)
    try folder.write("fail.c", Self.copy)
    let resumed = try job(folder, ["resume"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(
      try folder.text("out.txt")
        == shell("tr ' ' '\\t' < data.txt | sort -s -t '\t' -k1,1", in: folder.url))
  }

  @Test("a resume refuses an input that changed, and names it")
  func changedInput() throws {
    let folder = try folder(Self.shuffle.replacingOccurrences(of: "copy.c", with: "fail.c"))
    try folder.write("fail.c", "int main(void) { return 9; }\n")
    #expect(try runJob(folder).status == 1)
    _ = try shell("echo more 1 >> data.txt", in: folder.url)
    let resumed = try job(folder, ["resume"])
    #expect(resumed.status == 1)
    #expect(resumed.errors.contains("data.txt") && resumed.errors.contains("changed"))
  }

  @Test("a resume mixes no results of two map programs, and takes another reducer")
  func changedProgram() throws {
    let job = Self.shuffle.replacingOccurrences(of: "copy.c", with: "fail.c")
    let folder = try folder(job)
    try folder.write("fail.c", "int main(void) { return 9; }\n")
    #expect(try runJob(folder, ["--no-cache"]).status == 1)
    let map = try folder.text("pairs.c")
    try folder.write("pairs.c", map.replacingOccurrences(of: "puts(line)", with: "puts(space)"))
    let refused = try self.job(folder, ["resume"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("pairs.c changed since the job was begun"), "\(refused.errors)")
    try folder.write("pairs.c", map)
    try folder.write("fail.c", Self.copy)
    let resumed = try self.job(folder, ["resume"])
    #expect(resumed.status == 0 && resumed.errors.contains("kept from before"), "\(resumed.errors)")
    #expect(
      try folder.text("out.txt")
        == shell("tr ' ' '\\t' < data.txt | sort -s -t '\t' -k1,1", in: folder.url))
  }

  @Test("what went wrong before any shard was done is told without a resume")
  func earlyErrors() throws {
    let folder = try folder(Self.shuffle.replacingOccurrences(of: "copy.c", with: "nothere.c"))
    let result = try runJob(folder)
    #expect(result.status == 1)
    // One line, which names the program once.
    #expect(
      result.errors == "zvm: shuffle: \(folder.path("nothere.c")): cannot be read\n",
      "\(result.errors)")
  }

  /// Fails on lines that hold POISON.
  private static let picky = """
    #include <stdio.h>
    #include <string.h>
    int main(void) {
      static char line[65536];
      while (fgets(line, sizeof line, stdin)) {
        if (strstr(line, "POISON")) { fputs("cannot take this\\n", stderr); return 5; }
        fputs(line, stdout);
      }
      return 0;
    }
    """

  private func pickyFolder(_ failures: String) throws -> Folder {
    let folder = try folder(
      """
      name: picky
      input: data.txt
      map: {program: picky.c}
      output: out.txt
      failures: \(failures)
      """)
    try folder.write("picky.c", Self.picky)
    _ = try shell("sed -i '100s/.*/POISON/;5000s/.*/POISON/' data.txt", in: folder.url)
    return folder
  }

  @Test("failed shards are left out where the job says so, told of, and change the exit status")
  func skipping() throws {
    let folder = try pickyFolder("{on_error: skip}")
    let result = try runJob(folder)
    #expect(result.status == 3)
    #expect(result.errors.contains("2 of "), "\(result.errors)")
    #expect(result.errors.contains("cannot take this"))
    let skipped = try tasks(folder).filter { $0["status"] as? String == "skipped" }
    #expect(skipped.count == 2 && skipped.allSatisfy { $0["exit"] as? Int == 5 })
    // The rest is there, in order.
    let rest = try folder.text("out.txt")
    #expect(!rest.contains("POISON") && rest.utf8.count > 40_000)
    let logs = try shell("cat state/jobs/*/stderr/*.log", in: folder.url)
    #expect(logs == "cannot take this\ncannot take this\n")

    let allowed = try pickyFolder("{on_error: skip, allow_skipped: true, after: 2}")
    let done = try runJob(allowed)
    #expect(done.status == 0 && done.errors.contains("2 shards left out"), "\(done.errors)")

    let tooMany = try pickyFolder("{on_error: skip, after: 1}")
    let stopped = try runJob(tooMany)
    #expect(stopped.status == 1 && stopped.errors.contains("too many"), "\(stopped.errors)")
    #expect(!FileManager.default.fileExists(atPath: tooMany.path("out.txt")))
  }

  @Test("records that a program rejects are kept in shard order, up to a limit")
  func rejects() throws {
    let text = """
      name: rejects
      input: data.txt
      map: {program: reject.c}
      output: out.txt
      rejects: {path: bad.txt, limit: 600}
      """
    let folder = try folder(text)
    try folder.write(
      "reject.c",
      """
      #include <stdio.h>
      int main(void) {
        static char line[65536];
        FILE *bad = fopen("/dev/rejects", "w");
        if (!bad) return 4;
        for (unsigned n = 0; fgets(line, sizeof line, stdin); n++) fputs(line, n % 10 ? stdout : bad);
        return fclose(bad) != 0;
      }
      """)
    let result = try runJob(folder, ["--jobs", "4"], size: "100000")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try folder.text("bad.txt") == shell("awk 'NR % 10 == 1' data.txt", in: folder.url))
    #expect(
      try folder.text("out.txt") == shell("awk 'NR % 10 != 1' data.txt", in: folder.url))
    try folder.write("job.yaml", text.replacingOccurrences(of: "600", with: "599"))
    let refused = try runJob(folder, size: "100000")
    #expect(refused.status == 1 && refused.errors.contains("600 records were rejected"))
  }

  @Test("groups of a ZeroCloud job exchange data by channels of their names")
  func groups() throws {
    let folder = try folder("unused")
    try folder.write(
      "deal.c",
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      int main(void) {
        static char line[65536];
        FILE *out[2] = {fopen("/dev/out/reduce-1", "w"), fopen("/dev/out/reduce-2", "w")};
        if (!out[0] || !out[1]) return 4;
        while (fgets(line, sizeof line, stdin)) {
          char *space = strchr(line, ' ');
          fputs(line, out[space ? atoi(space + 1) % 2 : 0]);
        }
        return fclose(out[0]) || fclose(out[1]);
      }
      """)
    try folder.write(
      "gather.c",
      """
      #include <stdio.h>
      int main(void) {
        static char line[65536];
        for (int n = 1;; n++) {
          char name[64];
          sprintf(name, "/dev/in/map-%d", n);
          FILE *in = fopen(name, "r");
          if (!in) return n < 3;
          while (fgets(line, sizeof line, in)) fputs(line, stdout);
          fclose(in);
        }
      }
      """)
    try folder.write(
      "job.json",
      """
      [{"name": "map", "exec": {"path": "deal.c"}, "connect": ["reduce"],
        "devices": [{"name": "stdin", "path": "data.txt"}]},
       {"name": "reduce", "exec": {"path": "gather.c"}, "count": 2,
        "devices": [{"name": "stdout", "path": "out-*.txt"}]}]
      """)
    let result = try job(
      folder, ["run", folder.path("job.json"), "--shard-size", "10000", "--jobs", "3"])
    #expect(result.status == 0, "\(result.errors)")
    for part in 0...1 {
      #expect(
        try folder.text("out-0000\(part).txt")
          == shell("awk '$2 % 2 == \(part)' data.txt", in: folder.url))
    }
  }

  @Test("a dry run says what would be done, and does nothing")
  func dryRun() throws {
    let folder = try folder(Self.shuffle)
    let result = try runJob(folder, ["--dry-run"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("data.txt") && result.output.contains("memory"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.txt")))
    #expect(!FileManager.default.fileExists(atPath: folder.path("state")))
  }

  @Test("one shard can be run again as it was")
  func shell1() throws {
    let folder = try folder(Self.shuffle)
    #expect(try runJob(folder).status == 0)
    let shown = try job(folder, ["shell", "--shard", "1", "--print"])
    #expect(shown.output.contains("zvm job shell") && shown.output.contains("--shard 1"))
    let window = try #require(
      try tasks(folder).first { $0["n"] as? Int == 1 && $0["phase"] as? String == "map" })
    let offset = try #require(window["offset"] as? Int)
    let length = try #require(window["length"] as? Int)
    let replayed = try job(folder, ["shell", "--shard", "1"])
    #expect(replayed.status == 0, "\(replayed.errors)")
    #expect(
      try replayed.output
        == shell(
          "head -c \(offset + length) data.txt | tail -c \(length) | tr ' ' '\\t'", in: folder.url))
  }

  /// Whether this process may mount a file system.
  private static let mayMount: Bool = {
    let result = try? run(
      "/bin/bash",
      ["-c", "d=$(mktemp -d) && mount -t tmpfs -o size=64k none $d && umount $d && rmdir $d"])
    return result?.status == 0
  }()

  @Test("a full disk ends the job with its name, and leaves no output", .enabled(if: mayMount))
  func fullDisk() throws {
    let folder = try folder(
      Self.shuffle.replacingOccurrences(of: "shuffle: sort\n", with: ""), lines: 400_000)
    _ = try shell("mkdir full && mount -t tmpfs -o size=2m none full", in: folder.url)
    defer { _ = try? shell("umount full", in: folder.url) }
    let job = try folder.text("job.yaml")
    for policy in ["", "failures: {on_error: skip, allow_skipped: true}\n"] {
      try folder.write("job.yaml", job + "\n" + policy)
      let state = try runJob(folder, ["--state", folder.path("full"), "--no-cache"], size: "1MiB")
      #expect(state.status == 1)
      #expect(state.errors.contains("No space left"), "\(state.errors)")
      #expect(
        state.errors.contains("the job's folder is \(folder.path("full"))/"), "\(state.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.path("out.txt")))
      _ = try shell("rm -rf full/*", in: folder.url)
    }
    let output = try runJob(
      folder, ["--output", folder.path("full/out.txt"), "--no-cache"], size: "1MiB")
    #expect(output.status == 1)
    #expect(output.errors.contains("No space left"), "\(output.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("full")) == [])
  }
}
