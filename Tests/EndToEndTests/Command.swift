import Foundation
import Testing

/// The repository's root.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The command under test: built beside these tests.
let zvm: String = {
  let tests = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
  var folder = tests.deletingLastPathComponent()
  while folder.path != "/" {
    let candidate = folder.appending(path: "zvm").path
    if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    folder.deleteLastPathComponent()
  }
  return root.appending(path: ".build/debug/zvm").path
}()

struct Result {
  var status: Int32
  var output: String
  var errors: String
}

/// Runs a program to its end.
@discardableResult
func run(
  _ program: String, _ arguments: [String], input: Data? = nil, in folder: URL? = nil
) throws -> Result {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  process.currentDirectoryURL = folder
  // Files, not pipes: neither side can block the other.
  let scratch = try Folder()
  let output = scratch.path("stdout")
  let errors = scratch.path("stderr")
  for path in [output, errors] { try Data().write(to: URL(filePath: path)) }
  process.standardOutput = FileHandle(forWritingAtPath: output)
  process.standardError = FileHandle(forWritingAtPath: errors)
  if let input {
    try input.write(to: URL(filePath: scratch.path("stdin")))
    process.standardInput = FileHandle(forReadingAtPath: scratch.path("stdin"))
  } else {
    process.standardInput = FileHandle.nullDevice
  }
  try process.run()
  process.waitUntilExit()
  let status =
    process.terminationReason == .exit
    ? process.terminationStatus : 128 + process.terminationStatus
  return Result(
    status: status,
    output: String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self),
    errors: String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self))
}

/// The independent side: a shell pipeline in byte order.
func shell(_ script: String, in folder: URL? = nil) throws -> String {
  let result = try run(
    "/bin/bash", ["-c", "set -euo pipefail; export LC_ALL=C; \(script)"], in: folder)
  try #require(result.status == 0, "\(script): \(result.errors)")
  return result.output
}

/// A folder that is removed with its owner.
final class Folder {
  let url = FileManager.default.temporaryDirectory.appending(path: "zvm-test-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url.appending(path: name))
    return path(name)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
  }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }
}
