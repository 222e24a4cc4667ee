// Unsafe: addresses live in local variables for the length of one system call.
import CSandbox
import Glibc
package import SystemPackage

/// Sockets behind channels. They are made here, on the trusted side, and handed to a sandbox as
/// descriptors: a sandbox never gets `socket`, `bind`, `connect` or `accept`.
package enum SocketChannel {
  /// An IPv4 address and port.
  package struct Endpoint: Sendable, Equatable {
    /// In host byte order.
    package var address: UInt32
    package var port: UInt16

    package init(address: UInt32, port: UInt16) {
      self.address = address
      self.port = port
    }

    fileprivate var raw: sockaddr_in {
      var raw = sockaddr_in()
      raw.sin_family = sa_family_t(AF_INET)
      raw.sin_port = port.bigEndian
      raw.sin_addr.s_addr = address.bigEndian
      return raw
    }

    fileprivate init(_ raw: sockaddr_in) {
      self.init(
        address: UInt32(bigEndian: raw.sin_addr.s_addr), port: UInt16(bigEndian: raw.sin_port))
    }
  }

  /// The first IPv4 address of a host name or dotted quad.
  package static func resolve(_ host: String, port: UInt16) throws(SandboxError) -> Endpoint {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_INET
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let result = unsafe getaddrinfo(host, nil, &hints, &list)
    guard result == 0, let first = unsafe list, let raw = unsafe first.pointee.ai_addr else {
      throw SandboxError("\(host): unknown host", status: EFAULT)
    }
    defer { unsafe freeaddrinfo(first) }
    let address = unsafe UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in.self)
    return Endpoint(address: UInt32(bigEndian: address.sin_addr.s_addr), port: port)
  }

  /// A socket that waits for one peer; its port is chosen by the system where 0 is asked for.
  package static func listen(at endpoint: Endpoint) throws(SandboxError) -> (FileDescriptor, UInt16)
  {
    let file = try make(SOCK_STREAM)
    do throws(SandboxError) {
      var on: Int32 = 1
      unsafe setsockopt(
        file.rawValue, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
      let bound = try unsafe withAddress(endpoint) { address, count in
        unsafe Glibc.bind(file.rawValue, address, count)
      }
      guard bound == 0, Glibc.listen(file.rawValue, 1) == 0 else {
        throw SandboxError("listen on port \(endpoint.port)", errno: errno)
      }
      var raw = sockaddr_in()
      var count = socklen_t(MemoryLayout<sockaddr_in>.size)
      let named = unsafe withUnsafeMutablePointer(to: &raw) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe getsockname(file.rawValue, $0, &count)
        }
      }
      guard named == 0 else { throw SandboxError("getsockname", errno: errno) }
      return (file, Endpoint(raw).port)
    } catch {
      try? file.close()
      throw error
    }
  }

  /// Connects, again and again until the peer listens or the time is up.
  ///
  /// Until `finish` is called, the end of this process or of the sandbox resets the connection: a
  /// reader never takes half a stream for a whole one.
  package static func connect(to endpoint: Endpoint, until deadline: ContinuousClock.Instant)
    throws(SandboxError) -> FileDescriptor
  {
    while true {
      let file = try make(SOCK_STREAM)
      let result = try unsafe withAddress(endpoint) { address, count in
        unsafe Glibc.connect(file.rawValue, address, count)
      }
      if result == 0 {
        setLinger(file, true)
        return file
      }
      let code = errno
      try? file.close()
      guard code == ECONNREFUSED || code == EINTR, ContinuousClock.now < deadline else {
        throw SandboxError("connect to port \(endpoint.port)", errno: code)
      }
      usleep(10_000)
    }
  }

  /// Waits for the one peer of a listening socket.
  package static func accept(_ listener: FileDescriptor, until deadline: ContinuousClock.Instant)
    throws(SandboxError) -> FileDescriptor
  {
    try wait(for: listener, until: deadline)
    let file = Glibc.accept(listener.rawValue, nil, nil)
    guard file >= 0 else { throw SandboxError("accept", errno: errno) }
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    return FileDescriptor(rawValue: file)
  }

  /// The stream is whole: what was sent is delivered, and then the reader sees the end.
  package static func finish(_ file: FileDescriptor) {
    setLinger(file, false)
    Glibc.shutdown(file.rawValue, Int32(SHUT_WR))
  }

  /// Waits until something can be read, or for a peer.
  package static func wait(for file: FileDescriptor, until deadline: ContinuousClock.Instant)
    throws(SandboxError)
  {
    while true {
      let left = deadline - ContinuousClock.now
      guard left > .zero else { throw SandboxError("wait for a peer", errno: ETIMEDOUT) }
      let (seconds, attoseconds) = left.components
      let milliseconds = min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
      var poll = pollfd(fd: file.rawValue, events: Int16(POLLIN), revents: 0)
      let ready = unsafe Glibc.poll(&poll, 1, Int32(clamping: milliseconds))
      if ready > 0 { return }
      if ready < 0, errno != EINTR { throw SandboxError("poll", errno: errno) }
    }
  }

  /// Sends a datagram and waits for the answer, three times a second apart at most.
  package static func ask(
    _ server: Endpoint, _ request: [UInt8], until deadline: ContinuousClock.Instant
  )
    throws(SandboxError) -> [UInt8]
  {
    let file = try make(SOCK_DGRAM)
    defer { try? file.close() }
    let connected = try unsafe withAddress(server) { address, count in
      unsafe Glibc.connect(file.rawValue, address, count)
    }
    guard connected == 0 else { throw SandboxError("name server", errno: errno) }
    var answer = [UInt8](repeating: 0, count: 65507)
    while ContinuousClock.now < deadline {
      // A refused datagram is reported by the next call: the server may not be up yet.
      _ = unsafe request.withUnsafeBytes {
        unsafe Glibc.send(file.rawValue, $0.baseAddress, $0.count, 0)
      }
      do throws(SandboxError) {
        try wait(for: file, until: min(deadline, ContinuousClock.now + .seconds(1)))
      } catch { continue }
      let count = unsafe answer.withUnsafeMutableBytes {
        unsafe recv(file.rawValue, $0.baseAddress, $0.count, 0)
      }
      if count > 0 { return Array(answer[..<count]) }
      usleep(50_000)
    }
    throw SandboxError("the name server does not answer", status: ETIMEDOUT)
  }

  private static func make(_ type: __socket_type) throws(SandboxError) -> FileDescriptor {
    let file = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw SandboxError("socket", errno: errno) }
    return FileDescriptor(rawValue: file)
  }

  /// Closing discards what is under way and resets the connection, or not.
  private static func setLinger(_ file: FileDescriptor, _ reset: Bool) {
    var option = linger(l_onoff: reset ? 1 : 0, l_linger: 0)
    unsafe setsockopt(
      file.rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  private static func withAddress(
    _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(SandboxError) -> Int32 {
    var raw = endpoint.raw
    return unsafe withUnsafePointer(to: &raw) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
