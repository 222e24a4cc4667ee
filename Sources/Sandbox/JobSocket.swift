// Unsafe: a UNIX socket address lives in a local variable for the length of one system call.
import CSandbox
import Glibc
package import SystemPackage

/// Where a template session takes requests (`Job` in a manifest): a UNIX stream socket in the file
/// system, for its own user only.
package struct JobSocket: Sendable {
  private let listener: FileDescriptor

  /// Makes the socket. A file that is there already is an error, but for a socket nobody listens at.
  package init(_ path: String) throws(SandboxError) {
    var made = try Self.bind(path)
    if made == nil, try Self.isDead(path) {
      unsafe unlink(path)
      made = try Self.bind(path)
    }
    guard let made else {
      throw SandboxError("Job \(path): somebody listens there", status: EADDRINUSE)
    }
    guard unsafe chmod(path, 0o600) == 0, Glibc.listen(made.rawValue, 128) == 0 else {
      let code = errno
      try? made.close()
      throw SandboxError("Job \(path)", errno: code)
    }
    listener = made
  }

  /// Waits for somebody of the same user; what it sends has to come within ten seconds.
  package func accept() throws(SandboxError) -> FileDescriptor {
    while true {
      let peer = Glibc.accept(listener.rawValue, nil, nil)
      guard peer >= 0 else {
        switch errno {
        case EINTR, ECONNABORTED: continue
        // Out of descriptors: those in use come back.
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(10_000)
        default: throw SandboxError("accept", errno: errno)
        }
        continue
      }
      _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
      var user = UInt32.max
      var patience = timeval(tv_sec: 10, tv_usec: 0)
      if unsafe csb_peer_user(peer, &user) == 0, user == getuid(),
        unsafe setsockopt(
          peer, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size)) == 0
      {
        return FileDescriptor(rawValue: peer)
      }
      close(peer)
    }
  }

  /// A bound socket; nil when there is something at that path.
  private static func bind(_ path: String) throws(SandboxError) -> FileDescriptor? {
    let file = try make()
    let result = try unsafe withAddress(path) { address, count in
      unsafe Glibc.bind(file.rawValue, address, count)
    }
    if result == 0 { return file }
    let code = errno
    try? file.close()
    if code == EADDRINUSE { return nil }
    throw SandboxError("Job \(path)", errno: code)
  }

  /// Whether there is a socket whose listener is gone.
  private static func isDead(_ path: String) throws(SandboxError) -> Bool {
    let file = try make()
    defer { try? file.close() }
    let result = try unsafe withAddress(path) { address, count in
      unsafe Glibc.connect(file.rawValue, address, count)
    }
    return result != 0 && errno == ECONNREFUSED
  }

  private static func make() throws(SandboxError) -> FileDescriptor {
    let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw SandboxError("socket", errno: errno) }
    return FileDescriptor(rawValue: file)
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(SandboxError) -> Int32 {
    var raw = sockaddr_un()
    raw.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < 108, !bytes.contains(0) else {
      throw SandboxError("Job \(path): longer than 107 bytes", status: ENAMETOOLONG)
    }
    unsafe withUnsafeMutableBytes(of: &raw.sun_path) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafePointer(to: &raw) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
