import Dispatch
import Glibc
import Synchronization
import Wire

/// One launcher process and its sandboxes: which run what, which wait for a session.
///
/// A session goes straight to a sandbox; the launcher only forks and reaps. One thread of its own
/// reads what the launcher says and watches the time. `state` is held briefly and never while
/// sending; a packet is one call, so packets need no lock. That thread never waits for the launcher,
/// which may be waiting for it.
final class SandboxFleet: Sendable {
  typealias Completion = @Sendable (Result<SandboxReport, SandboxError>) -> Void

  private static let completions = DispatchQueue(
    label: "zvm.sandbox.completions", attributes: .concurrent)
  /// Most sandboxes that are kept waiting for another session.
  private static let maximumIdleCount = 256

  private struct Running {
    let session: Session
    let process: SandboxProcess
    let deadline: UInt64
    /// When to look at the CPU time next, and what it may be.
    var processorCheck: UInt64
    let processorLimit: UInt64
    let completion: Completion
    var verdict: Verdict?

    var wake: UInt64 { min(deadline, processorCheck) }
  }

  private struct State {
    /// For sandboxes and sessions alike; a number never comes again.
    var nextNumber: UInt64 = 1
    /// Forked, or about to be, and not reaped.
    var processes: [UInt64: SandboxProcess] = [:]
    /// Of those, the ones that wait for a session; the last one was used last.
    var idle: [SandboxProcess] = []
    /// By session number, and the session that each process has.
    var running: [UInt64: Running] = [:]
    var sessions: [UInt64: UInt64] = [:]
    /// When the fleet's thread looks at the time next.
    var wake = UInt64.max
    /// Set when the launcher has ended: why.
    var ended: String?
  }

  let process: LauncherProcess
  let protections: [String]
  private let module: ValidatedModule
  private let options: Launcher.Options
  private let state = Mutex(State())
  private let sharedMemory = SharedMemoryPool()
  private let events: EventQueue
  /// Left when the thread has seen the end and the launcher is reaped.
  private let watching = DispatchGroup()

  init(module: ValidatedModule, options: Launcher.Options) throws(SandboxError) {
    self.module = module
    self.options = options
    events = try EventQueue()
    process = try LauncherProcess.spawn(LauncherProcess.locate())
    do throws(SandboxError) {
      protections = try process.load(module)
      try events.add(process.socket, key: EventQueue.launcher)
    } catch {
      close(process.socket)
      _ = process.reap()
      throw error
    }
    watching.enter()
    // A serial queue of its own: the loop blocks for as long as the launcher lives.
    DispatchQueue(label: "zvm.sandbox.fleet").async { [self] in
      watch()
      watching.leave()
    }
    for _ in 0..<options.pool { try addIdle() }
  }

  deinit { close(process.socket) }

  /// Why no session can be started any more; nil while it can.
  var ended: String? { state.withLock { $0.ended } }

  func shutDown() {
    Glibc.shutdown(process.socket, Int32(SHUT_RDWR))
    watching.wait()
  }

  // MARK: Starting

  /// Starts a session; answers its number.
  func start(_ session: Session, _ completion: @escaping Completion) -> UInt64 {
    do throws(SandboxError) {
      let (process, number) = try begin(session, completion)
      if options.reuse { try events.arm(process.socket, key: process.identifier) }
      return number
    } catch {
      Self.completions.async { completion(.failure(error)) }
      return 0
    }
  }

  /// Runs a session and blocks until it is over.
  func runAndWait(_ session: Session) throws(SandboxError) -> SandboxReport {
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let (process, number) = try begin(session) { report in
      result.withLock { $0 = report }
      done.signal()
    }
    // This thread takes the answer itself: nobody in between has to wake up.
    if options.reuse, let report = takeReply(from: process, to: number) { return try report.get() }
    done.wait()
    guard let result = result.withLock({ $0 }) else {
      preconditionFailure("the completion sets the result before it signals")
    }
    return try result.get()
  }

