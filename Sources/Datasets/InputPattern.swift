import Glibc

/// Why inputs cannot be had.
public struct DatasetError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// A path of a job's input: a file, a folder (all regular files below it), or a pattern with `*`,
/// `?`, `[…]` within a path component and `**` for any number of folders.
public struct InputPattern: Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }

  /// The files that are meant, in byte order of their paths, so that shards are numbered the same
  /// on every machine. Throws when there are none, or when something cannot be read.
  public func files() throws(DatasetError) -> [String] {
    var found: [String] = []
    if text.contains(where: { "*?[".contains($0) }) {
      let components = text.split(separator: "/").map(String.init)
      try match(components[...], in: text.hasPrefix("/") ? "/" : ".", &found)
    } else {
      switch try kind(text) {
      case .file: found = [text]
      case .folder: try walk(text, &found)
      case .other: throw DatasetError("\(text): neither a file nor a folder")
      case .missing: throw DatasetError("\(text): no such file or folder")
      }
    }
    guard !found.isEmpty else { throw DatasetError("\(text): no file matches") }
    return Set(found).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  private enum Kind { case file, folder, other, missing }

  private func kind(_ path: String) throws(DatasetError) -> Kind {
    var status = Glibc.stat()
    guard unsafe stat(path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return .missing }
      throw DatasetError("\(path): \(message(errno))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// Names in a folder, in byte order, without those that start with a dot.
  private func names(_ folder: String) throws(DatasetError) -> [String] {
    guard let directory = unsafe opendir(folder) else {
      throw DatasetError("\(folder): \(message(errno))")
    }
    defer { unsafe closedir(directory) }
    var result: [String] = []
    while let entry = unsafe readdir(directory) {
      // d_name is a C array that ends with a zero.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { result.append(name) }
    }
    return result.sorted()
  }

  private func walk(_ folder: String, _ found: inout [String]) throws(DatasetError) {
    for name in try names(folder) {
      let path = join(folder, name)
      switch try kind(path) {
      case .file: found.append(path)
      case .folder: if !isLink(path) { try walk(path, &found) }
      case .other, .missing: break
      }
    }
  }

  private func match(_ components: ArraySlice<String>, in folder: String, _ found: inout [String])
    throws(DatasetError)
  {
    guard let first = components.first else { return }
    let rest = components.dropFirst()
    if first == "**" {
      try match(rest.isEmpty ? ["*"] : rest, in: folder, &found)
      for name in try names(folder) {
        let path = join(folder, name)
        // Links to folders are not followed: they may go round in circles.
        if try kind(path) == .folder, !isLink(path) {
          try match(components, in: path, &found)
        }
      }
      return
    }
    let candidates =
      first.contains(where: { "*?[".contains($0) })
      ? try names(folder).filter { unsafe fnmatch(first, $0, 0) == 0 } : [first]
    for name in candidates {
      let path = join(folder, name)
      switch try kind(path) {
      case .file: if rest.isEmpty { found.append(path) }
      case .folder: if !rest.isEmpty { try match(rest, in: path, &found) }
      case .other, .missing: break
      }
    }
  }

  private func isLink(_ path: String) -> Bool {
    var status = Glibc.stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private func join(_ folder: String, _ name: String) -> String {
    folder == "." ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}

/// What the system says of an errno.
func message(_ number: Int32) -> String {
  unsafe String(cString: strerror(number))
}
