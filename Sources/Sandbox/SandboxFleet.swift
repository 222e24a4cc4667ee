import CSandbox
import Dispatch
import Glibc
import Seccomp
import Synchronization
import Wire

/// One launcher process and its sandboxes: which run what, which wait for a session.
///
/// A session goes straight to a sandbox; the launcher only forks. Sandboxes are this process's children:
/// whoever waits for a session kills and reaps its process. One thread of its own does it for those that
/// nobody blocks for, and watches the time. `state` is held briefly and never while sending; a packet is
/// one call, so packets need no lock. That thread never waits for the launcher, which may be waiting for
/// it.
final class SandboxFleet: Sendable {
  typealias Completion = @Sendable (Result<SandboxReport, SandboxError>) -> Void

  /// Where a program's own completions run. Whoever blocks for a session is told without it: all of Dispatch's
  /// threads may be such.
  static let completions = DispatchQueue(
    label: "zvm.sandbox.completions", attributes: .concurrent)
  /// Most sandboxes that are kept waiting for another session.
  static let maximumIdleCount = 256

  struct Running {
    let session: Session
    let process: SandboxProcess
    let start: UInt64
    let deadline: UInt64
    /// When to look at the CPU time next, and what it may be.
    var processorCheck: UInt64
    let processorLimit: UInt64
    /// Called on whatever thread, which it must not keep.
    let completion: Completion
    var verdict: Verdict?

    var wake: UInt64 { min(deadline, processorCheck) }
  }

  struct State {
    /// For sandboxes and sessions alike; a number never comes again.
    var nextNumber: UInt64 = 1
    /// Forked, or about to be, and not reaped.
    var processes: [UInt64: SandboxProcess] = [:]
    /// Of those, the ones that wait for a session; the last one was used last.
    var idle: [SandboxProcess] = []
    /// Of a pool's, the one that looks for its session. It is not among them.
    var front: Front?
    /// Whether there is to be one, as soon as the fleet's thread has done the rest.
    var isFrontDue = false
    var foresight: Foresight
    /// Those that are about to be among them, of a pool.
    var comingCount = 0
    /// A session is over, and the fleet's thread fills the pool when it has done the rest. Not whenever a process
    /// is gone: one that ends at once would be forked again for ever.
    var isRefillDue = false
    /// By session number, and the session that each process has.
    var running: [UInt64: Running] = [:]
    var sessions: [UInt64: UInt64] = [:]
    /// Templates' copies: those that have not said a word, and the kernel's numbers of the others.
    var newCopies: [UInt64: SandboxProcess] = [:]
    var copies: [Int32: UInt64] = [:]
    /// Processes that are looked at in a millisecond: such as have closed their sockets and not ended yet, and
    /// such as cannot be listened to. False: only for the end.
    var later: [UInt64: Bool] = [:]
    /// What the last session was like, and whether the launcher has prepared memory for that.
    var shape: SessionMessage?
    var isShapeSent = false
    /// When the fleet's thread looks at the time next.
    var wake = UInt64.max
    /// Set when the launcher has ended: why.
    var ended: String?

    init(foresight: Foresight) { self.foresight = foresight }

    /// Of a pool, how many wait for a session or are about to.
    var readyCount: Int { idle.count + comingCount + (front == nil ? 0 : 1) }
  }

  let process: LauncherProcess
  /// Readable when the first process in the sandboxes' namespace has ended; −1: there is none.
  private let initFile: Int32
  let protections: [String]
  let module: ValidatedModule
  let options: Launcher.Options
  /// The launcher ends when its only session is over.
  let isForOne: Bool
  let state: Mutex<State>
  let sharedMemory = SharedMemoryPool()
  let controlSockets = ControlSocketPool()
  /// Which shared memory the launcher has mapped; 0: none. Held while a fork is asked for.
  let mappedMemory = Mutex<UInt64>(0)
  /// Where the launcher notes what it forks for one who waits; nil: for one session it is not worth it.
  let note: ForkNote?
  /// The processor of who asked for a session last; −1: none has.
  let caller = Atomic(-1)
  /// What sandboxes may run on; nil where this process may not say.
  let processors: Processors?
  let events: EventQueue
  /// Left when the thread has seen the end and the launcher is reaped.
  private let watching = DispatchGroup()
  private let watcher = Mutex<pthread_t?>(nil)
  /// Of sessions from the pool.
  let patience = Mutex(Patience(pauses: 8...64))
  /// Of those who wait for the only session.
  let lookPatience = Mutex(Patience(pauses: 8...64))

