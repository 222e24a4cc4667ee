import Foundation
import Testing

/// Runs `execution-oracle`, built beside these tests (`swift build` first), and answers its status and
/// what it printed.
private func oracle(_ arguments: [String]) throws -> (status: Int32, output: String) {
  var folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
  repeat {
    folder.deleteLastPathComponent()
  } while folder.path != "/"
    && !FileManager.default.isExecutableFile(atPath: folder.path + "/execution-oracle")
  let process = Process()
  process.executableURL = folder.appending(path: "execution-oracle")
  process.arguments = arguments
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

@Suite("execution oracle")
struct ExecutionTests {
  private static let isLong = ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"

  /// In a process of its own, between canaries, with registers that point at them.
  @Test("random code that is accepted changes nothing outside when it runs", arguments: 1...3)
  func contained(seed: Int) throws {
    let programs = Self.isLong ? 20_000 : 200
    let (status, output) = try oracle(["run", "\(programs)", "\(seed)"])
    #expect(status == 0, "\(output)")
    let line = try #require(output.split(separator: "\n").last)
    #expect(line.hasPrefix("\(programs) programs ended: "), "\(output)")
    // Some must come far, and memory must have been compared, or it says little.
    let words = line.split(separator: " ")
    func number(before word: Substring) -> Int {
      words.firstIndex(of: word).flatMap { Int(words[$0 - 1]) } ?? 0
    }
    #expect(number(before: "at") > programs / 20, "\(output)")
    #expect(number(before: "MiB") > programs / 4, "\(output)")
  }

  @Test("code that does reach outside is noticed, in each of its ways")
  func escapes() throws {
    let (status, output) = try oracle(["escapes"])
    #expect(status == 0, "\(output)")
    #expect(output.split(separator: "\n").count > 15 && output.hasSuffix(" 0 unnoticed\n"))
  }
}
