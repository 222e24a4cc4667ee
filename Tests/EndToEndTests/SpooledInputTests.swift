import Foundation
import Testing

/// Inputs that are no files by themselves: members of archives, and standard input.
@Suite("archives and standard input as inputs", .serialized)
struct SpooledInputTests {
  private func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write("copy.c", DamagedInputTests.copy)
    _ = try shell(
      """
      mkdir -p logs/sub logs/empty
      seq -f 'a %g' 1 30000 > logs/a.log
      seq -f 'b %g' 1 20000 > logs/sub/b.log
      seq -f 'c %g' 1 9000 | gzip > logs/sub/c.log.gz
      echo other > logs/readme.txt
      ln -s a.log logs/link.log
      n=$(printf 'long%.0s' $(seq 40)); echo "a name beyond a hundred bytes" > "logs/$n.log"
      """, in: folder.url)
    return folder
  }

  private func runJob(
    _ folder: Folder, _ input: String, _ arguments: [String] = [], data: Data? = nil
  )
    throws -> Result
  {
    try folder.write(
      "job.yaml", "name: copy\ninput: ['\(input)']\nmap: {program: copy.c}\noutput: out\n")
    return try run(
      "/usr/bin/env",
      [
        "ZVM_STATE=\(folder.path("state"))", zvm, "job", "run", folder.path("job.yaml"),
        "--no-cache",
        "--shard-size", "50000",
      ] + arguments, input: data)
  }

  /// How each archive is made of `logs`.
  static let archives: [(name: String, command: String)] = [
    ("a.tar", "tar -c logs"),
    ("ustar.tar.gz", "tar -c --format=ustar --exclude='*long*' logs | gzip"),
    ("pax.tar.xz", "tar -c --format=pax logs | xz -0"),
    ("a.tar.zst", "tar -c logs | zstd -q"),
    ("a.zip", ""),
  ]

  @Test("members of archives are read as files are", arguments: archives.indices)
  func members(_ index: Int) throws {
    let (name, command) = Self.archives[index]
    let folder = try folder()
    if name.hasSuffix(".zip") {
      _ = try shell("rm logs/link.log; python3 -m zipfile -c \(name) logs/", in: folder.url)
    } else {
      _ = try shell("\(command) > \(name)", in: folder.url)
    }
    let result = try runJob(folder, "\(name)//**/*.log*", ["--jobs", "2"])
    #expect(result.status == 0, "\(result.errors)")
    let expected = try shell(
      """
      find logs -type f -name '*.log*' \(name.hasPrefix("ustar") ? "! -name '*long*'" : "") | sort |
        while read f; do case $f in *.gz) zcat "$f";; *) cat "$f";; esac; done
      """, in: folder.url)
    #expect(try folder.text("out") == expected)
    let log = try run(
      "/usr/bin/env",
      ["ZVM_STATE=\(folder.path("state"))", zvm, "job", "report", "--format", "tsv"])
    #expect(log.output.contains("\(name)//logs/sub/b.log"), "\(log.output)")
    let jobs = try #require(folder.names.contains("state") ? "state/jobs" : nil)
    #expect(try shell("find \(jobs) -path '*/data/*' | wc -l", in: folder.url) == "0\n")

    let none = try runJob(folder, "\(name)//*.nothing")
    #expect(none.status == 1 && none.errors.contains("no member matches"), "\(none.errors)")
  }

  @Test(
    "a flipped bit in an archive is an error with its place, or changes nothing",
    arguments: [
      "a.tar.gz", "a.zip",
    ])
  func flippedBits(name: String) throws {
    let folder = try folder()
    _ = try shell(
      name.hasSuffix("zip")
        ? "python3 -c \"import zipfile; z = zipfile.ZipFile('whole', 'w', 8); z.write('logs/a.log'); "
          + "z.write('logs/sub/b.log')\""
        : "tar -c logs/a.log logs/sub/b.log | gzip > whole", in: folder.url)
    let whole = try Data(contentsOf: URL(filePath: folder.path("whole")))
    let expected = try shell("cat logs/a.log logs/sub/b.log", in: folder.url)
    var state: UInt64 = 17
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    for round in 0..<(longTests ? 100 : 6) {
      let place = round % 2 == 0 ? whole.count - 1 - random(200) : random(whole.count)
      var damaged = whole
      damaged[place] ^= 1 << UInt8(random(8))
      try damaged.write(to: URL(filePath: folder.path(name)))
      try? FileManager.default.removeItem(atPath: folder.path("out"))
      let result = try runJob(folder, "\(name)//**")
      if result.status == 0 {
        #expect(try folder.text("out") == expected, "byte \(place): a wrong result")
      } else {
        #expect(
          result.errors.contains(name) && result.errors.contains("near byte "), "\(result.errors)")
        #expect(!folder.names.contains("out"))
      }
    }
  }

  @Test("names that lead out of the archive, or come twice, are refused")
  func hostileNames() throws {
    let folder = try folder()
    for (name, says) in [
      ("../escape.log", "not accepted"), ("a\\x1b[31m.log", "not accepted"), ("twice.log", "twice"),
    ] {
      _ = try shell(
        """
        python3 - <<'EOF'
        import tarfile, io
        t = tarfile.open("bad.tar", "w")
        for _ in range(2):
          i = tarfile.TarInfo("\(name)"); i.size = 3
          t.addfile(i, io.BytesIO(b"hi\\n"))
        t.close()
        EOF
        """, in: folder.url)
      let result = try runJob(folder, "bad.tar//**")
      #expect(result.status == 1 && result.errors.contains(says), "\(result.errors)")
      #expect(!result.errors.contains("\u{1b}"))
    }
    #expect(!folder.names.contains("escape.log"))
  }

  @Test("standard input is an input, compressed or not")
  func standardInput() throws {
    let folder = try folder()
    let plain = try folder.text("logs/a.log")
    let first = try runJob(folder, "-", ["--jobs", "2"], data: Data(plain.utf8))
    #expect(first.status == 0, "\(first.errors)")
    #expect(try folder.text("out") == plain)
    let packed = try Data(contentsOf: URL(filePath: folder.path("logs/sub/c.log.gz")))
    #expect(try runJob(folder, "-", data: packed).status == 0)
    #expect(try folder.text("out") == shell("zcat logs/sub/c.log.gz", in: folder.url))
  }
}
