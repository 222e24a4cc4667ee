// Unsafe: lstat fills a local variable.
import Digest
import Foundation
import Glibc

/// Remembers what a source was compiled to, and the state of every file that this depended on, so that
/// an unchanged program needs neither the preprocessor nor the digest of `guest/`.
///
/// A file is as it was when device, inode, size and both times are: no call sets a ctime. What changed
/// in the last two seconds is not trusted to show the next change. The folders of headers count, too: a
/// new header may come before another.
struct CompileMemo {
  private let path: String

  private static let minimumAge: Int64 = 2_000_000_000

  /// `cache`: the folder of compiled programs.
  init(source: String, options: [String], cache: String) {
    var hash = SHA256()
    let environment = ProcessInfo.processInfo.environment
    // What else decides which files are looked at.
    let surroundings = [
      "PATH", "ZVM_HOME", "CPATH", "C_INCLUDE_PATH", "GCC_EXEC_PREFIX", "COMPILER_PATH",
    ].map { environment[$0] ?? "" }
    let words =
      ["zvm-memo-1", Sysroot.compilerExecutable(), URL(filePath: source).path] + surroundings
      + options
    for word in words {
      let bytes = Array("\(word.utf8.count):\(word)".utf8)
      hash.update(bytes.span)
    }
    path = "\(cache)/\(SHA256.hexadecimal(hash.finalize())).memo"
  }

  /// The program, if nothing has changed.
  func program() -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    var lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    // A memo that was cut off says nothing.
    guard lines.popLast() == "end", let result = lines.first else { return nil }
    for line in lines.dropFirst() {
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2, let stamp = Stamp(String(parts[1])), stamp.text == parts[0] else {
        return nil
      }
    }
    return FileManager.default.fileExists(atPath: String(result)) ? String(result) : nil
  }

  /// Remembers. Failing to is no failure: the next run does the work again.
  func keep(_ program: String, dependencies: Set<String>) {
    var text = program + "\n"
    for file in dependencies.sorted() {
      guard !file.contains("\n"), let stamp = Stamp(file), stamp.isOlder(than: Self.minimumAge)
      else { return }
      text += "\(stamp.text)\t\(file)\n"
    }
    try? Data((text + "end\n").utf8).write(to: URL(filePath: path), options: .atomic)
  }

  /// The files that preprocessed text came from, and their folders.
  static func dependencies(preprocessed text: [UInt8]) -> Set<String> {
    var result: Set<String> = []
    for line in text.split(separator: UInt8(ascii: "\n"))
    where line.starts(with: Array("# ".utf8)) {
      let parts = line.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
      guard parts.count >= 3, parts[1].first != UInt8(ascii: "<") else { continue }
      let file = URL(filePath: String(decoding: parts[1], as: UTF8.self))
      result.insert(file.path)
      result.insert(file.deletingLastPathComponent().path)
    }
    return result
  }

  private struct Stamp {
    let text: String
    private let newest: Int64

    init?(_ path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      let modified =
        Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
      let changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
      text = "\(status.st_dev) \(status.st_ino) \(status.st_size) \(modified) \(changed)"
      newest = max(modified, changed)
    }

    func isOlder(than nanoseconds: Int64) -> Bool {
      var now = timespec()
      unsafe clock_gettime(CLOCK_REALTIME, &now)
      return newest < Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - nanoseconds
    }
  }
}
