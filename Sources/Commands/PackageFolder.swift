import Foundation

/// The folder that a program called by its name works on when $ZVM_TREE does not say: the current one, or
/// the whole package that is being built, when a path that the program is told lies outside of the current
/// folder and in the package. Test suites run in a folder of their own and read files beside it.
struct PackageFolder {
  let current: String
  /// How many folders up a package can begin.
  private static let depth = 6
  private static let marks = [
    "config.status", "configure", "Makefile", "makefile", "GNUmakefile", "debian/control",
  ]
  /// Variables that say nothing of what the program reads; all others may, such as srcdir.
  private static let silent: Set<String> = [
    "PATH", "PWD", "OLDPWD", "HOME", "SHELL", "TMPDIR", "_",
  ]

  /// The package's folder if `arguments` or `environment` need it; nil: the current one will do.
  func needed(_ arguments: [String], _ environment: [String: String]) -> String? {
    guard let package else { return nil }
    let named = environment.filter { !Self.silent.contains($0.key) }.values
      .flatMap { $0.split(separator: ":").map(String.init) }
      .filter { $0.hasPrefix("/") || $0.hasPrefix(".") }
    let told = arguments.flatMap(Self.paths) + named
    let needs = told.contains { text in
      let path = Self.normalized(text.hasPrefix("/") ? text : "\(current)/\(text)")
      guard !Self.contains(current, path), Self.contains(package, path) else { return false }
      // A file that is there, one that is to be made, or a pattern: its folder is there.
      return FileManager.default.fileExists(atPath: path)
        || FileManager.default.fileExists(atPath: (path as NSString).deletingLastPathComponent)
    }
    return needs ? package : nil
  }

  /// The highest folder above the current one that looks like a package, without gaps larger than one folder.
  private var package: String? {
    var found: String?
    var folder = current
    var missed = 0
    for _ in 0..<Self.depth {
      folder = (folder as NSString).deletingLastPathComponent
      guard folder.count > 1 else { break }
      if Self.marks.contains(where: {
        FileManager.default.fileExists(atPath: "\(folder)/\($0)")
      }) {
        found = folder
        missed = 0
      } else {
        missed += 1
        if missed > 1 { break }
      }
    }
    return found
  }

  /// The paths that an argument can be: itself, or what stands behind `-X` or `--option=`.
  private static func paths(_ argument: String) -> [String] {
    guard argument.hasPrefix("-") else { return [argument] }
    if let equals = argument.firstIndex(of: "=") {
      return [String(argument[argument.index(after: equals)...])]
    }
    return argument.count > 2 ? [String(argument.dropFirst(2))] : []
  }

  /// Without `.` and `..`, links or not.
  private static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static func contains(_ folder: String, _ path: String) -> Bool {
    path == folder || path.hasPrefix(folder + "/")
  }
}
