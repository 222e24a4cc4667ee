// Unsafe: the mapping is its caller's, which unmaps it.
import CSandbox
import Glibc
package import SystemPackage

/// A file that is memory only, and gone when it is closed.
package struct MemoryFile: Sendable {
  package let descriptor: FileDescriptor

  package init(name: String) throws(SandboxError) {
    let number = unsafe csb_memory_file(name)
    guard number >= 0 else { throw SandboxError("memory file", errno: -number) }
    descriptor = FileDescriptor(rawValue: number)
  }

  package func close() { try? descriptor.close() }
}

/// Makes a memory file that keeps its size, and maps all of it, shared. Both are the caller's, to be unmapped and closed.
/// `what` names it in errors.
func mapMemoryFile(_ name: String, _ byteCount: Int, _ access: Int32, what: String)
  throws(SandboxError) -> (file: Int32, place: UnsafeMutableRawPointer)
{
  let file = unsafe csb_fixed_memory_file(name, UInt64(byteCount))
  guard file >= 0 else { throw SandboxError(what, errno: -file) }
  let result = unsafe mmap(nil, byteCount, access, MAP_SHARED, file, 0)
  guard let result = unsafe result, unsafe result != MAP_FAILED else {
    let code = errno
    close(file)
    throw SandboxError("map \(what)", errno: code)
  }
  return unsafe (file, result)
}
