// Unsafe: a local array is handed to socketpair, and one byte of it to recv, for the length of one call.
import CSandbox
import Glibc
import Synchronization

/// Both ends of a sandbox's control socket.
struct ControlSocket {
  let engine: Int32
  let sandbox: Int32

  init() throws(SandboxError) {
    var pair: [Int32] = [-1, -1]
    guard
      unsafe socketpair(
        AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0
    else { throw SandboxError("socketpair", errno: errno) }
    engine = pair[0]
    sandbox = pair[1]
    let result = csb_want_sender(engine)
    guard result == 0 else {
      close()
      throw SandboxError("SO_PASSCRED", errno: -result)
    }
  }

  func close() {
    Glibc.close(engine)
    Glibc.close(sandbox)
  }

  /// Takes out what nobody has read, packets and descriptors, in both directions. False: there is too much,
  /// or somebody shut it down.
  fileprivate func drain() -> Bool {
    for end in [engine, sandbox] {
      var packets = 0
      while true {
        var byte: UInt8 = 0
        let count = unsafe recv(end, &byte, 1, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { break }
        packets += 1
        if count <= 0 || packets > 64 { return false }
      }
    }
    return true
  }
}

/// Control sockets that no sandbox has any more, used again: to make one and to close it takes as long as
/// the rest of what the engine does for a sandbox.
final class ControlSocketPool: Sendable {
  private let free = Mutex<[ControlSocket]>([])
  private static let maximumCount = 64

  deinit { for socket in free.withLock({ $0 }) { socket.close() } }

  func take() throws(SandboxError) -> ControlSocket {
    if let socket = free.withLock({ $0.popLast() }) { return socket }
    return try ControlSocket()
  }

  /// Takes back what a process had that has been waited for. The launcher may still have the sandbox's end
  /// for a moment; it says nothing any more, and does not listen.
  func put(_ socket: ControlSocket) {
    guard socket.drain() else { return socket.close() }
    let isKept = free.withLock { free in
      if free.count < Self.maximumCount { free.append(socket) } else { return false }
      return true
    }
    if !isKept { socket.close() }
  }
}
