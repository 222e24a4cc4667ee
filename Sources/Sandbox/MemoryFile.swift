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
