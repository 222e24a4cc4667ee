// Unsafe: epoll fills local variables that outlive the call.
import CSandbox
import Glibc
import Synchronization

/// Waits for the launcher, for sandboxes and for the time.
final class EventQueue: Sendable {
  /// Key of the launcher's socket; sandboxes have their own numbers.
  static let launcher: UInt64 = 0
  /// Key of the first process in the sandboxes' namespace.
  static let initProcess = UInt64.max - 1
  private static let bell = UInt64.max

  private let queue: Int32
  private let alarm: Int32
  /// For tests: the kernel has no room for another socket.
  let isFull = Atomic(false)

  init() throws(SandboxError) {
    queue = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard queue >= 0 else { throw SandboxError("epoll_create1", errno: errno) }
    alarm = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard alarm >= 0 else {
      let code = errno
      close(queue)
      throw SandboxError("eventfd", errno: code)
    }
    try add(alarm, key: Self.bell)
  }

  deinit {
    close(queue)
    close(alarm)
  }

  /// Watches a descriptor for as long as it is open.
  func add(_ descriptor: Int32, key: UInt64) throws(SandboxError) {
    try control(EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue, key)
  }

  /// Watches for the end of the first process in the sandboxes' namespace; the descriptor for that. 0: there
  /// is none, −1.
  func add(end process: Int32) throws(SandboxError) -> Int32 {
    guard process > 0 else { return -1 }
    let file = csb_process_file(process)
    guard file >= 0 else { throw SandboxError("pidfd_open", errno: -file) }
    do throws(SandboxError) { try add(file, key: Self.initProcess) } catch {
      close(file)
      throw error
    }
    return file
  }

  /// Watches a socket until it is readable or hung up once; `words` false: until it is hung up.
  func arm(_ descriptor: Int32, key: UInt64, words: Bool = true) throws(SandboxError) {
    if isFull.load(ordering: .relaxed) { throw SandboxError("epoll_ctl", errno: ENOSPC) }
    let once = (words ? EPOLLIN.rawValue : 0) | EPOLLONESHOT.rawValue
    do throws(SandboxError) { try control(EPOLL_CTL_MOD, descriptor, once, key) } catch {
      guard error.status == ENOENT else { throw error }
      do throws(SandboxError) { try control(EPOLL_CTL_ADD, descriptor, once, key) } catch {
        // Another thread was faster.
        guard error.status == EEXIST else { throw error }
        try control(EPOLL_CTL_MOD, descriptor, once, key)
      }
    }
  }

  private func control(_ action: Int32, _ descriptor: Int32, _ events: UInt32, _ key: UInt64)
    throws(SandboxError)
  {
    var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: key))
    guard unsafe epoll_ctl(queue, action, descriptor, &event) == 0 else {
      throw SandboxError("epoll_ctl", errno: errno)
    }
  }

  /// Makes `wait` return.
  func wake() { _ = eventfd_write(alarm, 1) }

  /// Keys of what is readable; none when the time has come or somebody called `wake`.
  func wait(until deadline: UInt64) -> [UInt64] {
    var ready = unsafe [epoll_event](repeating: epoll_event(), count: 64)
    var timeout: Int32 = -1
    if deadline != .max {
      let time = monotonicNanoseconds()
      timeout = deadline > time ? Int32(clamping: (deadline - time) / 1_000_000 + 1) : 0
    }
    let count = unsafe epoll_wait(queue, &ready, Int32(ready.count), timeout)
    var keys: [UInt64] = []
    for key in unsafe ready.prefix(Int(max(0, count))).map({ unsafe $0.data.u64 }) {
      if key == Self.bell {
        var value: eventfd_t = 0
        _ = unsafe eventfd_read(alarm, &value)
      } else {
        keys.append(key)
      }
    }
    return keys
  }
}
