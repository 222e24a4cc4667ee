// Unsafe: socket addresses and receive buffers are handed to the system for the length of one call.
import CSandbox
import Dispatch
import Glibc
import Sandbox
import SystemPackage

/// The daemon behind `zvmd`: takes one program a connection on a UNIX socket, runs it in a sandbox with
/// both walls, answers with its report. It never opens a network port.
///
/// Who may ask is decided by the kernel's word on the peer (SO_PEERCRED), not by anything it says.
package final class Service: Sendable {
  package struct Options: Sendable {
    /// Path of the socket.
    package var path: String
    /// Programs that run at once, and requests that may wait for a slot.
    package var slots = 2
    package var queue = 64
    /// Users, besides this process's own and root, that may ask.
    package var users: Set<UInt32> = []
    /// Programs by name, for requests that name an image.
    package var images: [String: String] = [:]
    package var limits = ServiceLimits()

    package init(path: String) { self.path = path }
  }

  let options: Options
  let slots: SlotQueue
  let modules = ModulePool(capacity: 16)
  let nonces = NonceMemory()
  private let listener: Int32
  private let lock: FileDescriptor
  static let work = DispatchQueue(label: "zvmd.requests", attributes: .concurrent)

  /// Binds the socket; a stale one is replaced, a living daemon's is not.
  package init(_ options: Options) throws(ServiceError) {
    self.options = options
    slots = SlotQueue(slots: options.slots, queue: options.queue)
    lock = try Self.lock(options.path)
    listener = try Self.listen(options.path, shared: !options.users.isEmpty)
  }

  /// Accepts connections until `stop`.
  package func run() throws(ServiceError) {
    while true {
      let connection = accept(listener, nil, nil)
      if connection < 0 {
        switch errno {
        case EINTR, ECONNABORTED: continue
        // Out of descriptors: those in use come back.
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(10_000)
        case EINVAL: return
        default: throw ServiceError(.failed, "\(options.path): accept: \(text(errno))")
        }
        continue
      }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      ServiceConnection(self, connection).open()
    }
  }

  /// Ends `run`, and removes the socket.
  package func stop() {
    unsafe unlink(options.path)
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// One daemon a path: the lock lives as long as the process, whatever becomes of it.
  private static func lock(_ path: String) throws(ServiceError) -> FileDescriptor {
    do {
      let file = try FileDescriptor.open(
        FilePath(path + ".lock"), .readWrite, options: [.create, .closeOnExec, .noFollow],
        permissions: [.ownerRead, .ownerWrite])
      guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
        throw ServiceError(.failed, "\(path): another daemon is there")
      }
      return file
    } catch let error as ServiceError {
      throw error
    } catch {
      throw ServiceError(.failed, "\(path).lock: \(error)")
    }
  }

  private static func listen(_ path: String, shared: Bool) throws(ServiceError) -> Int32 {
    let socket = Glibc.socket(
      AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw ServiceError(.failed, "socket: \(text(errno))") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard bytes.count < room.count, !bytes.contains(0) else { return false }
      unsafe room.copyBytes(from: bytes)
      return true
    }
    guard fits else {
      throw ServiceError(.failed, "\(path): longer than a socket's path can be")
    }
    // We hold the lock: whatever is there belongs to a daemon that is gone.
    unsafe unlink(path)
    // No moment in which others could connect: the mode is right from the start.
    let mask = umask(shared ? 0o111 : 0o177)
    defer { umask(mask) }
    let bound = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, Glibc.listen(socket, 1024) == 0 else {
      throw ServiceError(.failed, "\(path): \(text(errno))")
    }
    return socket
  }
}

func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
