import Foundation
import Testing

/// What a job must not replace, and what becomes of what is said when nobody can hear it.
@Suite("outputs and streams")
struct OutputTargetTests {
  private func folder(_ output: String = "output: out", program: String = "map.awk") throws
    -> Folder
  {
    let folder = try Folder()
    try folder.write("map.awk", "{ print $1 }\n")
    try folder.write("data.txt", "a 1\nb 2\n")
    try folder.write(
      "job.yaml", "name: names\ninput: [data.txt]\nmap: {program: \(program)}\n\(output)\n")
    return folder
  }

  /// Runs the job by a shell, with its streams as the script says.
  private func job(_ folder: Folder, _ words: String = "run job.yaml") throws -> Result {
    try run(
      "/bin/bash", ["-c", "export ZVM_STATE=$PWD/state; exec '\(zvm)' job \(words)"],
      in: folder.url)
  }

  @Test(
    "what is no regular file, or one that the job needs, is not replaced",
    arguments: [
      ("mkfifo out", "out", "is no regular file"),
      ("mkdir out", "out", "is a folder"),
      ("touch target; ln -s target out", "out", "is a symbolic link"),
      ("true", "\"-\"", "an output is a file with a name"),
      ("true", "data.txt", "is an input of the job as well"),
      ("true", "./data.txt", "is an input of the job as well"),
      ("true", "job.yaml", "is the job file of the job as well"),
      ("true", "map.awk", "is a program of the job as well"),
      ("ln data.txt out", "out", "is an input of the job as well"),
      ("touch file", "file/out", "is no folder"),
      ("true", "\"n-{n}\"}\nreducers: 3\nshuffle: sort\nreduce: {program: map.awk", "n-00001"),
    ])
  func refused(setUp: String, output: String, expected: String) throws {
    let folder = try folder("output: {path: \(output)}")
    _ = try shell("\(setUp); mkdir n-00001", in: folder.url)
    let before = try shell("ls -lR --time-style=full-iso | grep -v '^total'", in: folder.url)
    for words in ["run job.yaml --no-cache", "run job.yaml --dry-run"] {
      let result = try job(folder, words)
      #expect(result.status == 1, "\(words): \(result.errors)")
      #expect(result.errors.contains("output: "), "\(result.errors)")
      #expect(result.errors.contains(expected), "\(result.errors)")
      _ = try shell("rm -rf state", in: folder.url)
    }
    #expect(
      try shell("ls -lR --time-style=full-iso | grep -v '^total'", in: folder.url) == before)
  }

  @Test("--output of a job with two outputs is an error")
  func twoOutputs() throws {
    let folder = try folder()
    try folder.write(
      "job.yaml",
      """
      name: two
      stages:
        - {name: a, input: data.txt, map: {program: map.awk}, output: one}
        - {name: b, input: data.txt, map: {program: map.awk}, output: two}

      """)
    let result = try job(folder, "run job.yaml --output three")
    #expect(result.status == 1 && result.errors.contains("2 outputs"), "\(result.errors)")
  }

  @Test("more than output_limit is an error that names it, also of a program that does not look")
  func outputLimit() throws {
    let folder = try folder()
    // Ten bytes are allowed, ten are written; nine are not enough.
    try folder.write("map.c", "#include <stdio.h>\nint main(void) { printf(\"123456789\\n\"); }\n")
    for (limit, status) in [(10, Int32(0)), (9, 1)] {
      try folder.write(
        "job.yaml",
        "name: limit\ninput: data.txt\nmap: {program: map.c, output_limit: \(limit)}\noutput: out\n"
      )
      let result = try job(folder, "run job.yaml --no-cache")
      #expect(result.status == status, "\(result.errors)")
      #expect(result.errors.contains("output_limit: 9") == (limit == 9), "\(result.errors)")
      #expect(folder.names.contains("out") == (limit == 10))
      _ = try shell("rm -f out", in: folder.url)
    }
    // Who writes for ever is stopped long before its time is up.
    try folder.write("map.c", "#include <stdio.h>\nint main(void) { for (;;) puts(\"more\"); }\n")
    try folder.write(
      "job.yaml",
      "name: limit\ninput: data.txt\nmap: {program: map.c, output_limit: 1MiB}\noutput: out\n")
    let result = try job(folder, "run job.yaml --no-cache")
    #expect(result.status == 1 && result.errors.contains("output_limit: 1048576"))
  }

  @Test("a closed or full standard stream neither stops a job nor gets into its files")
  func streams() throws {
    let folder = try folder()
    for streams in ["2>/dev/full", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"] {
      let result = try job(folder, "run job.yaml --no-cache \(streams)")
      #expect(result.status == 0, "\(streams): \(result.errors)")
      #expect(try folder.text("out") == "a\nb\n")
      let lines = try shell(
        "cat state/jobs/*/record.jsonl | grep -vc '^{.*}$' || true; rm -r state out",
        in: folder.url)
      #expect(lines == "0\n", "\(streams)")
    }
    #expect(try job(folder).status == 0)
    for words in ["report --format json", "run job.yaml --dry-run"] {
      let result = try job(folder, "\(words) >/dev/full")
      #expect(result.status == 1, "\(words)")
      #expect(result.errors.contains("standard output: No space left on device"))
    }
  }

  @Test("a resume tells that the job file is another one now")
  func changedJobFile() throws {
    let folder = try folder(program: "'awk: {print $1; exit 3}'")
    #expect(try job(folder).status == 1)
    try folder.write(
      "job.yaml", "name: names\ninput: [data.txt]\nmap: {program: map.awk}\noutput: out\n")
    let result = try job(folder, "resume")
    #expect(result.status == 1 && result.errors.contains("job.yaml was changed since"))
  }
}
