// Unsafe: buffers are handed to read and write for the length of one call.
import CSandbox
package import ELF
import Glibc
public import SystemPackage
import Validator

/// A nexe that the validator accepted, held as a sealed copy of the very bytes that were checked.
public final class ValidatedModule: Sendable {
  /// For messages.
  package let path: FilePath
  package let image: Image
  /// The sealed memory file.
  package let file: Int32
  /// Whether sandboxes load the system-call filter; false only in tests of wall one.
  package let filtered: Bool

  /// Largest program file that is read.
  private static let maximumByteCount = 1 << 30

  /// Reads, validates and seals the program at `path`.
  public convenience init(path: FilePath) throws(SandboxError) {
    try self.init(path: path, validated: true, filtered: true)
  }

  #if DEBUG
    /// Test-only: a module that nobody checked, or whose sandboxes have no filter. Not compiled into
    /// release builds and not reachable from the command line.
    package convenience init(
      unvalidatedForTests path: FilePath, filtered: Bool = true
    ) throws(SandboxError) {
      try self.init(path: path, validated: false, filtered: filtered)
    }

    /// Test-only: validated, but without the filter.
    package convenience init(unfilteredForTests path: FilePath) throws(SandboxError) {
      try self.init(path: path, validated: true, filtered: false)
    }
  #endif

  private init(path: FilePath, validated: Bool, filtered: Bool) throws(SandboxError) {
    self.path = path
    self.filtered = filtered
    let file = try Self.sealedCopy(of: path)
    do throws(SandboxError) {
      let bytes = try Self.contents(of: file, path)
      if validated {
        let verdict = NexeValidator().check(bytes.span)
        if let error = verdict.headerError {
          throw SandboxError("\(path): not a program: \(error)", status: ENOEXEC)
        }
        guard verdict.isValid, let image = verdict.image else {
          let first = verdict.violations.first.map { "\($0)" } ?? ""
          throw SandboxError(
            "\(path): refused by the validator, \(verdict.violations.count) violations, first: "
              + "text offset \(first)", status: ENOEXEC, isRefusal: true)
        }
        self.image = image
      } else {
        do throws(ELFError) { image = try Image(parsing: bytes.span) } catch {
          throw SandboxError("\(path): not a program: \(error)", status: ENOEXEC)
        }
      }
    } catch {
      close(file)
      throw error
    }
    self.file = file
  }

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
