// Unsafe: a UNIX socket address lives in a local variable for the length of one system call.
import CSandbox
import Glibc
package import SystemPackage

/// An in-memory pipe between two sandboxes of different `zvm` processes on one host, found by name
/// (`pipe:NAME` in a manifest).
///
/// The reader waits at an abstract socket that only its own user may connect to; the writer brings
/// the pipe. The bytes go from sandbox to sandbox through the pipe alone. The socket stays open for
/// one thing: the writer's last word, that the stream is whole.
package enum NamedPipe {
  /// A reader's meeting place. The process number is not in the name: both sides know only NAME.
  package static func listen(_ name: String) throws(SandboxError) -> FileDescriptor {
    let file = try make()
    let bound = try unsafe withAddress(name) { address, count in
      unsafe Glibc.bind(file.rawValue, address, count)
    }
    guard bound == 0, Glibc.listen(file.rawValue, 1) == 0 else {
      let code = errno
      try? file.close()
      throw SandboxError("pipe:\(name)", errno: code)
    }
    return file
  }

  /// Waits for the writer: the pipe's read end, and the socket that tells how it went.
  package static func accept(
    _ name: String, _ listener: FileDescriptor, until deadline: ContinuousClock.Instant
  ) throws(SandboxError) -> (pipe: FileDescriptor, verdict: FileDescriptor) {
    while true {
      let peer = try SocketChannel.accept(listener, until: deadline)
      guard isOurs(peer) else {
        try? peer.close()
        continue
      }
      do throws(SandboxError) {
        try SocketChannel.wait(for: peer, until: deadline)
        var byte: [UInt8] = [0]
        var descriptors: [Int32] = [-1]
        var count = 0
        let received = unsafe byte.withUnsafeMutableBytes { buffer in
          unsafe descriptors.withUnsafeMutableBufferPointer { target in
            unsafe csb_receive(
              peer.rawValue, buffer.baseAddress!, 1, target.baseAddress!, 1, &count, 0)
          }
        }
        guard received == 1, count == 1 else {
          for descriptor in descriptors[..<count] { close(descriptor) }
          throw SandboxError("pipe:\(name): the writer brought no pipe", status: EPROTO)
        }
        return (FileDescriptor(rawValue: descriptors[0]), peer)
      } catch {
        try? peer.close()
        throw error
      }
    }
  }

  /// Brings a pipe to the reader: its write end, and the socket for the last word.
  package static func connect(_ name: String, until deadline: ContinuousClock.Instant)
    throws(SandboxError) -> (pipe: FileDescriptor, verdict: FileDescriptor)
  {
    while true {
      let file = try make()
      let result = try unsafe withAddress(name) { address, count in
        unsafe Glibc.connect(file.rawValue, address, count)
      }
      if result == 0 {
        guard isOurs(file) else {
          try? file.close()
          throw SandboxError("pipe:\(name): somebody else waits there", status: EACCES)
        }
        return (try hand(file, name), file)
      }
      let code = errno
      try? file.close()
      guard code == ECONNREFUSED || code == EINTR, ContinuousClock.now < deadline else {
        throw SandboxError("pipe:\(name)", errno: code)
      }
      usleep(10_000)
    }
  }

  /// The writer's last word. Before the write end is closed: whoever sees the end can ask.
  package static func finish(_ verdict: FileDescriptor) {
    _ = unsafe Glibc.send(verdict.rawValue, [1], 1, Int32(MSG_NOSIGNAL))
  }

  /// Whether the stream that ended was whole. A reader that stopped earlier has not seen the end:
  /// then this is true.
  package static func isWhole(pipe: FileDescriptor, verdict: FileDescriptor) -> Bool {
    var poll = pollfd(fd: pipe.rawValue, events: Int16(POLLIN), revents: 0)
    _ = unsafe Glibc.poll(&poll, 1, 0)
    guard poll.revents & Int16(POLLHUP) != 0 else { return true }
    var byte: [UInt8] = [0]
    return unsafe recv(verdict.rawValue, &byte, 1, 0) == 1 && byte[0] == 1
  }

  private static func hand(_ socket: FileDescriptor, _ name: String) throws(SandboxError)
    -> FileDescriptor
  {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else {
      throw SandboxError("pipe:\(name)", errno: errno)
    }
    defer { Glibc.close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let sent = unsafe ends.withUnsafeBufferPointer { source in
      unsafe csb_send(socket.rawValue, [0], 1, source.baseAddress!, 1, 0)
    }
    guard sent == 1 else {
      Glibc.close(ends[1])
      throw SandboxError("pipe:\(name)", errno: Int32(-sent))
    }
    return FileDescriptor(rawValue: ends[1])
  }

  /// Whether the process at the other end belongs to the same user.
  private static func isOurs(_ socket: FileDescriptor) -> Bool {
    // struct ucred: process, user, group.
    var credentials: [UInt32] = [0, .max, .max]
    var count = socklen_t(12)
    let result = unsafe getsockopt(
      socket.rawValue, SOL_SOCKET, SO_PEERCRED, &credentials, &count)
    return result == 0 && count == 12 && credentials[1] == getuid()
  }

  private static func make() throws(SandboxError) -> FileDescriptor {
    let file = socket(
      AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw SandboxError("socket", errno: errno) }
    return FileDescriptor(rawValue: file)
  }

  /// An abstract address: it lives as long as the socket, and leaves no file behind.
  private static func withAddress(
    _ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(SandboxError) -> Int32 {
    var raw = sockaddr_un()
    raw.sun_family = sa_family_t(AF_UNIX)
    let path = Array("zvm-pipe/\(getuid())/\(name)".utf8)
    guard path.count <= 100 else { throw SandboxError("pipe:\(name): too long", status: EFAULT) }
    unsafe withUnsafeMutableBytes(of: &raw.sun_path) { target in
      unsafe target[1...].copyBytes(from: path)
    }
    let count = socklen_t(MemoryLayout<sa_family_t>.size + 1 + path.count)
    return unsafe withUnsafePointer(to: &raw) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, count) }
    }
  }
}
