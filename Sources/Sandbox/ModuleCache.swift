// Unsafe: names and status structures are handed to system calls for the length of one call.
import Digest
import Glibc
import Validator

/// Remembers which programs the validator has accepted, so that each is validated once a machine.
///
/// An entry is named by the SHA-256 of the program's bytes, of the profile, and of what this very
/// build of the validator is: any other program, profile or build finds nothing. It holds a digest of
/// itself. The folder, and the one above it, must be ours and nobody else's to write: what is not so
/// is not believed, and the program is validated as if there were no cache. Whoever can write there
/// is the user, and could as well replace `zvm`.
struct ModuleCache: Sendable {
  /// What is kept of a verdict.
  struct Entry: Equatable {
    /// CPU features that the code needs, by their names in /proc/cpuinfo.
    var features: [String]
  }

  private let folder: String
  private let build: String

  /// The user's cache, if there is a place for one: `$XDG_CACHE_HOME/zvm/modules`, else
  /// `~/.cache/zvm/modules`.
  ///
  /// `validator`: a program file whose validator fills it; nil: this program's.
  static func standard(validator: String? = nil) -> ModuleCache? {
    func variable(_ name: String) -> String? {
      let value = unsafe getenv(name).map { unsafe String(cString: $0) }
      return value.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let root = variable("XDG_CACHE_HOME") ?? variable("HOME").map({ $0 + "/.cache" }),
      let build = buildIdentity(validator)
    else { return nil }
    return ModuleCache(folder: root + "/zvm/modules", build: build)
  }

  init(folder: String, build: String) {
    self.folder = folder
    self.build = build
  }

  /// The name under which a program's verdict is kept.
  func key(of program: Span<UInt8>, profile: Profile) -> String {
    var hash = SHA256()
    hash.update(program)
    // Behind the program: its length is known, so no program can pretend another profile or build.
    hash.update(Array("\0\(program.count)\0\(profile.rawValue)\0\(build)".utf8).span)
    return SHA256.hexadecimal(hash.finalize())
  }

  /// The verdict kept under a key, nil when there is none that can be believed.
  func entry(_ key: String) -> Entry? {
    let directory = openFolder(create: false)
    guard directory >= 0 else { return nil }
    defer { close(directory) }
    let file = unsafe openat(directory, key, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Self.isOurs(status), status.st_size <= 4096
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0, let text = String(validating: bytes[..<count], as: UTF8.self) else {
      return nil
    }
    return Self.parse(text, key)
  }

  /// Keeps a verdict. Without success where the folder cannot be used: then nothing is remembered.
  func store(_ entry: Entry, _ key: String) {
    let directory = openFolder(create: true)
    guard directory >= 0 else { return }
    defer { close(directory) }
    let temporary = ".\(key).\(getpid())"
    let file = unsafe openat(
      directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let text = Array(Self.text(entry, key).utf8)
    let isWritten = unsafe write(file, text, text.count) == text.count
    close(file)
    let isNamed = unsafe isWritten && renameat(directory, temporary, directory, key) == 0
    if !isNamed { unsafe unlinkat(directory, temporary, 0) }
  }

  // MARK: Entries as text

  private static func text(_ entry: Entry, _ key: String) -> String {
    let body = "zvm-module 1\nkey \(key)\nfeatures \(entry.features.joined(separator: " "))\n"
    return body + "sha256 \(SHA256.hex(of: body.utf8))\n"
  }

  private static func parse(_ text: String, _ key: String) -> Entry? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5, lines[2].hasPrefix("features ") else { return nil }
    let entry = Entry(features: lines[2].dropFirst(9).split(separator: " ").map(String.init))
    // Nothing but what `text` writes is an entry.
    return self.text(entry, key) == text ? entry : nil
  }

  // MARK: The folder

  /// Opens the folder, if it and the one above it are ours alone; −1 otherwise.
  private func openFolder(create: Bool) -> Int32 {
    let slash = folder.lastIndex(of: "/") ?? folder.startIndex
    let above = String(folder[..<slash])
    let name = String(folder[folder.index(after: slash)...])
    if create {
      if let root = above.lastIndex(of: "/") { unsafe mkdir(String(above[..<root]), 0o700) }
      unsafe mkdir(above, 0o700)
    }
    let parent = unsafe open(above, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard parent >= 0 else { return -1 }
    defer { close(parent) }
    guard Self.isOursAlone(parent) else { return -1 }
    if create { unsafe mkdirat(parent, name, 0o700) }
    let directory = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard directory >= 0 else { return -1 }
    guard Self.isOursAlone(directory) else {
      close(directory)
      return -1
    }
    return directory
  }

  private static func isOursAlone(_ file: Int32) -> Bool {
    var status = stat()
    return unsafe fstat(file, &status) == 0 && isOurs(status)
  }

  /// Belongs to this user, and nobody else may write it.
  private static func isOurs(_ status: stat) -> Bool {
    status.st_uid == geteuid() && status.st_mode & 0o022 == 0
  }

  /// What tells this build of the validator from every other: the program file that it is in. Its
  /// change time cannot be set by hand.
  private static func buildIdentity(_ validator: String?) -> String? {
    // Tests live in a bundle that another program has loaded: it counts, too.
    let files =
      validator.map { [$0] }
      ?? ["/proc/self/exe"] + CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    var numbers: [Int] = []
    for file in files {
      var status = stat()
      guard unsafe stat(file, &status) == 0 else { return nil }
      numbers += [
        Int(status.st_dev), Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec,
        status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
      ]
    }
    return numbers.map(String.init).joined(separator: ".")
  }
}
