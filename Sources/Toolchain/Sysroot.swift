import Digest
import Foundation
import Rewriter
import Synchronization

/// The guest's C library, headers and start-up code, built once per machine and content.
public struct Sysroot: Sendable {
  /// Folder with `include` and `lib`.
  public let path: String
  /// Folder of the C library alone, on which the sysroot is built.
  private let libraryPath: String
  /// Folder `guest/` of this project, from which it is built.
  public let guest: String

  /// Finds out where the sysroot for this `guest/` folder and this toolchain belongs. It may not
  /// have been built yet.
  public init() throws(ToolchainError) {
    guest = try Self.guestFolder()
    let cache = Self.cache
    let library = try Self.libraryHash(guest)
    var finished = library
    libraryPath = "\(cache)/libc-\(SHA256.hexadecimal(finished.finalize()).prefix(16))"
    path = "\(cache)/sysroot-\(try Self.layerKey(guest, library).prefix(16))"
  }

  /// Where what is built on this machine is kept.
  static var cache: String {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? NSHomeDirectory()
    let base =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.cache"
    return base + "/zvm"
  }

  /// The files and folders that tell which sysroot it is: of `guest/`, and the tools.
  func dependencies() throws(ToolchainError) -> Set<String> {
    let tools = try Tools()
    var result: Set<String> = [
      Self.compilerExecutable(), tools.gcc, tools.clang, tools.lld, guest + "/build-libc",
      guest + "/build-sysroot", guest + "/nexe.ld",
    ]
    for part in ["musl", "zrt", "zgcc", "zmr", "zcxx", "zcxx/include/bits"] {
      let folder = "\(guest)/\(part)"
      result.insert(folder)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names { result.insert("\(folder)/\(name)") }
    }
    return result
  }

  public var isBuilt: Bool { FileManager.default.fileExists(atPath: path) }

  /// Builds the sysroot unless it is there: the C library, which takes a minute, and on top of it
  /// the guest's own layer, which takes seconds. Each is built under a temporary name and renamed
  /// when complete. Of two threads one builds; two processes at once do no harm: one of the results is
  /// kept.
  public func build(log: (String) -> Void) throws(ToolchainError) {
    if isBuilt { return }
    try Self.building.withLock { _ throws(ToolchainError) in try buildAlone(log: log) }
  }

  private static let building = Mutex(())

  private func buildAlone(log: (String) -> Void) throws(ToolchainError) {
    if isBuilt { return }
    if !FileManager.default.fileExists(atPath: libraryPath) {
      log("zvm: building the guest C library (once per machine, about a minute)")
      try build("build-libc", [], into: libraryPath)
    }
    try build("build-sysroot", [libraryPath], into: path)
  }

  private func build(_ script: String, _ arguments: [String], into path: String)
    throws(ToolchainError)
  {
    let work = try TemporaryFolder(in: URL(filePath: path).deletingLastPathComponent().path)
    let status = try Tools.run(
      "/bin/bash", ["\(guest)/\(script)", work.path] + arguments,
      environment: ["ZVM": Self.compilerExecutable(), "ZVM_SYSROOT": "none"])
    guard status == 0 else {
      throw ToolchainError("building the guest C library failed", status: status)
    }
    do {
      try FileManager.default.moveItem(atPath: work.path + "/built", toPath: path)
    } catch {
      // Somebody else was faster with the same content.
      guard FileManager.default.fileExists(atPath: path) else {
        throw ToolchainError("\(path): cannot be renamed: \(error.localizedDescription)")
      }
    }
  }

  /// The `zvm` that this program is part of: `zvm-commands` lies beside it. Nil in other programs.
  public static let command: String? = {
    let running = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    guard let running, running.hasSuffix("/zvm-commands") else { return nil }
    return String(running.dropLast("-commands".count))
  }()

  /// The `zvm` to compile with: this program, or, inside a test runner, the one built beside it.
  static func compilerExecutable() -> String {
    if let given = ProcessInfo.processInfo.environment["ZVM"] { return given }
    if let command { return command }
    var folder = URL(filePath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.appending(path: ".build/debug/zvm").path
  }

  /// A file of `guest/`.
  public static func guestFile(_ name: String) throws(ToolchainError) -> String {
    try guestFolder() + "/" + name
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

  /// Everything that the built C library depends on: our files in it, the rewriter, the compiler.
  private static func libraryHash(_ guest: String) throws(ToolchainError) -> SHA256 {
    var hash = SHA256()
    add(
      "rewriter \(Rewriter.version) \(Driver.codeOptions) \(Driver.tuning)\n".utf8, to: &hash)
    let tools = try Tools()
    for tool in [tools.gcc, tools.clang] {
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: tool).resolvingSymlinksInPath().path)
      add("\(attributes?[.size] ?? 0)\n".utf8, to: &hash)
    }
    try add([guest + "/build-libc"], folder: guest + "/musl", to: &hash)
    return hash
  }

  /// The library and the guest's own layer. Ports and examples are not part of it.
  private static func layerKey(_ guest: String, _ library: SHA256) throws(ToolchainError)
    -> String
  {
    var hash = library
    try add([guest + "/build-sysroot", guest + "/nexe.ld"], folder: guest + "/zrt", to: &hash)
    for part in ["zgcc", "zmr", "zcxx", "zcxx/include/bits"] {
      try add([], folder: "\(guest)/\(part)", to: &hash)
    }
    return SHA256.hexadecimal(hash.finalize())
  }

  private static func add(_ bytes: some Sequence<UInt8>, to hash: inout SHA256) {
    let array = Array(bytes)
    hash.update(array.span)
  }

  private static func add(_ files: [String], folder: String, to hash: inout SHA256)
    throws(ToolchainError)
  {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw ToolchainError("\(folder): cannot be read")
    }
    for path in files + names.sorted().map({ "\(folder)/\($0)" }) {
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      add("\(URL(filePath: path).lastPathComponent) \(data.count)\n".utf8, to: &hash)
      add(data, to: &hash)
    }
  }
}
