import Digest
import Foundation
import Rewriter

/// Compiles a program's source on the fly and keeps the nexe, by content.
public struct Compiler: Sendable {
  private let options: [String]

  /// A compiler with these extra options (`-O2` is always there).
  public init(options: [String] = []) { self.options = options }

  /// The nexe for a C source: from the cache when this very content (with all that it includes) was
  /// compiled before, else compiled now. Returns its path.
  public func nexe(forSource source: String) throws(ToolchainError) -> String {
    guard FileManager.default.isReadableFile(atPath: source) else {
      throw ToolchainError("\(source): cannot be read")
    }
    let memo = CompileMemo(source: source, options: options, cache: Sysroot.cache + "/nexe")
    if let known = memo.program() { return known }
    let folder = try TemporaryFolder()
    // Errors in the source are shown with its own name, by the compiler.
    let preprocessed = folder.path + "/preprocessed.i"
    try Driver(Invocation(["-O2", "-E", "-o", preprocessed] + options + [source])).run()
    guard let text = FileManager.default.contents(atPath: preprocessed) else {
      throw ToolchainError("\(source): the preprocessor left nothing")
    }
    let sysroot = try Sysroot()
    var hash = SHA256()
    for part in [[UInt8](sysroot.path.utf8), Array("\(options)".utf8), [UInt8](text)] {
      hash.update(part.span)
    }
    let cache = Sysroot.cache + "/nexe"
    let dependencies = CompileMemo.dependencies(preprocessed: [UInt8](text)).union(
      try sysroot.dependencies())
    let result = "\(cache)/\(SHA256.hexadecimal(hash.finalize())).nexe"
    if FileManager.default.fileExists(atPath: result) {
      memo.keep(result, dependencies: dependencies)
      return result
    }
    do {
      try FileManager.default.createDirectory(
        atPath: cache, withIntermediateDirectories: true)
    } catch {
      throw ToolchainError("\(cache): cannot be made: \(error.localizedDescription)")
    }
    let linked = "\(cache)/.\(UUID().uuidString).nexe"
    defer { try? FileManager.default.removeItem(atPath: linked) }
    try Driver(Invocation(["-O2", "-o", linked] + options + [source])).run()
    guard unsafe rename(linked, result) == 0 else {
      throw ToolchainError("\(result): cannot be renamed: errno \(errno)")
    }
    memo.keep(result, dependencies: dependencies)
    return result
  }
}
