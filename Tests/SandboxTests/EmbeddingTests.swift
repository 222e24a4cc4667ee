import Foundation
import Glibc
import SystemPackage
import Testing

/// The built example of docs/EMBEDDING.md, beside the test bundle.
private let example: String? = {
  for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
    let folder = URL(fileURLWithPath: argument).deletingLastPathComponent().path
    if access(folder + "/embedding-example", X_OK) == 0 { return folder + "/embedding-example" }
  }
  return nil
}()

@Suite("embedding", .enabled(if: example != nil, "the example is not built"))
struct EmbeddingTests {
  /// Copies 64 KiB at a time.
  private static let copy = """
    1:
      TRAP READ, 0, buffer, 65536, 0
      testl %eax, %eax
      jle 2f
      movslq %eax, %rax
      movq %rax, args+32(%rip)
      movq $WRITE, args(%rip)
      movq $1, args+16(%rip)
      CALL_TRAP
      jmp 1b
      .p2align 5
    2:
      EXIT_EAX
    """

  @Test("the example of docs/EMBEDDING.md passes bytes through two sandboxes")
  func passes() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe(Self.copy).string
    let data = Data((0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) })
    let input = try scratch.write(data, "in")
    let script = "\(try #require(example)) \(nexe) \(nexe) < in > out 2> err"
    let result = try tool(["sh", "-c", "cd \(scratch.path) && \(script)"])
    #expect(result.status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/out")) == data)
    let sum = String(decoding: try tool(["sha256sum", input]).output.prefix(64), as: UTF8.self)
    #expect(
      try String(contentsOfFile: scratch.path + "/err", encoding: .utf8)
        == "500000 bytes, sha256 \(sum)\n")
  }

  @Test("a program that fails makes the example fail")
  func fails() throws {
    let scratch = try Scratch()
    let good = try scratch.nexe(Self.copy).string
    try FileManager.default.moveItem(atPath: good, toPath: scratch.path + "/good.nexe")
    let bad = try scratch.nexe("hlt").string
    for (first, second) in [("good.nexe", bad), (bad, "good.nexe")] {
      let script = "\(try #require(example)) \(first) \(second) < /dev/null 2> err"
      #expect(try tool(["sh", "-c", "cd \(scratch.path) && \(script)"]).status == 1)
      let errors = try String(contentsOfFile: scratch.path + "/err", encoding: .utf8)
      #expect(errors.contains("faulted"), "\(first) \(second): \(errors)")
    }
  }
}
