import Foundation
import Testing

/// Ports against native builds of the same source; what each does is in guest/ports/NAME.check.
@Suite("ports", .serialized)
struct PortTests {
  @Test("all ports are listed, with what they are")
  func list() throws {
    let result = try run(zvm, ["port", "list"])
    #expect(result.status == 0, "\(result.errors)")
    let recipes = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "guest/ports").path)
    let names = recipes.filter { $0.hasSuffix(".port") }.map { String($0.dropLast(5)) }.sorted()
    let listed = result.output.split(separator: "\n").map {
      String($0.prefix { !$0.isWhitespace })
    }
    #expect(listed == names)
    // A port without tests is none.
    for name in names { #expect(recipes.contains("\(name).check"), "\(name)") }
  }

  @Test("an unknown port is named", arguments: ["nothing", "../lua", ""])
  func unknown(name: String) throws {
    let result = try run(zvm, ["port", "build", name])
    #expect(result.status != 0)
    #expect(result.errors.contains("no port '\(name)'"), "\(result.errors)")
  }

  @Test("a tarball with another content is refused, and nothing is left")
  func otherContent() throws {
    let folder = try Folder()
    let cache = try Folder()
    try folder.write("lua5.4_5.4.4.orig.tar.gz", "not this")
    let script = root.appending(path: "guest/ports/fetch").path
    let digest = String(repeating: "0", count: 64)
    let result = try run(
      "/usr/bin/env",
      [
        "ZVM_SOURCES=\(folder.url.path)", script, "lua5.4", "lua5.4_5.4.4.orig.tar.gz", digest,
        cache.url.path,
      ])
    #expect(result.status != 0)
    #expect(result.errors.contains("SHA-256"), "\(result.errors)")
    #expect(cache.names.isEmpty)
  }

  @Test(
    "every port does what its native build does",
    .enabled(if: ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"))
  func all() throws {
    let result = try run(zvm, ["port", "test", "all"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }
}