  /// Hands the session to a sandbox: one that waits, or a new one. When this throws, `completion` is
  /// never called.
  private func begin(_ session: Session, _ completion: @escaping Completion)
    throws(SandboxError) -> (SandboxProcess, UInt64)
  {
    let (message, descriptors) = try session.message(for: module, isFollowed: options.reuse)
    let start = monotonicNanoseconds()
    let (deadline, overflow) = start.addingReportingOverflow(session.timeout.nanoseconds)
    // One thread uses no more CPU time than time goes by.
    let processorLimit = session.cpuTimeLimit?.nanoseconds ?? .max
    let check = start.addingReportingOverflow(processorLimit)
    while true {
      // Of a pool the oldest, which is surely locked in; to be used again the one with warm caches.
      let waiting = state.withLock { state in
        options.reuse || state.idle.isEmpty ? state.idle.popLast() : state.idle.removeFirst()
      }
      var control: Int32 = -1
      let process: SandboxProcess
      if let waiting { process = waiting } else { (process, control) = try newProcess() }
      defer { if control >= 0 { close(control) } }
      let running = Running(
        session: session, process: process, deadline: overflow ? .max : deadline,
        processorCheck: check.overflow ? .max : check.partialValue,
        processorLimit: processorLimit, completion: completion)
      process.memory.clear()
      let number = try register(running)
      do throws(SandboxError) {
        let sent = try process.send(message, descriptors, number: number)
        if waiting == nil {
          try fork(process, control, tellsProcess: session.cpuTimeLimit != nil)
        }
        if sent {
          // Whoever cancelled before there was a process to kill.
          if state.withLock({ $0.running[number]?.verdict != nil }) { kill(process) }
          if waiting != nil, !options.reuse { try? addIdle() }
          return (process, number)
        }
        // It died while it waited. Its end may have been seen meanwhile, and the session with it.
        guard take(number) != nil else { return (process, number) }
      } catch {
        kill(process)
        guard take(number) != nil else { return (process, number) }
        throw error
      }
    }
  }

  /// Notes a session before it is sent, and looks after its deadline.
  private func register(_ running: Running) throws(SandboxError) -> UInt64 {
    let (number, isNext, ended) = state.withLock { state -> (UInt64, Bool, String?) in
      if let ended = state.ended { return (0, false, ended) }
      let number = state.nextNumber
      state.nextNumber += 1
      state.running[number] = running
      state.sessions[running.process.identifier] = number
      let isNext = running.wake < state.wake
      if isNext { state.wake = running.wake }
      return (number, isNext, nil)
    }
    if let ended { throw SandboxError(ended) }
    if isNext { events.wake() }
    return number
  }

  /// Takes a session out: whoever does it says how it ended. nil when somebody else has.
  private func take(_ number: UInt64) -> Running? {
    state.withLock { state in
      guard let running = state.running.removeValue(forKey: number) else { return nil }
      state.sessions[running.process.identifier] = nil
      return running
    }
  }

  // MARK: Processes

