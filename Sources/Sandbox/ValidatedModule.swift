// Unsafe: buffers are handed to read and write for the length of one call.
import CSandbox
package import ELF
import Glibc
public import SystemPackage
import Validator

/// A nexe that the validator accepted, held as a sealed copy of the very bytes that were checked.
public final class ValidatedModule: Sendable {
  /// How much is made of the cache of programs that were validated before (docs/SECURITY.md).
  public enum Validation: Sendable {
    /// Validates, whatever the cache says, and leaves it alone.
    case always
    /// Validates what the cache does not know, and remembers it.
    case once
    /// Takes only what the cache knows.
    case onlyCached
  }

  /// For messages.
  package let path: FilePath
  /// The path as it was given.
  public var name: String { path.string }
  package let image: Image
  /// The sealed memory file.
  package let file: Int32
  /// Whether sandboxes load the system-call filter; false only in tests of wall one.
  package let filtered: Bool
  /// CPU features that the code needs, by their names in /proc/cpuinfo. This machine has them.
  public let requiredFeatures: [String]
  /// Whether the verdict came from the cache.
  public let wasCached: Bool

  /// Largest program file that is read.
  private static let maximumByteCount = 1 << 30

  /// Reads, validates and seals the program at `path`.
  ///
  /// The error's status is ENOENT and the like for a file that cannot be opened, EIO for one that
  /// cannot be read, ENOEXEC for one that is no program, that the validator refuses, or that needs a
  /// CPU feature which this machine lacks; EACCES where only the cache may answer and does not.
  public convenience init(path: FilePath, validation: Validation = .once) throws(SandboxError) {
    try self.init(path: path, validation, filtered: true, cache: .standard())
  }

  /// With a cache elsewhere: for its tests.
  package convenience init(
    path: FilePath, _ validation: Validation, cacheFolder: String
  ) throws(SandboxError) {
    try self.init(
      path: path, validation, filtered: true,
      cache: ModuleCache(folder: cacheFolder, build: "test"))
  }

  #if DEBUG
    /// Test-only: a module that nobody checked, or whose sandboxes have no filter. Not compiled into
    /// release builds and not reachable from the command line.
    package convenience init(
      unvalidatedForTests path: FilePath, filtered: Bool = true
    ) throws(SandboxError) {
      try self.init(path: path, nil, filtered: filtered, cache: nil)
    }

    /// Test-only: validated, but without the filter.
    package convenience init(unfilteredForTests path: FilePath) throws(SandboxError) {
      try self.init(path: path, .always, filtered: false, cache: nil)
    }
  #endif

  /// `validation` nil: unchecked, for tests.
  private init(
    path: FilePath, _ validation: Validation?, filtered: Bool, cache: ModuleCache?
  ) throws(SandboxError) {
    self.path = path
    self.filtered = filtered
    let file = try Self.sealedCopy(of: path)
    do throws(SandboxError) {
      let bytes = try Self.contents(of: file, path)
      if let validation {
        let verdict = try Self.verdict(on: bytes, path, validation, cache)
        image = verdict.image
        requiredFeatures = verdict.features
        wasCached = verdict.wasCached
      } else {
        image = try Self.image(bytes, path)
        requiredFeatures = []
        wasCached = false
      }
    } catch {
      close(file)
      throw error
    }
    self.file = file
  }