  /// `spare`: a launcher that was started before there was a module.
  init(module: ValidatedModule, options: Launcher.Options, spare: SpareLauncher? = nil)
    throws(SandboxError)
  {
    self.module = module
    self.options = options
    state = Mutex(State(foresight: Foresight(limit: options.looksAhead.nanoseconds)))
    events = try EventQueue()
    let spare = if let spare { spare } else { try SpareLauncher() }
    isForOne = spare.isForOne
    let filter: [UInt8]?
    do throws(FilterError) {
      filter = module.filtered ? try Filter.launcher(options.powers) : nil
    } catch { throw SandboxError(error.description, status: EIO) }
    // Where this throws the spare ends, and the launcher with it.
    process = try spare.process()
    let initProcess: Int32
    note = isForOne ? nil : try ForkNote()
    (protections, initProcess) = try process.load(
      module, powers: options.powers, filter: filter, note: note)
    processors = note == nil ? nil : Processors(of: process.process)
    try events.add(process.socket, key: EventQueue.launcher)
    // Up to here, where this throws, the spare closes what it opened.
    initFile = try events.add(end: initProcess)
    watching.enter()
    spare.serve { [self] in
      watcher.withLock { $0 = pthread_self() }
      watch()
      watching.leave()
    }
    state.withLock { $0.comingCount = options.pool }
    do throws(SandboxError) {
      for _ in 0..<options.pool { try addIdle(waits: true) }
    } catch {
      shutDown()
      throw error
    }
    if looksAhead {
      state.withLock { $0.isFrontDue = true }
      events.wake()
    }
  }

  deinit {
    close(process.socket)
    if initFile >= 0 { close(initFile) }
  }

  /// Why no session can be started any more; nil while it can.
  var ended: String? { state.withLock { $0.ended } }

  /// Ends the launcher and its sandboxes, and waits for that; on the fleet's own thread, where a completion's
  /// closure is let go that had the last reference to the launcher, it happens as soon as that thread goes on.
  func shutDown() {
    Glibc.shutdown(process.socket, Int32(SHUT_RDWR))
    guard watcher.withLock({ $0 }) != pthread_self() else { return }
    watching.wait()
  }

  // MARK: Starting

  /// Starts a session; answers its number.
  func start(
    _ session: Session, in template: SandboxProcess? = nil, _ completion: @escaping Completion
  ) -> UInt64 {
    do throws(SandboxError) {
      let kind = template.map(Kind.copy) ?? .plain
      let (process, number) = try begin(session, kind) { result in
        Self.completions.async { completion(result) }
      }
      // The kernel likes to put who is woken on the processor of who woke it: it need not wait there until
      // this thread's time is up. Who is used again runs elsewhere, mostly.
      if !options.reuse { sched_yield() }
      listen(to: process)
      return number
    } catch {
      Self.completions.async { completion(.failure(error)) }
      return 0
    }
  }

  /// Runs a session and blocks until it is over.
  func runAndWait(_ session: Session, in template: SandboxProcess? = nil)
    throws(SandboxError) -> SandboxReport
  {
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let kind = template.map(Kind.copy) ?? .plain
    let (process, number) = try begin(session, kind, isAwaited: true) { report in
      result.withLock { $0 = report }
      done.signal()
    }
    if template != nil {
      listen(to: process)
    } else {
      fillHalfEmptyPool()
      // This thread takes the answer itself: nobody in between has to wake up.
      if case .over(let report, _) = takeReply(from: process, to: number, waits: true) {
        refillPool()
        return try report.get()
      }
    }
    done.wait()
    guard let result = result.withLock({ $0 }) else {
      preconditionFailure("the completion sets the result before it signals")
    }
    return try result.get()
  }

  /// What kind of process a session is for.
  enum Kind {
    case plain
    case template
    case copy(SandboxProcess)

    var isPlain: Bool { if case .plain = self { true } else { false } }
  }

