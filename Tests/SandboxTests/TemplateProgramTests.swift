import Foundation
import Sandbox
import SystemPackage
import Testing

/// Templates of C programs, compiled by `zvm cc`.
@Suite("Templates of programs", .enabled(if: builtZVM != nil, "the zvm executable is not built"))
struct TemplateProgramTests {
  private func launcher(_ source: String) throws -> Launcher {
    let scratch = try Scratch()
    let path = try scratch.write(Data(source.utf8), "program.c")
    let built = try tool([
      try #require(builtZVM), "cc", "-O1", "-o", scratch.path + "/program.nexe", path,
    ])
    #expect(built.status == 0, "\(String(decoding: built.output, as: UTF8.self))")
    return try Launcher(
      module: try ValidatedModule(path: FilePath(scratch.path + "/program.nexe")),
      options: Launcher.Options(templates: true))
  }

  private func session(
    _ input: String, _ output: FileDescriptor? = nil, table: String, late: Bool
  ) -> Session {
    var session = Session.command(
      arguments: ["program"], standardInput: .bytes(Array(input.utf8)),
      standardOutput: output.map { .stream($0) } ?? .null, standardError: .null,
      memoryByteCount: 64 << 20, timeout: .seconds(30), forksLate: late)
    // So that it tells its size.
    session.channels[0].access = .append
    session.channels.append(
      Channel(
        alias: "/dev/table", access: .random, backing: .bytes(Array(table.utf8)),
        limits: .readOnly))
    return session
  }

  /// What a copy of a template writes, and its report.
  private func run(_ template: Template, _ session: (FileDescriptor) -> Session) throws -> (
    output: String, report: SandboxReport
  ) {
    let pipe = try FileDescriptor.pipe()
    let report = try template.runAndWait(session(pipe.writeEnd))
    try pipe.writeEnd.close()
    defer { try? pipe.readEnd.close() }
    let bytes = try FileHandle(fileDescriptor: pipe.readEnd.rawValue).readToEnd() ?? Data()
    return (String(decoding: bytes, as: UTF8.self), report)
  }

  @Test("a program forks when its tables are read: copies have them, and do not read them again")
  func ownFork() throws {
    let launcher = try launcher(
      """
      #include <stdio.h>
      #include <unistd.h>
      int main(void) {
        int number = 0, add = 0;
        FILE *table = fopen("/dev/table", "r");
        if (fscanf(table, "%d", &number) != 1) return 2;
        if (fork() != 0) return 3;
        if (scanf("%d", &add) != 1) return 4;
        printf("%d\\n", number + add);
        return 0;
      }
      """)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(session("", table: "1000", late: false))
    for number in [1, 20, 300] {
      // What stands in the table's channel now is of no interest any more.
      let (output, report) = try run(template) {
        session("\(number)", $0, table: "x", late: false)
      }
      #expect(report.outcome == .exited(code: 0))
      #expect(output == "\(1000 + number)\n")
      #expect(report.accounting[4].gets == 0)
    }
    // Where nobody wants a template, fork fails.
    let plain = try launcher.runAndWait(session("1", table: "1000", late: false))
    #expect(plain.outcome == .exited(code: 3))
  }

  @Test(
    "a program that knows nothing of templates becomes one before its first input or output",
    arguments: [
      // By reading, by asking for the size, by writing, by ending.
      ("int c = getchar(); printf(\"%d %c\", number, c);", "1000 a", Int32(0)),
      ("struct stat s; fstat(0, &s); printf(\"%d %d\", number, (int)s.st_size);", "1000 1", 0),
      ("printf(\"%d \", number); fflush(stdout); printf(\"%d\", getchar());", "1000 97", 0),
      ("if (number == 1000) return 7;", "", 7),
    ])
  func late(body: String, expected: String, status: Int32) throws {
    let launcher = try launcher(
      """
      #include <stdio.h>
      #include <sys/stat.h>
      int main(void) {
        int number = 0;
        FILE *table = fopen("/dev/table", "r");
        if (fscanf(table, "%d", &number) != 1) return 2;
        \(body)
        return 0;
      }
      """)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(session("", table: "1000", late: true))
    for _ in 0..<2 {
      let (output, report) = try run(template) { session("a", $0, table: "x", late: true) }
      #expect(report.outcome == .exited(code: status))
      #expect(output == expected)
      #expect(report.accounting[4].gets == 0)
    }
    // The same bytes come from a session that is no template.
    let pipe = try FileDescriptor.pipe()
    let plain = try launcher.runAndWait(session("a", pipe.writeEnd, table: "1000", late: true))
    try pipe.writeEnd.close()
    #expect(plain.outcome == .exited(code: status))
    let bytes = try FileHandle(fileDescriptor: pipe.readEnd.rawValue).readToEnd() ?? Data()
    try pipe.readEnd.close()
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
  }

  @Test("a program that crashes on its way to its first input makes no template")
  func crash() throws {
    let launcher = try launcher("int main(void) { *(volatile int *)8 = 1; }")
    defer { launcher.shutDown() }
    let error = #expect(throws: SandboxError.self) {
      try launcher.makeTemplate(session("", table: "", late: true))
    }
    #expect(error?.description.contains("signal 11 at guest address") == true)
  }
}
