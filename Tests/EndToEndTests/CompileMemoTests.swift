import Foundation
import Testing

/// A program that did not change is not compiled again, and one that did is.
@Suite("programs that were compiled before", .serialized)
struct CompileMemoTests {
  /// Runs the job with a gcc that notes its calls; answers the output and how often gcc ran.
  private func runJob(_ folder: Folder) throws -> (output: String, compilers: Int) {
    try? FileManager.default.removeItem(atPath: folder.path("calls"))
    let result = try run(
      "/usr/bin/env",
      [
        "PATH=\(folder.path("bin")):" + (ProcessInfo.processInfo.environment["PATH"] ?? ""), zvm,
        "job", "run", folder.path("src/job.yaml"), "--no-cache",
      ])
    try #require(result.status == 0, "\(result.errors)")
    let calls = (try? folder.text("calls")) ?? ""
    return (try folder.text("out/result"), calls.split(separator: "\n").count)
  }

  @Test("an unchanged source needs no compiler; a changed header does")
  func memo() throws {
    let folder = try Folder()
    for name in ["bin", "src", "out"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: true)
    }
    try folder.write(
      "bin/gcc", "#!/bin/sh\necho call >> \(folder.path("calls"))\nexec gcc.real \"$@\"\n")
    _ = try shell("chmod +x bin/gcc; ln -s \"$(command -v gcc)\" bin/gcc.real", in: folder.url)
    try folder.write("src/part.h", "#define WORD \"one\"\n")
    try folder.write(
      "src/say.c", "#include <stdio.h>\n#include \"part.h\"\nint main(void) { puts(WORD); }\n")
    try folder.write(
      "src/job.yaml", "name: say\ninput: [say.c]\nmap: {program: say.c}\noutput: ../out/result\n")
    // What changed just now may change again without a trace: it is not remembered.
    Thread.sleep(forTimeInterval: 2.2)
    let first = try runJob(folder)
    #expect(first.output == "one\n" && first.compilers > 0)
    #expect(try runJob(folder) == ("one\n", 0))

    try folder.write("src/part.h", "#define WORD \"two\"\n")
    let changed = try runJob(folder)
    #expect(changed.output == "two\n" && changed.compilers > 0)
  }
}
