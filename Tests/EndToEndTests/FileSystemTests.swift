import Foundation
import Testing

/// The guest's in-memory file system against the native one.
@Suite("files inside")
struct FileSystemTests {
  private static let programs = root.appending(path: "Tests/EndToEndTests/Programs")

  /// Builds a program for the sandbox, and natively.
  private func build(_ source: String, in folder: Folder) throws -> (native: String, guest: String)
  {
    let path = Self.programs.appending(path: source).path
    let native = folder.path("native-\(source)")
    let guest = folder.path("\(source).nexe")
    try #require(try run("/usr/bin/gcc", ["-w", "-O1", path, "-o", native]).status == 0)
    let built = try run(zvm, ["cc", "-w", "-O1", path, "-o", guest])
    try #require(built.status == 0, "\(built.errors)")
    return (native, guest)
  }

  @Test("random calls have the answers that Linux gives")
  func random() throws {
    let folder = try Folder()
    let (native, guest) = try build("filefuzz.c", in: folder)
    let seeds = longTests ? 1...50 : 1...2
    for seed in seeds {
      let place = folder.path("tree-\(seed)")
      let arguments = [place, "\(seed)", longTests ? "30000" : "6000"]
      let inside = try run(
        zvm, ["run", "--mount", try emptyTree(place, in: folder) + "=/", guest] + arguments)
      let expected = try run(native, arguments)
      #expect(inside.status == 0, "\(inside.errors)")
      let one = expected.output.split(separator: "\n")
      let other = inside.output.split(separator: "\n")
      let difference = zip(one, other).first { $0 != $1 }
      #expect(difference == nil, "seed \(seed): native, then inside")
      #expect(one.count == other.count)
    }
  }

  /// A tarball with nothing but the folders that lead to `place`.
  private func emptyTree(_ place: String, in folder: Folder) throws -> String {
    let tar = folder.path("parents.tar")
    let parent = URL(filePath: place).deletingLastPathComponent().path
    _ = try shell("tar -cf \(tar) --no-recursion -P \(parent)")
    return tar
  }

  @Test("POSIX calls answer as they do natively")
  func posix() throws {
    let folder = try Folder()
    let (native, guest) = try build("posix.c", in: folder)
    let expected = try run(native, [])
    let inside = try run(zvm, ["run", guest])
    #expect(inside.output == expected.output)
    #expect(inside.status == 0, "\(inside.errors)")
  }

  @Test("the alarm cuts sleeps and waits short as it does natively")
  func alarm() throws {
    let folder = try Folder()
    let (native, guest) = try build("alarm.c", in: folder)
    let expected = try run(native, [])
    let inside = try run(zvm, ["run", guest])
    #expect(expected.output.hasSuffix("Invalid argument, no ring\n"))
    #expect(inside.output == expected.output)
    // The last one is not handled: as a shell says it.
    #expect(inside.status == 128 + SIGALRM, "\(inside.errors)")
  }

