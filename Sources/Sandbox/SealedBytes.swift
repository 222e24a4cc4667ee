// Unsafe: a mapping of a sealed memory file, which nobody can write, shorten or lengthen any more: `start`
// and `count` hold from `init` to `deinit`, and no span outlives the value that it was borrowed from.
import CSandbox
import Glibc

/// The bytes of a sealed memory file.
@safe struct SealedBytes: ~Copyable {
  private let start: UnsafeMutableRawPointer
  private let count: Int

  /// nil when the file is empty, not sealed, or cannot be mapped.
  init?(of file: Int32) {
    count = Int(lseek(file, 0, SEEK_END))
    guard count > 0, csb_is_sealed(file) == 1,
      let mapping = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0),
      unsafe mapping != MAP_FAILED
    else { return nil }
    unsafe start = mapping
  }

  var span: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      let bytes = unsafe Span<UInt8>(
        _unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count)
      return unsafe _overrideLifetime(bytes, borrowing: self)
    }
  }

  deinit { unsafe munmap(start, count) }
}