  /// Hands the session to a sandbox: one that waits, or a new one. When this throws, `completion` is
  /// never called.
  /// `isAwaited`: this thread does nothing else until the session is over.
  func begin(
    _ session: Session, _ kind: Kind, isAwaited: Bool = false, _ completion: @escaping Completion
  )
    throws(SandboxError) -> (SandboxProcess, UInt64)
  {
    // While it wakes up, which takes as long, its session is put into words.
    var woken = kind.isPlain && isPooled ? takeIdle() : nil
    defer { if let woken { giveBack(woken) } }
    var (message, descriptors) = try session.message(
      for: module, isFollowed: options.reuse && kind.isPlain)
    message.resetsFirst = options.measuresMemory
    let start = monotonicNanoseconds()
    let (deadline, overflow) = start.addingReportingOverflow(session.timeout.nanoseconds)
    // One thread uses no more CPU time than time goes by.
    let processorLimit = session.cpuTimeLimit?.nanoseconds ?? .max
    let check = start.addingReportingOverflow(processorLimit)
    while true {
      let waiting = kind.isPlain ? woken ?? takeIdle() : nil
      woken = nil
      // Whoever waits for a process that has one session does not need to hear its socket hung up. Where
      // sandboxes may fork, a child of one could still have the socket.
      let process =
        if let waiting { waiting.process } else {
          try newProcess(
            kind, keepsSocket: isAwaited && kind.isPlain && !options.reuse && !options.templates)
        }
      defer { if waiting == nil { process.closeSandboxEnd() } }
      let running = Running(
        session: session, process: process, start: start, deadline: overflow ? .max : deadline,
        processorCheck: check.overflow ? .max : check.partialValue,
        processorLimit: processorLimit, completion: completion)
      process.memory.clear(channelCount: session.channels.count)
      message.looks = message.isFollowed ? process.mayLook() : isPooled && !isAwaited && mayHurry()
      if waiting != nil, options.reuse, options.measuresMemory { process.forgetPeak() }
      let (number, isAlone) = try register(running)
      // One that is used again has answered with it.
      let usedAhead = waiting != nil && isPooled ? process.startClock() : 0
      do throws(SandboxError) {
        let sent = try process.send(message, descriptors, number: number)
        if looksAhead { caller.store(Processors.current, ordering: .relaxed) }
        if let front = waiting?.front {
          if let processors { process.run(on: processors) }
          state.withLock { $0.foresight.noteLook(front, until: start, used: usedAhead) }
        }
        if kind.isPlain, !options.reuse { try prepare(message) }
        if case .copy(let template) = kind {
          try copy(template, process)
        } else if waiting == nil {
          var mayFork = false
          if case .template = kind { mayFork = true }
          try fork(process, mayFork: mayFork, isNear: isAwaited && isAlone && mayBeNear())
        }
        if sent {
          // Whoever cancelled before there was a process to kill.
          if state.withLock({ $0.running[number]?.verdict != nil }) { kill(process) }
          return (process, number)
        }
        // It died while it waited. Its end may have been seen meanwhile, and the session with it.
        arm(process)
        guard take(number) != nil else { return (process, number) }
      } catch {
        kill(process)
        arm(process)
        guard take(number) != nil else {
          // Whoever listens to it goes on: there may be no process that could hang up.
          process.hangUp(bothWays: true)
          return (process, number)
        }
        throw error
      }
    }
  }

  /// Notes a session before it is sent, and looks after its deadline. Its number, and whether no other runs.
  private func register(_ running: Running) throws(SandboxError) -> (UInt64, isAlone: Bool) {
    let (number, isAlone, isNext, ended) = state.withLock {
      state -> (UInt64, Bool, Bool, String?) in
      if let ended = state.ended { return (0, false, false, ended) }
      let number = state.nextNumber
      state.nextNumber += 1
      state.running[number] = running
      state.sessions[running.process.identifier] = number
      let isNext = running.wake < state.wake
      if isNext { state.wake = running.wake }
      return (number, state.running.count == 1, isNext, nil)
    }
    if let ended { throw SandboxError(ended) }
    if isNext { events.wake() }
    return (number, isAlone)
  }

  /// Takes a session out: whoever does it says how it ended. nil when somebody else has.
  func take(_ number: UInt64) -> Running? {
    state.withLock { state in
      guard let running = state.running.removeValue(forKey: number) else { return nil }
      state.sessions[running.process.identifier] = nil
      return running
    }
  }

  // MARK: Processes

  /// Has this fleet's thread look after a process whose session nobody blocks for. What it says counts
  /// only if it can have another session, or if its number is wanted for its clock.
  func listen(to process: SandboxProcess) {
    let words =
      options.reuse || process.isCopy
      || !process.isKnown
        && state.withLock { state in
          state.sessions[process.identifier].flatMap { state.running[$0] }?.processorLimit != .max
        }
    process.isWatched.store(!words, ordering: .relaxed)
    arm(process, words: words)
    // Who was to be killed meanwhile is, once its number is heard.
    if !words, process.isSought { arm(process) }
  }

  /// Has this fleet's thread look at a process once it or the launcher says something; `words` false: once it
  /// is gone. Where the kernel has no room for that, it looks again and again.
  func arm(_ process: SandboxProcess, words: Bool = true) {
    do throws(SandboxError) {
      try events.arm(process.socket, key: process.identifier, words: words)
    } catch { lookLater(at: process, words: words) }
  }

  func lookLater(at process: SandboxProcess, words: Bool = true) {
    state.withLock { state in
      state.later[process.identifier] = words || state.later[process.identifier] == true
      state.wake = min(state.wake, monotonicNanoseconds() + 1_000_000)
    }
    events.wake()
  }

  /// Has this fleet's thread take the end of a process that waits for a session.
  func watchEnd(of process: SandboxProcess) {
    guard !process.isWatched.exchange(true, ordering: .relaxed) else { return }
    arm(process, words: false)
  }

  func kill(_ process: SandboxProcess) {
    if process.kill() { return }
    if process.isCopy {
      // It has not said a word: it ends when it tries to, and its session ends now. A word that is on its
      // way tells whom to kill.
      process.hangUp(bothWays: true)
      if case .hello(let number) = process.receiveReply(to: 0, waits: false),
        csb_await_end(number, 0) >= 0
      {
        process.note(number: number)
      }
      handleLost(process)
    } else {
      // Where its number is told, somebody has to listen.
      arm(process)
    }
  }

  /// Ends a process that has no session.
  func discard(_ process: SandboxProcess) {
    process.kill()
    arm(process)
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
}

/// Nanoseconds of the monotonic clock.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
