import Foundation
import Testing

/// The launcher that `zvm run` starts before its own C library is there, as the kernel sees it.
@Suite("the first launcher")
struct FirstLauncherTests {
  /// A folder with `cat.nexe`, which `zvm` knows.
  private static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(
      "cat.c",
      """
      #include <unistd.h>
      int main(void)
      {
        char byte;
        while (read(0, &byte, 1) == 1)
          if (write(1, &byte, 1) != 1)
            return 1;
        return 0;
      }
      """)
    try #require(run(zvm, ["cc", "-o", "cat.nexe", "cat.c"], in: folder.url).status == 0)
    let once = try run(zvm, ["run", "cat.nexe"], input: Data("once\n".utf8), in: folder.url)
    try #require(once.status == 0 && once.output == "once\n", "\(once)")
    return folder
  }

  /// Runs a command line while it waits for input; lines of `zvm` and then of each child of its first thread:
  /// its name, whether it leads a group, its blocked and its ignored signals; and whether one is left when `zvm` was
  /// killed. Nothing is asked for that only root may see.
  private static func watched(_ command: String, in folder: Folder) throws -> [[Substring]] {
    let text = try shell(
      """
      trap '' TERM USR2 CHLD
      tell() {
        echo $(awk '/^Name:/ { print $2 }' /proc/$1/status) \
          $([ $(awk '{ print $5 }' /proc/$1/stat) = $1 ] && echo leads || echo member) \
          $(awk '/^SigIgn:|^SigBlk:/ { print $2 }' /proc/$1/status)
      }
      mkfifo in
      \(command) <in >out &
      zvm=$!
      exec 4>in
      echo hello >&4
      for i in {1..1000}; do [ -s out ] && break; sleep 0.01; done
      children=$(cat /proc/$zvm/task/$zvm/children)
      tell $zvm
      for child in $children; do tell $child; done
      kill -KILL $zvm
      for i in {1..1000}; do
        left=0
        for child in $children; do
          state=$(awk '/^State:/ { print $2 }' /proc/$child/status 2>/dev/null || echo gone)
          case $state in gone|Z|X) ;; *) left=1 ;; esac
        done
        [ $left = 0 ] && break
        sleep 0.01
      done
      echo left $left
      """, in: folder.url)
    return text.split(separator: "\n").map { $0.split(separator: " ") }
  }

  @Test("it is the first thread's child, leads a group, has standard signals, and dies with zvm")
  func process() throws {
    let folder = try Self.folder()
    let lines = try Self.watched("env --block-signal=USR1,HUP '\(zvm)' run cat.nexe", in: folder)
    try #require(lines.count == 4, "\(lines)")
    // The order of a line: name, group, blocked, ignored.
    let pipe: UInt64 = 1 << (13 - 1)
    let own = lines[0]
    #expect(own[0] == "zvm")
    #expect(try #require(UInt64(own[2], radix: 16)) & 0x201 == 0x201, "USR1 and HUP are blocked")
    #expect(
      try #require(UInt64(own[3], radix: 16)) & 0x1_4800 == 0x4800,
      "TERM and USR2 are ignored, and CHLD is not")
    for line in lines[1...2] {
      #expect(line[0] == "zvm-launcher")
      #expect(UInt64(line[2], radix: 16) == 0, "\(line)")
      // It wants the error, not the signal.
      #expect(UInt64(line[3], radix: 16) == pipe, "\(line)")
    }
    #expect(lines[1][1] == "leads")
    #expect(lines[2][1] == "member")
    #expect(lines[3] == ["left", "0"])
  }

  @Test(
    "standard streams that are closed, and words that are not for it",
    arguments: [
      ("run cat.nexe <&-", ""), ("run cat.nexe </dev/null 2>&-", ""),
      ("run cat.nexe >&- <cat.c && echo done", "done\n"),
      ("run --timeout 5s cat.nexe <<< words", "words\n"), ("run cat.nexe a b <<< words", "words\n"),
    ])
  func streams(words: String, output: String) throws {
    let folder = try Self.folder()
    #expect(try shell("'\(zvm)' \(words)", in: folder.url) == output)
  }

  @Test("a launcher that is missing, or no program, is an error with its name")
  func noLauncher() throws {
    let folder = try Self.folder()
    // It asks what these commands know: the same file.
    _ = try shell("cp '\(zvm)' zvm; ln -s '\(zvm)-commands' zvm-commands", in: folder.url)
    let missing = try run(folder.path("zvm"), ["run", "cat.nexe"], in: folder.url)
    #expect(missing.status != 0)
    #expect(missing.errors.contains("zvm-launcher not found beside"), "\(missing)")
    _ = try shell("echo nothing >zvm-launcher; chmod +x zvm-launcher", in: folder.url)
    let wrong = try run(folder.path("zvm"), ["run", "cat.nexe"], in: folder.url)
    #expect(wrong.status != 0)
    #expect(wrong.errors.contains("zvm-launcher: Exec format error"), "\(wrong)")
  }
}
