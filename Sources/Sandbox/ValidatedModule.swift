// Unsafe: buffers are handed to read and write for the length of one call.
import CSandbox
package import ELF
import Glibc
public import SystemPackage
import Validator
import ValidatorThreads

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

  /// Reads and seals a program that the validator in another program file of ours has accepted before.
  /// Errors as above.
  package convenience init(path: FilePath, knownTo validator: String) throws(SandboxError) {
    try self.init(
      path: path, .onlyCached, filtered: true, cache: .standard(validator: validator))
  }

  /// Reads the program from an open file, from its start: one that this process could perhaps not open
  /// itself. `name` is for messages. Errors as above.
  package convenience init(descriptor: FileDescriptor, name: String) throws(SandboxError) {
    try self.init(
      path: FilePath(name), .once, filtered: true, cache: .standard(), source: descriptor.rawValue)
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

  /// `validation` nil: unchecked, for tests. `source`: an open file, instead of the one at `path`.
  private init(
    path: FilePath, _ validation: Validation?, filtered: Bool, cache: ModuleCache?,
    source: Int32? = nil
  ) throws(SandboxError) {
    self.path = path
    self.filtered = filtered
    let file =
      if let source { try Self.sealedCopy(of: source, path) } else { try Self.sealedCopy(of: path) }
    do throws(SandboxError) {
      // What is validated is what will be mapped.
      guard let bytes = SealedBytes(of: file) else {
        throw SandboxError("\(path): empty, or its copy cannot be mapped", status: ENOEXEC)
      }
      if let validation {
        let verdict = try Self.verdict(on: bytes.span, path, validation, cache)
        image = verdict.image
        requiredFeatures = verdict.features
        wasCached = verdict.wasCached
      } else {
        image = try Self.image(bytes.span, path)
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
    on bytes: Span<UInt8>, _ path: FilePath, _ validation: Validation, _ cache: ModuleCache?
  ) throws(SandboxError) -> (image: Image, features: [String], wasCached: Bool) {
    let cache = validation == .always ? nil : cache
    let key = cache?.key(of: bytes, profile: .zerovm)
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
    let verdict = NexeValidator(profile: .zerovm, threads: .dispatched).check(bytes)
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

  private static func image(_ bytes: Span<UInt8>, _ path: FilePath) throws(SandboxError) -> Image {
    do throws(ELFError) { return try Image(parsing: bytes) } catch {
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
    return try sealedCopy(of: source, path)
  }

  private static func sealedCopy(of source: Int32, _ path: FilePath) throws(SandboxError) -> Int32 {
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
      // Inside the kernel. One byte more than is allowed tells that there is more.
      var place = 0
      while place <= maximumByteCount {
        let count = unsafe sendfile(copy, source, &place, maximumByteCount + 1 - place)
        guard count >= 0 else { throw SandboxError("\(path): read", status: EIO) }
        if count == 0 { break }
      }
      guard place <= maximumByteCount else {
        throw SandboxError("\(path): larger than \(maximumByteCount) bytes", status: ENOEXEC)
      }
      let sealed = csb_seal(copy)
      guard sealed == 0 else { throw SandboxError("seal the copy", errno: -sealed) }
    } catch {
      close(copy)
      throw error
    }
    return copy
  }
}

private func openReadOnly(_ path: UnsafePointer<CChar>) -> Int32 {
  // Not waiting for the writer of a FIFO, which is refused anyway.
  unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
}
