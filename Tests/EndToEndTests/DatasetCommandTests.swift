import Foundation
import Testing

/// `zvm pack` and `zvm dataset info` against zstd, wc and the rest.
@Suite("datasets", .serialized)
struct DatasetCommandTests {
  private func log(_ folder: Folder, size: String = "512KiB") throws {
    let made = try run(
      zvm, ["dataset", "generate", "--size", size, "--seed", "4", "--output", folder.path("log")])
    try #require(made.status == 0, "\(made.errors)")
  }

  @Test(
    "a packed file is the input to every zstd, with a frame and a count for each part",
    arguments: [
      "cp log in", "zstd -q log -o in", "gzip -c log > in", "xz -0c log > in", "bzip2 -1c log > in",
      "zstd -q --format=lz4 log -o in", "split -n l/3 log p. && gzip p.* && cat p.*.gz > in",
    ])
  func pack(make: String) throws {
    let folder = try Folder()
    try log(folder)
    _ = try shell(make, in: folder.url)
    for jobs in ["1", "3"] {
      let packed = try run(
        zvm,
        ["pack", folder.path("in"), "-o", folder.path("out-\(jobs).zst"), "--frame-size", "25KiB"]
          + ["-j", jobs])
      #expect(packed.status == 0, "\(packed.errors)")
    }
    _ = try shell("zstdcat out-1.zst | cmp - log && cmp out-1.zst out-3.zst", in: folder.url)
    let lines = try shell("wc -l < log", in: folder.url).trimmingCharacters(
      in: .whitespacesAndNewlines)
    let info = try run(
      zvm, ["dataset", "info", folder.path("out-1.zst"), "--shard-size", "25KiB"])
    #expect(info.status == 0, "\(info.errors)")
    #expect(info.output.contains("\(lines) records (lines), indexed"))
    #expect(info.output.contains("by the seek table"))
    // Frames end with lines: zstd's own list of them and ours agree.
    let frames = try shell(
      "zstd -lv out-1.zst 2>&1 | sed -n 's/.*# Zstandard Frames: *//p'", in: folder.url
    ).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(info.output.contains("\(frames) frames"))
    #expect((Int(frames) ?? 0) > 15)
  }

  @Test("records of every format are packed whole")
  func formats() throws {
    let folder = try Folder()
    var csv = ""
    for row in 0..<3000 { csv += "\(row),\"line one\nline \"\"two\"\"\n\",x\n" }
    try folder.write("csv", csv)
    let nul = (0..<5000).map { "record \($0)\n\0" }.joined()
    try folder.write("nul", nul)
    try folder.write("fixed", String(repeating: "0123456789abcde", count: 4001))
    for (name, records, count) in [
      ("csv", "csv", 3000), ("nul", "nul", 5000), ("fixed", "fixed:15", 4001),
    ] {
      let packed = try run(
        zvm,
        ["pack", folder.path(name), "--records", records, "--frame-size", "4KiB"])
      #expect(packed.status == 0, "\(packed.errors)")
      #expect(packed.output.contains(": \(count) records in "), "\(packed.output)")
      _ = try shell("zstdcat \(name).zst | cmp - \(name)", in: folder.url)
    }
  }

  @Test("damage is named with file and offset, and nothing is left behind")
  func damage() throws {
    let folder = try Folder()
    try log(folder)
    _ = try shell("gzip -c log > log.gz", in: folder.url)
    let path = URL(filePath: folder.path("log.gz"))
    let bytes = try Data(contentsOf: path)
    var flipped = bytes
    flipped[bytes.count / 2] ^= 16
    for (name, content) in [("flipped", flipped), ("cut", bytes.prefix(bytes.count - 100))] {
      try content.write(to: path)
      let packed = try run(zvm, ["pack", folder.path("log.gz"), "-o", folder.path("out.zst")])
      #expect(packed.status != 0, "\(name)")
      #expect(packed.errors.contains("log.gz"), "\(packed.errors)")
      #expect(packed.errors.contains("near byte "), "\(packed.errors)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
          "log", "log.gz",
        ])
    }
  }
}
