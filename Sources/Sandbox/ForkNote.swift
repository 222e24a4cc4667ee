// Unsafe: `pointer` maps a memory file whose size is sealed, until `deinit`; only the shim reads it.
import CSandbox
import Glibc

/// Memory in which the launcher notes what it forked last for one who waits for it, before that has its first turn.
/// No sandbox has it.
///
/// `@unchecked Sendable`: it is only read, a word at a time.
@safe final class ForkNote: @unchecked Sendable {
  let file: Int32
  private let pointer: UnsafeMutablePointer<csb_fork_note>
  private static let byteCount = 4096

  init() throws(SandboxError) {
    let mapped = unsafe try mapMemoryFile(
      "forks", Self.byteCount, PROT_READ, what: "the launcher's note")
    file = unsafe mapped.file
    unsafe pointer = mapped.place.assumingMemoryBound(to: csb_fork_note.self)
  }

  deinit {
    unsafe munmap(pointer, Self.byteCount)
    close(file)
  }

  /// The kernel's number of that process; nil: none is noted.
  func number(of identifier: UInt64) -> Int32? {
    let number = unsafe csb_noted(pointer, identifier)
    return number > 0 ? number : nil
  }
}
