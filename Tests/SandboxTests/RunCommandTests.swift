import Foundation
import Glibc
import SystemPackage
import Testing

/// Conformance cases lie beside the checkout or in the shared folder of the build machine.
private let manifestFolder: String? = {
  ["/work/shared/conformance/manifest", "../shared/conformance/manifest"].first {
    access($0, R_OK) == 0
  }
}()

/// Runs `zvm run` in a folder.
private func zvmRun(_ arguments: [String], in folder: String) throws -> (Int32, String, String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: try #require(builtZVM))
  process.arguments = ["run"] + arguments
  process.currentDirectoryURL = URL(fileURLWithPath: folder)
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

@Suite("zvm run", .enabled(if: builtZVM != nil, "the zvm executable is not built"))
struct RunCommandTests {
  @Test(
    "conformance manifests give the exit statuses asked for",
    .enabled(if: manifestFolder != nil, "shared/conformance is absent"))
  func conformance() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("TRAP EXIT, 0")
    let folder = try #require(manifestFolder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      $0.hasSuffix(".manifest")
    }
    #expect(names.count > 10)
    for name in names {
      try FileManager.default.copyItem(
        atPath: folder + "/" + name, toPath: scratch.path + "/" + name)
    }
    try FileManager.default.copyItem(
      atPath: nexe.string, toPath: scratch.path + "/dummy.nexe")
    for name in names {
      let parts = name.split(separator: ".")
      let wanted = try #require(Int32(parts[parts.count - 2]))
      let (status, _, problem) = try zvmRun([name], in: scratch.path)
      #expect(status == wanted, "\(name): \(problem)")
    }
  }

  @Test("the exit status is the program's, and a refused program says why")
  func status() throws {
    let scratch = try Scratch()
    let good = try scratch.nexe("TRAP EXIT, 9")
    #expect(try zvmRun([good.string], in: scratch.path).0 == 9)
    let bad = try scratch.nexe("syscall")
    let (status, output, problem) = try zvmRun([bad.string], in: scratch.path)
    #expect(status == ENOEXEC)
    #expect(output.isEmpty)
    #expect(problem.contains("refused by the validator"))
    #expect(try zvmRun(["absent.nexe"], in: scratch.path).0 == ENOENT)
  }

  @Test("a fault and a time-out leave no output file and give their own statuses")
  func noHalfOutput() throws {
    let scratch = try Scratch()
    func manifest(_ name: String) throws -> String {
      let text = """
        Version = 20130611
        Program = \(name)
        Memory = 67108864, 0
        Timeout = 1
        Channel = /dev/null, /dev/stdin, 0, 0, 9, 9, 0, 0
        Channel = result, /dev/stdout, 0, 0, 0, 0, 99, 999
        Channel = /dev/null, /dev/stderr, 0, 0, 0, 0, 9, 9
        """
      return try scratch.write(Data(text.utf8), "session.manifest")
    }
    for (end, wanted) in [("hlt", 139), ("1: jmp 1b", 124), ("TRAP EXIT, 3", 3)] {
      let nexe = try scratch.nexe("TRAP WRITE, 1, _start, 16, 0\n \(end)")
      let (status, _, _) = try zvmRun([try manifest(nexe.string)], in: scratch.path)
      #expect(status == Int32(wanted))
      let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path).filter {
        $0.hasPrefix("result")
      }
      #expect(left == (wanted == 3 ? ["result"] : []))
    }
  }

  @Test("nothing is left running when zvm is killed")
  func killed() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("1: jmp 1b")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(builtZVM))
    process.arguments = ["run", nexe.string]
    try process.run()
    func descendants(_ root: Int32) -> [Int32] {
      let direct = children(ofAllThreadsOf: root)
      return direct + direct.flatMap(descendants)
    }
    var family: [Int32] = []
    // The launcher, the sandbox, and between them, where the host allows, their namespace's first process.
    for _ in 0..<400 where family.count < 3 {
      usleep(5000)
      family = descendants(process.processIdentifier)
    }
    #expect(family.count >= 2)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    // A zombie that nobody reaps has no executable any more.
    func alive(_ number: Int32) -> Bool {
      var buffer = [CChar](repeating: 0, count: 8)
      return readlink("/proc/\(number)/exe", &buffer, 8) > 0
    }
    for _ in 0..<2000 where family.contains(where: alive) { usleep(5000) }
    #expect(!family.contains(where: alive))
  }
}