  private static func verdict(
    on bytes: [UInt8], _ path: FilePath, _ validation: Validation, _ cache: ModuleCache?
  ) throws(SandboxError) -> (image: Image, features: [String], wasCached: Bool) {
    let cache = validation == .always ? nil : cache
    let key = cache?.key(of: bytes.span, profile: .zerovm)
    if let cache, let key, let entry = cache.entry(key) {
      // The layout is read again: it costs nothing, and the launcher rests on it.
      let image = try image(bytes, path)
      try checkFeatures(entry.features, path)
      return (image, entry.features, true)
    }
    guard validation != .onlyCached else {
      throw SandboxError(
        "\(path): not in the cache of validated programs: run it once without -s", status: EACCES)
    }
    let verdict = NexeValidator(profile: .zerovm).check(bytes.span)
    if let error = verdict.headerError {
      throw SandboxError("\(path): not a program: \(error)", status: ENOEXEC)
    }
    guard verdict.isValid, let image = verdict.image else {
      let first = verdict.violations.first.map { "\($0)" } ?? ""
      throw SandboxError(
        "\(path): refused by the validator, \(verdict.violations.count) violations, first: "
          + "text offset \(first)", status: ENOEXEC, isRefusal: true)
    }
    let features = verdict.text.featureNames
    if let cache, let key { cache.store(ModuleCache.Entry(features: features), key) }
    try checkFeatures(features, path)
    return (image, features, false)
  }

  private static func image(_ bytes: [UInt8], _ path: FilePath) throws(SandboxError) -> Image {
    do throws(ELFError) { return try Image(parsing: bytes.span) } catch {
      throw SandboxError("\(path): not a program: \(error)", status: ENOEXEC)
    }
  }

  /// A program that needs what the CPU lacks would only fault in the middle of its work.
  private static func checkFeatures(_ required: [String], _ path: FilePath) throws(SandboxError) {
    let missing = host.missing(from: required)
    guard missing.isEmpty else {
      throw SandboxError(
        "\(path): needs CPU features that this machine lacks: \(missing.joined(separator: " "))",
        status: ENOEXEC)
    }
  }

  /// What this machine's CPU has. The flags stand near the start, once a CPU.
  private static let host: HostFeatures = {
    let file = unsafe open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    let count = file < 0 ? 0 : unsafe read(file, &bytes, bytes.count)
    return HostFeatures(cpuInfo: String(decoding: bytes[..<max(0, count)], as: UTF8.self))
  }()

  deinit { close(file) }

  /// Copies the file into memory that nobody can change any more.
  private static func sealedCopy(of path: FilePath) throws(SandboxError) -> Int32 {
    let source = unsafe path.withPlatformString {
      unsafe openReadOnly($0)
    }
    guard source >= 0 else { throw SandboxError("\(path): open", errno: errno) }
    defer { close(source) }
    var status = stat()
    guard unsafe fstat(source, &status) == 0 else {
      throw SandboxError("\(path): stat", errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      // What cannot be read to an end is no file to read a program from.
      throw SandboxError("\(path): not a regular file", status: EIO)
    }
    let copy = unsafe csb_memory_file("nexe")
    guard copy >= 0 else { throw SandboxError("memory file", errno: -copy) }
    do throws(SandboxError) {
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      var total = 0
      while true {
        let count = unsafe read(source, &buffer, buffer.count)
        guard count >= 0 else { throw SandboxError("\(path): read", status: EIO) }
        if count == 0 { break }
        total += count
        guard total <= maximumByteCount else {
          throw SandboxError("\(path): larger than \(maximumByteCount) bytes", status: ENOEXEC)
        }
        guard unsafe write(copy, &buffer, count) == count else {
          throw SandboxError("\(path): copy to memory", errno: errno)
        }
      }
      let sealed = csb_seal(copy)
      guard sealed == 0 else { throw SandboxError("seal the copy", errno: -sealed) }
    } catch {
      close(copy)
      throw error
    }
    return copy
  }

  /// The bytes of the sealed file: what is validated is what will be mapped.
  private static func contents(of file: Int32, _ path: FilePath) throws(SandboxError) -> [UInt8] {
    let size = lseek(file, 0, SEEK_END)
    guard size > 0 else { throw SandboxError("\(path): empty file", status: ENOEXEC) }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe pread(file, $0.baseAddress! + done, size - done, done)
      }
      guard count > 0 else { throw SandboxError("\(path): read back", status: EIO) }
      done += count
    }
    return bytes
  }
}

private func openReadOnly(_ path: UnsafePointer<CChar>) -> Int32 {
  // Not waiting for the writer of a FIFO, which is refused anyway.
  unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
}
