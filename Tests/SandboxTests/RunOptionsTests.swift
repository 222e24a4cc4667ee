import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing

/// Runs `zvm run` with a cache of its own.
private func zvmRun(_ arguments: [String], in scratch: Scratch) throws
  -> (status: Int32, output: String, errors: String)
{
  let process = Process()
  process.executableURL = URL(fileURLWithPath: try #require(builtZVM))
  process.arguments = ["run"] + arguments
  process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
  process.environment = ["XDG_CACHE_HOME": scratch.path + "/cache", "PATH": "/usr/bin"]
  let output = Pipe()
  let errors = Pipe()
  process.standardOutput = output
  process.standardError = errors
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, text, problem)
}

private func manifest(_ scratch: Scratch, _ nexe: FilePath) throws -> String {
  try scratch.write(
    Data(
      """
      Version = 20130611
      Program = \(nexe)
      Memory = 33554432, 1
      Timeout = 20
      Channel = /dev/null, /dev/stdin, 0, 0, 9, 9, 0, 0
      Channel = result, /dev/stdout, 0, 0, 0, 0, 99, 999
      Channel = /dev/null, /dev/stderr, 0, 0, 0, 0, 9, 9
      """.utf8), "session.manifest")
}

private func lines(_ report: String) -> [Substring] {
  report.split(separator: "\n", omittingEmptySubsequences: false)
}