  @Test("users, time and limits come from the session")
  func surroundings() throws {
    let folder = try Folder()
    let path = Self.programs.appending(path: "guestonly.c").path
    try #require(try run(zvm, ["cc", "-w", path, "-o", folder.path("g.nexe")]).status == 0)
    let result = try run(
      zvm,
      [
        "run", "--time", "1700000000", "--env", "USER=ada", "--env", "HOME=/home/ada", "--env",
        "SHELL=/bin/rc", folder.path("g.nexe"), "/dev/stdin", "/dev/nvram", "/tmp", "/none",
      ])
    #expect(
      result.output == """
        ada /home/ada /bin/rc ada
        ZVM x86_64
        thread 1
        fork -1 1
        system -1
        cwd /, time 1700000000, process 2
        /dev/stdin: 20444
        /dev/nvram: 60444
        /tmp: 41777
        /none: No such file or directory
        0d54 100
        -1 1

        """, "\(result.errors)")
  }

  // MARK: Tarballs

  /// A tree with everything that a tarball can hold.
  private func makeTree(in folder: Folder) throws {
    let long = String(repeating: "long-directory-name/", count: 12)
    _ = try shell(
      """
      mkdir tree && cd tree
      mkdir -p a/b \(long) empty
      seq 1 50000 > a/b/numbers; printf x > one; : > nothing; chmod 640 one
      head -c 4096 /dev/zero > page; head -c 4097 /dev/zero > page-and-one
      seq 1 100 > \(long)/deep
      ln a/b/numbers hard; ln -s a/b/numbers soft; ln -s nowhere dangling; ln -s /tree/a absolute
      ln -s \(long)/deep a-long-link
      printf y > $'odd name\\twith\\\\ and \\xc3\\xa9'
      mkfifo fifo
      find . -depth -print0 | xargs -0 touch -h -d @1234567890
      """, in: folder.url)
  }

  @Test(
    "a tarball is the tree that tar unpacks",
    arguments: [
      ("--format=gnu", ""), ("--format=pax", ""), ("--format=pax", "zstd -q"),
      ("--format=gnu", "gzip"),
      ("--format=pax --numeric-owner", ""), ("--format=gnu", "xz"),
    ])
  func mount(format: String, compression: String) throws {
    let folder = try Folder()
    try makeTree(in: folder)
    let filter = compression.isEmpty ? "" : " | \(compression)"
    _ = try shell("tar \(format) -cf - -C tree .\(filter) > tree.tar", in: folder.url)
    let (native, guest) = try build("tree.c", in: folder)
    let inside = try run(
      zvm, ["run", "--mount", folder.path("tree.tar") + "=/data/tree", guest, "/data/tree"])
    #expect(inside.status == 0, "\(inside.errors)")
    #expect(inside.output == (try run(native, [folder.path("tree")]).output))
  }

  @Test("what a program leaves is what tar finds in the saved tarball")
  func save() throws {
    let folder = try Folder()
    try makeTree(in: folder)
    _ = try shell("tar --format=pax -cf tree.tar -C tree .", in: folder.url)
    let (native, guest) = try build("tree.c", in: folder)
    try folder.write(
      "change.c",
      """
      #include <stdio.h>
      #include <sys/stat.h>
      #include <unistd.h>
      int main(void) {
        unlink("/w/page"); rename("/w/a", "/w/z"); chmod("/w/one", 0600);
        FILE *f = fopen("/w/nothing", "w"); fprintf(f, "something"); fclose(f);
        f = fopen("/w/z/b/numbers", "a"); fprintf(f, "more"); fclose(f);
        mkdir("/w/new", 0700); truncate("/w/sparse", 5); symlink("x", "/w/new/link");
        return 0;
      }

      """)
    try #require(
      try run(zvm, ["cc", folder.path("change.c"), "-o", folder.path("change.nexe")]).status == 0)
    let changed = try run(
      zvm,
      [
        "run", "--time", "1600000000", "--mount", folder.path("tree.tar") + "=/w", "--save",
        "/w=" + folder.path("saved.tar"), folder.path("change.nexe"),
      ])
    #expect(changed.status == 0, "\(changed.errors)")
    _ = try shell(
      """
      mkdir out && tar -xpf saved.tar -C out && touch -d @1600000000 out out/new out/nothing
      touch -d @1600000000 out/z/b/numbers
      cd tree && rm page && mv a z && chmod 600 one && printf something > nothing
      printf more >> z/b/numbers && mkdir -m 700 new && ln -s x new/link
      chown -h 1000:1000 new new/link
      find . -depth -newermt @1500000000 -print0 | xargs -0 touch -h -d @1600000000
      """, in: folder.url)
    #expect(
      try run(native, [folder.path("out")]).output == run(native, [folder.path("tree")]).output)
    // Mounted again it is the same once more.
    let again = try run(
      zvm, ["run", "--mount", folder.path("saved.tar") + "=/w", guest, "/w/z", "/w/new"])
    #expect(
      again.output
        == (try run(native, [folder.path("tree/z"), folder.path("tree/new")]).output),
      "\(again.errors)")
  }

  @Test("a failed program saves nothing")
  func noSave() throws {
    let folder = try Folder()
    try folder.write("fail.c", "int main(void) { return 3; }\n")
    try #require(
      try run(zvm, ["cc", folder.path("fail.c"), "-o", folder.path("fail.nexe")]).status == 0)
    let result = try run(
      zvm, ["run", "--save", "/tmp=" + folder.path("saved.tar"), folder.path("fail.nexe")])
    #expect(result.status == 3)
    #expect(!folder.names.contains { $0.hasPrefix("saved") })
  }

  @Test(
    "a bad tarball ends the session with the place and the rule",
    arguments: [
      (
        "printf x > x; tar -cf t.tar x; printf 9 | dd of=t.tar bs=1 seek=3 conv=notrunc", "checksum"
      ),
      ("printf x > x; tar -P -cf t.tar --transform s,x,../../etc/x, x", ".. in it"),
      ("printf x > x; tar -cf t.tar x; truncate -s 513 t.tar", "ends inside"),
      ("printf x > x; tar -cf t.tar x; truncate -s 100 t.tar", "ends inside a header"),
      ("head -c 2000 /dev/urandom > t.tar", "checksum"),
      ("truncate -s 1M x; printf y >> x; tar -S -cf t.tar x", "sparse"),
      ("truncate -s 1M x; printf y >> x; tar --format=pax -S -cf t.tar x", "sparse"),
      ("mkdir dev; printf x > dev/x; tar -cf t.tar dev", "where the channels are"),
      ("mkdir dev; printf x > dev/stdin; tar -cf t.tar dev", "a directory or a device"),
      (
        "printf x > a; mkdir b; printf y > b/c; tar -cf t.tar a; tar -rf t.tar --transform s,b,a, b/c",
        "no directory"
      ),
      ("printf x > a; ln a b; tar -cf t.tar a b; tar --delete -f t.tar a", "not there"),
    ])
  func hostile(script: String, rule: String) throws {
    let folder = try Folder()
    _ = try shell(script + "; ls -l t.tar", in: folder.url)
    let result = try run(
      zvm, ["run", "--mount", folder.path("t.tar") + "=/", try Self.nothing.get()])
    #expect(result.status == 22)
    #expect(result.errors.contains("/dev/mount/0.tar: byte "), "\(result.errors)")
    #expect(result.errors.contains(rule), "\(result.errors)")
  }

  /// A program that does nothing, built once.
  private static let nothing = Swift.Result {
    let folder = try Folder()
    try folder.write("nothing.c", "int main(void) { return 0; }\n")
    let built = try run(zvm, ["cc", folder.path("nothing.c"), "-o", folder.path("nothing.nexe")])
    try #require(built.status == 0, "\(built.errors)")
    let kept = "\(NSTemporaryDirectory())/zvm-nothing-\(getpid()).nexe"
    try? FileManager.default.removeItem(atPath: kept)
    try FileManager.default.moveItem(atPath: folder.path("nothing.nexe"), toPath: kept)
    return kept
  }

  @Test("no damage to a tarball makes a guest crash")
  func damaged() throws {
    let folder = try Folder()
    try makeTree(in: folder)
    _ = try shell("tar --format=pax -cf tree.tar -C tree one hard soft a-long-link", in: folder.url)
    let whole = try Data(contentsOf: URL(filePath: folder.path("tree.tar")))
    var random = SeededGenerator(seed: 7)
    for round in 0..<(longTests ? 2000 : 20) {
      var bytes = whole
      for _ in 0..<(1 + random.next() % 4) {
        // In the headers, where it hurts; their sums are mended so that they are read.
        let block = Int(random.next() % 20) * 512
        bytes[block + Int(random.next() % 512)] = UInt8(truncatingIfNeeded: random.next())
        mend(&bytes, block)
      }
      try bytes.write(to: URL(filePath: folder.path("bad.tar")))
      let result = try run(
        zvm,
        [
          "run", "--timeout", "20", "--mount", folder.path("bad.tar") + "=/",
          try Self.nothing.get(),
        ])
      #expect([0, 22].contains(result.status), "round \(round): \(result.errors)")
    }
  }

  private func mend(_ bytes: inout Data, _ block: Int) {
    guard bytes.count >= block + 512, bytes[block] != 0 else { return }
    for index in 148..<156 { bytes[block + index] = 0x20 }
    let sum = bytes[block..<(block + 512)].reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
    bytes.replaceSubrange((block + 148)..<(block + 156), with: Data(text.utf8))
  }

  @Test("a tree of 3,000 files in one folder is mounted and read")
  func many() throws {
    let folder = try Folder()
    _ = try shell(
      "mkdir t; cd t; seq 1 3000 | split -l 1 -a 3 -; cd ..; tar -cf t.tar -C t .",
      in: folder.url)
    let (native, guest) = try build("tree.c", in: folder)
    _ = try shell("tar -xf t.tar -C t", in: folder.url)
    let inside = try run(zvm, ["run", "--mount", folder.path("t.tar") + "=/t", guest, "/t"])
    #expect(inside.output == (try run(native, [folder.path("t")]).output), "\(inside.errors)")
  }
}

/// Whether the long tests are wanted (`make test-long`).
let longTests = ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"

/// A generator with a fixed seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
