import Digest
import Foundation
import Rewriter

/// The guest's C library, headers and start-up code, built once per machine and content.
public struct Sysroot: Sendable {
  /// Folder with `include` and `lib`.
  public let path: String
  /// Folder `guest/` of this project, from which it is built.
  public let guest: String

  /// Finds out where the sysroot for this `guest/` folder and this toolchain belongs. It may not
  /// have been built yet.
  public init() throws(ToolchainError) {
    guest = try Self.guestFolder()
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? NSHomeDirectory()
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? home + "/.cache"
    path = "\(cache)/zvm/sysroot-\(try Self.key(guest).prefix(16))"
  }

  public var isBuilt: Bool { FileManager.default.fileExists(atPath: path + "/lib/libc.a") }

  /// Builds the sysroot unless it is there: under a temporary name, renamed when complete. Two
  /// builds at once do no harm; one of the results is kept.
  public func build(log: (String) -> Void) throws(ToolchainError) {
    if isBuilt { return }
    log("zvm: building the guest C library (once per machine, about a minute)")
    let parent = URL(filePath: path).deletingLastPathComponent().path
    let work = try TemporaryFolder(in: parent)
    let executable =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "zvm"
    let status = try Tools.run(
      "/bin/bash", [guest + "/build-sysroot", work.path],
      environment: ["ZVM": Self.compilerExecutable(executable), "ZVM_SYSROOT": "none"])
    guard status == 0 else {
      throw ToolchainError("building the guest C library failed", status: status)
    }
    do {
      try FileManager.default.moveItem(atPath: work.path + "/sysroot", toPath: path)
    } catch {
      // Somebody else was faster with the same content.
      guard isBuilt else {
        throw ToolchainError("\(path): cannot be renamed: \(error.localizedDescription)")
      }
    }
  }

  /// The `zvm` to compile with: this program, or, inside a test runner, the one built beside it.
  private static func compilerExecutable(_ running: String) -> String {
    if let given = ProcessInfo.processInfo.environment["ZVM"] { return given }
    if running.hasSuffix("/zvm") { return running }
    var folder = URL(filePath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.appending(path: ".build/debug/zvm").path
  }

  /// `guest/`: of $ZVM_HOME, else of the nearest folder above this program, else installed data.
  private static func guestFolder() throws(ToolchainError) -> String {
    let files = FileManager.default
    if let home = ProcessInfo.processInfo.environment["ZVM_HOME"] {
      guard files.fileExists(atPath: home + "/guest/zrt/trap.h") else {
        throw ToolchainError("ZVM_HOME=\(home): there is no guest/zrt in it")
      }
      return home + "/guest"
    }
    let executable = (try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/"
    for start in [URL(filePath: executable), URL(filePath: #filePath)] {
      var folder = start
      while folder.path != "/" {
        folder.deleteLastPathComponent()
        for candidate in ["guest", "share/zvm/guest"] {
          let path = folder.appending(path: candidate).path
          if files.fileExists(atPath: path + "/zrt/trap.h") { return path }
        }
      }
    }
    throw ToolchainError("the folder guest/ was not found; set ZVM_HOME to the project's folder")
  }

  /// Everything that the built library depends on: our guest files, the rewriter, the compiler.
  private static func key(_ guest: String) throws(ToolchainError) -> String {
    var hash = SHA256()
    func add(_ bytes: some Sequence<UInt8>) {
      let array = Array(bytes)
      hash.update(array.span)
    }
    add("rewriter \(Rewriter.version)\n".utf8)
    let tools = try Tools()
    for tool in [tools.gcc, tools.clang] {
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: tool).resolvingSymlinksInPath().path)
      add("\(attributes?[.size] ?? 0)\n".utf8)
    }
    guard let names = FileManager.default.enumerator(atPath: guest) else {
      throw ToolchainError("\(guest): cannot be read")
    }
    // Ports and examples are not part of the library.
    let files = names.compactMap { $0 as? String }
      .filter { name in
        ["zrt/", "zgcc/", "zmr/", "musl/"].contains(where: name.hasPrefix) || !name.contains("/")
      }.sorted()
    for name in files {
      guard let data = FileManager.default.contents(atPath: guest + "/" + name) else { continue }
      add("\(name) \(data.count)\n".utf8)
      add(data)
    }
    return SHA256.hexadecimal(hash.finalize())
  }
}