@Suite("options of zvm run", .enabled(if: builtZVM != nil, "the zvm executable is not built"))
struct RunOptionsTests {
  @Test("-F loads and validates, and stops there")
  func loadOnly() throws {
    let scratch = try Scratch()
    let good = try manifest(scratch, try scratch.nexe("TRAP EXIT, 3"))
    let result = try zvmRun(["-F", good], in: scratch)
    #expect(result.status == 0)
    #expect(
      lines(result.output) == [
        "0", "0", "0", "disabled", "0.000000 0.000000 0 0 0 0 0 0 0 0", "ok", "",
      ])
    #expect(access(scratch.path + "/result", F_OK) != 0)
    let bad = try manifest(scratch, try scratch.nexe("ret"))
    let refused = try zvmRun(["-F", bad], in: scratch)
    #expect(refused.status == ENOEXEC)
    #expect(lines(refused.output).count == 7)
    #expect(refused.output.hasPrefix("1\n0\n0\ndisabled\n"))
    #expect(lines(refused.output)[5].contains("refused by the validator"))
  }

  @Test("-s takes a program that was validated on this machine, and no other")
  func skip() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("TRAP EXIT, 3")
    let path = try manifest(scratch, nexe)
    let unknown = try zvmRun(["-s", path], in: scratch)
    #expect(unknown.status == EACCES)
    #expect(unknown.output.hasPrefix("2\n"))
    #expect(try zvmRun([path], in: scratch).output.hasPrefix("0\n0\n3\nmemory sha256:"))
    let known = try zvmRun(["-s", path], in: scratch)
    #expect(known.status == 3)
    #expect(known.output.hasPrefix("2\n0\n3\nmemory sha256:"))
    // One byte of the program, and it is another program.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: nexe.string))
    bytes.append(0)
    try bytes.write(to: URL(fileURLWithPath: nexe.string))
    #expect(try zvmRun(["-s", path], in: scratch).status == EACCES)
  }

  @Test("a refused program is not remembered")
  func notRemembered() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("ret")
    let cache = scratch.path + "/modules"
    try FileManager.default.createDirectory(
      atPath: cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for _ in 0..<2 {
      let error = #expect(throws: SandboxError.self) {
        try ValidatedModule(path: nexe, .once, cacheFolder: cache)
      }
      #expect(error?.isRefusal == true)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache).isEmpty)
  }

  @Test("an entry that was changed, or that others may write, is not believed")
  func tampered() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("TRAP EXIT, 3")
    #expect(chmod(scratch.path, 0o700) == 0)
    let cache = scratch.path + "/modules"
    func isKnown() throws -> Bool {
      do {
        return try ValidatedModule(path: nexe, .onlyCached, cacheFolder: cache).wasCached
      } catch {
        #expect(error.status == EACCES)
        return false
      }
    }
    #expect(try !isKnown())
    #expect(try !ValidatedModule(path: nexe, .once, cacheFolder: cache).wasCached)
    #expect(try ValidatedModule(path: nexe, .once, cacheFolder: cache).wasCached)
    #expect(try !ValidatedModule(path: nexe, .always, cacheFolder: cache).wasCached)
    let names = try FileManager.default.contentsOfDirectory(atPath: cache)
    #expect(names.count == 1)
    let entry = cache + "/" + names[0]
    let text = try String(contentsOfFile: entry, encoding: .utf8)

    // Who may write what.
    for (path, good) in [(scratch.path, mode_t(0o700)), (cache, 0o700), (entry, 0o600)] {
      for bad in [good | 0o020, good | 0o002] {
        #expect(chmod(path, bad) == 0)
        #expect(try !isKnown(), "\(path) \(bad)")
      }
      #expect(chmod(path, good) == 0)
    }
    #expect(try isKnown())
    // Every single byte of the entry counts.
    for index in text.utf8.indices {
      var bytes = Array(text.utf8)
      bytes[text.utf8.distance(from: text.utf8.startIndex, to: index)] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: entry))
      #expect(chmod(entry, 0o600) == 0)
      #expect(try !isKnown())
    }
    try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: entry))
    #expect(chmod(entry, 0o600) == 0)
    #expect(try !isKnown())
    // A link to a good entry is none.
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.path + "/copy"))
    #expect(chmod(scratch.path + "/copy", 0o600) == 0)
    try FileManager.default.removeItem(atPath: entry)
    #expect(symlink(scratch.path + "/copy", entry) == 0)
    #expect(try !isKnown())
    // The good one again, to see that it is only these that were not believed.
    try FileManager.default.removeItem(atPath: entry)
    try FileManager.default.moveItem(atPath: scratch.path + "/copy", toPath: entry)
    #expect(try isKnown())
  }

  @Test("an entry that names a CPU feature which this machine lacks stops the program")
  func missingFeature() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("TRAP EXIT, 3")
    #expect(chmod(scratch.path, 0o700) == 0)
    let cache = scratch.path + "/modules"
    _ = try ValidatedModule(path: nexe, .once, cacheFolder: cache)
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: cache).first)
    let body = "zvm-module 1\nkey \(name)\nfeatures 3dnow-of-tomorrow\n"
    let sum = try tool(["sha256sum"], input: Data(body.utf8)).output.prefix(64)
    try (Data((body + "sha256 ").utf8) + sum + Data("\n".utf8))
      .write(to: URL(fileURLWithPath: cache + "/" + name))
    #expect(chmod(cache + "/" + name, 0o600) == 0)
    let error = #expect(throws: SandboxError.self) {
      try ValidatedModule(path: nexe, .once, cacheFolder: cache)
    }
    #expect(error?.status == ENOEXEC && error?.description.contains("3dnow-of-tomorrow") == true)
  }

  @Test("-t puts the report into a file, whole or not at all; -v says what is done")
  func reportFile() throws {
    let scratch = try Scratch()
    let path = try manifest(scratch, try scratch.nexe("TRAP EXIT, 3"))
    let result = try zvmRun(["-v", "-t", "report", path], in: scratch)
    #expect(result.status == 3 && result.output.isEmpty)
    #expect(result.errors.contains("validated") && result.errors.contains("3 channels are open"))
    let text = try String(contentsOfFile: scratch.path + "/report", encoding: .utf8)
    #expect(lines(text).count == 7 && lines(text)[5] == "ok")
    let nowhere = try zvmRun(["-t", "absent/report", path], in: scratch)
    #expect(nowhere.status == ENOENT && nowhere.errors.contains("absent/report"))
    let full = try zvmRun(["-t", "/dev/full", path], in: scratch)
    #expect(full.status == ENOSPC)
  }

  @Test("a report tells where a fault was; a symbol steers no terminal")
  func place() throws {
    let scratch = try Scratch()
    // As text of a program that is not trusted: an escape sequence in one character.
    let nexe = try scratch.nexe("nop\n\"evil\u{9b}31m\": nop\n hlt")
    let told = "SIGSEGV at 0x20002 in evil?31m+0x1"
    for target in [try manifest(scratch, nexe), nexe.string] {
      let json = try zvmRun(["--json", target], in: scratch)
      #expect(json.status == 139)
      let text = json.output.isEmpty ? json.errors : json.output
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
      let report = try #require(object as? [String: Any])
      #expect(report["place"] as? String == told)
      #expect((report["state"] as? String)?.contains("rip=0x440a00020002") == true)
      let classic = try zvmRun(["--report", "text", target], in: scratch)
      let all = classic.output + classic.errors
      #expect(lines(all)[5].hasPrefix("fault: signal 11 at guest address 0x20002"))
      #expect(lines(all)[5].hasSuffix("; " + told))
    }
  }

  @Test("a program whose output nobody reads ends as natively, without a word")
  func unread() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("1: TRAP WRITE, 1, buffer, 5, 0\n jmp 1b")
    let zvm = try #require(builtZVM)
    for options in ["", "--timeout 60s"] {
      let text = try tool([
        "bash", "-c",
        "export XDG_CACHE_HOME=\(scratch.path)/cache\n"
          + "\(zvm) run \(options) \(nexe) 2> \(scratch.path)/errors | head -c 5 > /dev/null\n"
          + "echo ${PIPESTATUS[0]}; cat \(scratch.path)/errors",
      ])
      #expect(String(decoding: text.output, as: UTF8.self) == "141\n", "\(options)")
    }
  }

  @Test("more memory than a program can have is refused, not cut")
  func tooMuchMemory() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("TRAP EXIT, 3").string
    #expect(try zvmRun(["--memory", "4GiB", nexe], in: scratch).status == 3)
    for target in [nexe, try manifest(scratch, FilePath(nexe))] {
      let result = try zvmRun(["--memory", "4194305KiB", target], in: scratch)
      #expect(result.status == ENOMEM && result.errors.contains("at most 4 GiB"))
    }
  }

  @Test("--json says the same as the classic report")
  func json() throws {
    let scratch = try Scratch()
    let path = try manifest(
      scratch, try scratch.nexe("TRAP WRITE, 1, buffer, 5, 0\n TRAP EXIT, 3"))
    let object = try JSONSerialization.jsonObject(
      with: Data(try zvmRun(["--json", path], in: scratch).output.utf8))
    let report = try #require(object as? [String: Any])
    let classic = lines(try zvmRun([path], in: scratch).output)
    #expect(report["validator"] as? Int == 0 && report["daemon"] as? Bool == false)
    #expect(report["exitCode"] as? Int == 3 && report["state"] as? String == "ok")
    let memory = try #require(report["memorySHA256"] as? String)
    #expect(classic[3] == "memory sha256:\(memory)")
    let channels = try #require(report["channels"] as? [[String: Any]])
    #expect(channels[1]["putBytes"] as? Int == 5 && channels[1]["puts"] as? Int == 1)
    #expect(classic[4].hasSuffix(" 0 0 1 5 0 0 0 0"))
  }

  @Test("--verify runs twice, and puts out the first run's bytes")
  func verify() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe(
      """
        TRAP READ, 0, buffer, 16, 0
        TRAP WRITE, 1, buffer, 16, 0
        TRAP EXIT, 7
      """)
    _ = try scratch.write(Data("sixteen bytes...".utf8), "in")
    let script = "cd \(scratch.path) && cat in | \(try #require(builtZVM)) run --verify \(nexe)"
    let result = try tool(["sh", "-c", script])
    #expect(result.status == 7)
    #expect(String(decoding: result.output, as: UTF8.self) == "sixteen bytes...")
    let path = try manifest(scratch, nexe)
    #expect(try zvmRun(["--verify", path], in: scratch).status == EX_USAGE)
  }

  @Test("-T prints every trap, its arguments, its answer and what it took")
  func trace() throws {
    let scratch = try Scratch()
    let path = try manifest(
      scratch,
      try scratch.nexe(
        """
          TRAP READ, 0, buffer, 16, 0
          TRAP WRITE, 1, buffer, 5, -1
          TRAP WRITE, 1, buffer, 5, 0
          TRAP EXIT, 3
        """))
    let result = try zvmRun(["-T", path], in: scratch)
    #expect(result.status == 3)
    let calls = result.errors.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 3)
      #expect(words.count == 4 && words[2] == "us", "\(line)")
      #expect(Double(words[0]) != nil && Int(words[1]).map { $0 >= 0 } == true, "\(line)")
      return String(words.last ?? "")
    }
    try #require(calls.count == 4)
    #expect(calls[0].hasPrefix("read(0, 0x") && calls[0].hasSuffix(", 16, 0) = 0"))
    #expect(calls[1].hasPrefix("write(1, 0x") && calls[1].hasSuffix(", 5, -1) = -22"))
    #expect(calls[2].hasPrefix("write(1, 0x") && calls[2].hasSuffix(", 5, 0) = 5"))
    #expect(calls[3] == "exit(3) = 0")
  }

  @Test("zvm run killed at any moment leaves no process, no output and nothing half-written")
  func killedAnytime() throws {
    let scratch = try Scratch()
    // Writes for ever, so that there is always something half-written.
    let nexe = try scratch.nexe("1: TRAP WRITE, 1, buffer, 65536, 0\n jmp 1b")
    let text = """
      Version = 20130611
      Program = \(nexe)
      Memory = 33554432, 0
      Timeout = 60
      Channel = /dev/null, /dev/stdin, 0, 0, 9, 9, 0, 0
      Channel = result, /dev/stdout, 0, 0, 0, 0, 0x7fffffff, 0x3fffffff
      Channel = /dev/null, /dev/stderr, 0, 0, 0, 0, 9, 9
      """
    let path = try scratch.write(Data(text.utf8), "session.manifest")
    let before = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
    // The nth victim of the family: zvm, its launcher, the sandbox.
    for round in 0..<24 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(builtZVM))
      process.arguments = ["run", path]
      process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(round) * 7919)
      let family = [process.processIdentifier] + descendants(process.processIdentifier)
      kill(family[min(round % 3, family.count - 1)], SIGKILL)
      if round % 3 != 0, family.count <= round % 3 { kill(family[0], SIGKILL) }
      // A sandbox or launcher that is killed ends the session, and zvm by itself.
      process.waitUntilExit()
      let everybody = Set(family + descendants(process.processIdentifier))
      for _ in 0..<2000 where everybody.contains(where: isAlive) { usleep(5000) }
      #expect(!everybody.contains(where: isAlive), "round \(round)")
      let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
      #expect(left == before, "round \(round): \(left)")
    }
  }

  private func descendants(_ root: Int32) -> [Int32] {
    let direct = children(ofAllThreadsOf: root)
    return direct + direct.flatMap(descendants)
  }

  /// A zombie that nobody reaps has no executable any more.
  private func isAlive(_ process: Int32) -> Bool {
    var buffer = [CChar](repeating: 0, count: 8)
    return readlink("/proc/\(process)/exe", &buffer, 8) > 0
  }
}
