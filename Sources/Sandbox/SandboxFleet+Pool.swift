import Synchronization
import Wire

/// Processes that wait for a session: those of a pool, forked ahead of need, and those that had one.
extension SandboxFleet {
  /// After so long one that was asked for waits, mostly.
  private static let lockInNanoseconds: UInt64 = 1_000_000

  /// Forks sandboxes ahead of need. Where that fails, it fails for the session that needs one. Nothing waits for
  /// the launcher: the fleet's thread has the time to look at.
  func fillPool() {
    guard isPooled else { return }
    // Two threads may do this at once.
    func isOneMissing() -> Bool {
      state.withLock { state in
        guard state.ended == nil, state.readyCount < options.pool else { return false }
        state.comingCount += 1
        return true
      }
    }
    while isOneMissing() {
      do throws(SandboxError) { try addIdle(waits: false) } catch {
        return state.withLock { $0.comingCount -= 1 }
      }
    }
  }

  /// Fills the pool before a session is over only where half of it is gone: forking takes the session's time.
  func fillHalfEmptyPool() {
    if isPooled, state.withLock({ $0.readyCount <= options.pool / 2 }) {
      fillPool()
    }
  }

  /// Has the fleet's thread fill the pool: whoever has its report need not wait for that.
  func refillPool() {
    guard isPooled else { return }
    noteEnd()
    events.wake()
  }

  /// A session is over: the pool is to be filled, and the next session may come.
  func noteEnd() {
    let time = looksAhead ? monotonicNanoseconds() : 0
    state.withLock { state in
      state.isRefillDue = true
      state.foresight.noteReady(at: time)
    }
  }

  /// Whether the pool is to be filled now; whoever asks does it.
  func takeRefill() -> Bool {
    state.withLock { state in
      defer { state.isRefillDue = false }
      return state.isRefillDue
    }
  }

  /// Who calls this has counted it as coming.
  func addIdle(waits: Bool) throws(SandboxError) {
    let process = try newProcess(.plain)
    defer { process.closeSandboxEnd() }
    try fork(process, isAhead: true, waits: waits)
    makeIdle(process, atMost: .max, isNew: true)
  }

  /// Has a process wait for its next session; false: it is gone, or too many do. Its end is watched from
  /// before anybody can take it: whoever does listens to it in another way.
  @discardableResult
  func makeIdle(_ process: SandboxProcess, atMost limit: Int, isNew: Bool = false) -> Bool {
    watchEnd(of: process)
    return state.withLock { state in
      if isNew { state.comingCount -= 1 }
      guard state.processes[process.identifier] != nil, state.idle.count < limit else {
        return false
      }
      state.idle.append(process)
      return true
    }
  }

  /// A process that waits for a session.
  struct Waiting {
    let process: SandboxProcess
    /// Whether it looks for its session.
    var front: Front?
  }

  /// A process that waits for a session, if there is one: the one that looks, or the one with the warmest caches, but
  /// of a pool one that is surely locked in. Of a pool's one that sleeps is woken.
  func takeIdle() -> Waiting? {
    while true {
      let time = isPooled ? monotonicNanoseconds() : 0
      let next = state.withLock { state -> Waiting? in
        if options.reuse { return state.idle.popLast().map { Waiting(process: $0) } }
        state.foresight.noteSession(at: time)
        if let front = state.front {
          state.front = nil
          return Waiting(process: front.process, front: front)
        }
        return Self.removeBest(from: &state.idle, at: time).map { Waiting(process: $0) }
      }
      guard let next else { return nil }
      if isPooled, next.front == nil { next.process.wake() }
      if hearLauncher(of: next.process) { return next }
    }
  }

  /// Of those that wait the youngest that is surely locked in.
  static func removeBest(from idle: inout [SandboxProcess], at time: UInt64) -> SandboxProcess? {
    if idle.isEmpty { return nil }
    let latest = time - Self.lockInNanoseconds
    return idle.remove(at: idle.lastIndex { $0.birth < latest } ?? 0)
  }

  /// Reads which process one is that waits, where the launcher has said so. False: it is gone. Nobody else may take
  /// it meanwhile.
  func hearLauncher(of process: SandboxProcess) -> Bool {
    if process.isKnown { return true }
    switch process.receiveReply(to: 0, waits: false) {
    case nil, .forked: return true
    case .notForked(let error): end(of: process, notForked: error)
    case .closed, .idle, .template, .hello, .nonsense: discard(process)
    }
    return false
  }

  /// Gives back a process that has not got its session.
  func giveBack(_ waiting: Waiting) {
    let process = waiting.process
    let (goesOn, isToRest) = state.withLock { state -> (Bool, Bool) in
      guard state.processes[process.identifier] != nil else { return (false, false) }
      guard let front = waiting.front else {
        state.idle.insert(process, at: 0)
        return (false, false)
      }
      guard state.front == nil else {
        state.comingCount += 1
        return (false, true)
      }
      state.front = front
      return (true, false)
    }
    // The fleet's thread does not know when to look at it.
    if goesOn { events.wake() }
    guard isToRest else { return }
    // Another looks by now. Before anybody can have this one look again.
    endLook(of: process)
    state.withLock { state in
      state.comingCount -= 1
      if state.processes[process.identifier] != nil { state.idle.insert(process, at: 0) }
    }
  }

  /// Whether processes are forked ahead of need, for one session each.
  var isPooled: Bool { !options.reuse && options.pool > 0 }

  /// Whether a process of the pool lets others run before it ends.
  func mayHurry() -> Bool { patience.withLock { $0.mayLook() } }

  /// Of a session that is over.
  func note(elapsed: UInt64, used: UInt64) {
    if isPooled { patience.withLock { $0.note(elapsed: elapsed, used: used) } }
    // Who looks looks in vain in a long session, whatever it does.
    lookPatience.withLock { $0.note(elapsed: elapsed, used: 0) }
  }
}