  private func newProcess() throws(SandboxError) -> (SandboxProcess, Int32) {
    let number = state.withLock { state in
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
    return try SandboxProcess.make(identifier: number, pool: sharedMemory)
  }

  private func fork(_ process: SandboxProcess, _ control: Int32, tellsProcess: Bool)
    throws(SandboxError)
  {
    state.withLock { $0.processes[process.identifier] = process }
    do throws(SandboxError) {
      try self.process.fork(
        process, control, ForkMessage(tellsProcess: tellsProcess, powers: options.powers))
    } catch {
      state.withLock { $0.processes[process.identifier] = nil }
      throw error
    }
  }

  /// Forks a sandbox ahead of need.
  private func addIdle() throws(SandboxError) {
    let (process, control) = try newProcess()
    defer { close(control) }
    try fork(process, control, tellsProcess: true)
    state.withLock { state in
      if state.ended == nil { state.idle.append(process) }
    }
  }

  private func kill(_ process: SandboxProcess) {
    // When it cannot be sent the launcher is gone, and the sandbox with it.
    try? self.process.send(.kill, process.identifier)
  }

  /// Kills the session's sandbox. Nothing happens when the session is over.
  func cancel(_ number: UInt64) {
    let process = state.withLock { state -> SandboxProcess? in
      guard let running = state.running[number], running.verdict == nil else { return nil }
      state.running[number]?.verdict = .cancelled
      return running.process
    }
    if let process { kill(process) }
  }

  // MARK: Ends

  /// Waits for a sandbox's answer. nil when the process's end is to be waited for instead.
  private func takeReply(from process: SandboxProcess, to number: UInt64)
    -> Result<SandboxReport, SandboxError>?
  {
    switch process.receiveReply(to: number) {
    case .ended: return nil
    case .nonsense:
      kill(process)
      return nil
    case .idle(let user, let system):
      let running = state.withLock { state -> Running? in
        // Once it is doomed, its end decides.
        guard let running = state.running[number], running.verdict == nil else { return nil }
        state.running[number] = nil
        state.sessions[process.identifier] = nil
        return running
      }
      guard let running else { return nil }
      let contents = process.memory.contents(channelCount: running.session.channels.count)
      guard case .exited = contents.state else {
        kill(process)
        return .failure(SandboxError("the sandbox says that it is done, and how it is not"))
      }
      // Read before the process gets another session.
      let isKept = state.withLock { state in
        guard state.processes[process.identifier] != nil,
          state.idle.count < Self.maximumIdleCount
        else { return false }
        state.idle.append(process)
        return true
      }
      if !isKept { process.hangUp() }
      let end = SessionEnd(userNanoseconds: user, systemNanoseconds: system)
      do throws(SandboxError) {
        return .success(try SandboxReport(contents, end, session: running.session))
      } catch { return .failure(error) }
    }
  }

  /// Reads what the launcher and the sandboxes say until the launcher ends; then fails what is left.
  private func watch() {
    var problem = ""
    do throws(SandboxError) {
      loop: while true {
        for key in events.wait(until: state.withLock { $0.wake }) {
          if key == EventQueue.launcher {
            guard let (header, body) = try process.receive() else { break loop }
            try handle(header, body)
          } else {
            handleReply(key)
          }
        }
        killOverdue()
      }
    } catch { problem = ": \(error)" }
    // Whoever sends from here on gets an error; the socket stays open until nobody can.
    Glibc.shutdown(process.socket, Int32(SHUT_RDWR))
    let status = process.reap()
    let why = "the launcher ended (\(status))\(problem)"
    let left = state.withLock { state in
      state.ended = why
      defer {
        state.running = [:]
        state.sessions = [:]
        state.idle = []
        state.processes = [:]
      }
      return Array(state.running.values)
    }
    for running in left { complete(running, .failure(SandboxError(why))) }
  }

  /// A sandbox with a session that nobody blocks for has said something.
  private func handleReply(_ key: UInt64) {
    let found = state.withLock { state -> (SandboxProcess, UInt64, Completion)? in
      guard let process = state.processes[key], let number = state.sessions[key],
        let running = state.running[number]
      else { return nil }
      return (process, number, running.completion)
    }
    guard let (process, number, completion) = found else { return }
    if let result = takeReply(from: process, to: number) {
      Self.completions.async { completion(result) }
    }
  }

  /// The launcher has said something.
  private func handle(_ header: PacketHeader, _ body: ByteReader) throws(SandboxError) {
    var body = body
    do throws(WireError) {
      switch header.kind {
      case .forked:
        let number = Int32(bitPattern: try body.integer("process"))
        state.withLock { $0.processes[header.identifier] }?.note(number: number)
      case .ended: handleEnd(header.identifier, try EndedMessage(from: &body))
      default: throw body.error("kind")
      }
    } catch { throw SandboxError("launcher: \(error)") }
  }

  /// A process is gone.
  private func handleEnd(_ identifier: UInt64, _ message: EndedMessage) {
    let running = state.withLock { state -> Running? in
      guard let process = state.processes.removeValue(forKey: identifier) else { return nil }
      state.idle.removeAll { $0 === process }
      guard let number = state.sessions.removeValue(forKey: process.identifier) else { return nil }
      return state.running.removeValue(forKey: number)
    }
    guard let running else { return }
    guard message.error == 0 else {
      return complete(running, .failure(SandboxError("fork", errno: message.error)))
    }
    let contents = running.process.memory.contents(channelCount: running.session.channels.count)
    let end = SessionEnd(
      status: message.status, verdict: running.verdict, userNanoseconds: message.userNanoseconds,
      systemNanoseconds: message.systemNanoseconds)
    do throws(SandboxError) {
      complete(running, .success(try SandboxReport(contents, end, session: running.session)))
    } catch { complete(running, .failure(error)) }
  }

  /// Calls somebody back, on no thread that anybody waits for.
  static func complete(_ body: @escaping @Sendable () -> Void) { completions.async(execute: body) }

  private func complete(_ running: Running, _ result: Result<SandboxReport, SandboxError>) {
    Self.completions.async { running.completion(result) }
  }

  /// Kills what is out of time and finds out when to look next.
  private func killOverdue() {
    let time = monotonicNanoseconds()
    let overdue = state.withLock { state -> [SandboxProcess] in
      guard state.wake <= time else { return [] }
      state.wake = .max
      var overdue: [SandboxProcess] = []
      for (number, running) in state.running where running.verdict == nil {
        var running = running
        if running.deadline <= time {
          running.verdict = .timedOut
        } else if running.processorCheck <= time {
          let left = running.process.processorNanoseconds().map {
            $0 >= running.processorLimit ? 0 : running.processorLimit - $0
          }
          if left == 0 { running.verdict = .cpuTime }
          running.processorCheck = time + max(left ?? 0, 1_000_000)
        }
        state.running[number] = running
        if running.verdict == nil {
          state.wake = min(state.wake, running.wake)
        } else {
          overdue.append(running.process)
        }
      }
      return overdue
    }
    for process in overdue {
      do throws(SandboxError) {
        try self.process.send(.kill, process.identifier, waits: false)
      } catch {
        // No room: the launcher waits for this thread. Its packets first, then again.
        state.withLock { state in
          guard let number = state.sessions[process.identifier] else { return }
          state.running[number]?.verdict = nil
          state.wake = min(state.wake, time + 1_000_000)
        }
      }
    }
  }
}

/// Nanoseconds of the monotonic clock.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
