import Foundation
import Testing

@Suite("The launcher's heap")
struct HeapTests {
  /// The built helper, beside the test bundle. It is a program of its own: its malloc is the launcher's.
  private static let check: URL? = CommandLine.arguments.lazy
    .filter { $0.hasSuffix(".xctest") }
    .map { URL(fileURLWithPath: $0).deletingLastPathComponent().appending(path: "heap-check") }
    .first { access($0.path, X_OK) == 0 }

  @Test(
    "blocks are aligned, keep their bytes, and never overlap",
    .enabled(if: check != nil, "no heap-check"))
  func blocks() throws {
    let process = Process()
    process.executableURL = Self.check
    let words = Pipe()
    process.standardError = words
    try process.run()
    let text = String(
      decoding: try words.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0, "\(text)")
  }
}
