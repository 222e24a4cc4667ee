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
        guard state.ended == nil, state.idle.count + state.comingCount < options.pool else {
          return false
        }
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
    if isPooled, state.withLock({ $0.idle.count + $0.comingCount <= options.pool / 2 }) {
      fillPool()
    }
  }

  /// Has the fleet's thread fill the pool: whoever has its report need not wait for that.
  func refillPool() {
    guard isPooled else { return }
    state.withLock { $0.isRefillDue = true }
    events.wake()
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

  /// A process that waits for a session, if there is one: the one with the warmest caches, but of a pool one
  /// that is surely locked in.
  func takeIdle() -> SandboxProcess? {
    while true {
      let next = state.withLock { state -> SandboxProcess? in
        if options.reuse || state.idle.isEmpty { return state.idle.popLast() }
        let latest = monotonicNanoseconds() - Self.lockInNanoseconds
        return state.idle.remove(at: state.idle.lastIndex { $0.birth < latest } ?? 0)
      }
      guard let process = next else { return nil }
      // Of a pool's the number is read with its end: who is not there any more does not take a session.
      if process.isKnown || !options.reuse { return process }
      reading: while true {
        switch process.receiveReply(to: 0, waits: false) {
        case nil: return process
        case .forked: return process
        case .notForked(let error): end(of: process, notForked: error)
        case .closed, .idle, .template, .hello, .nonsense: discard(process)
        }
        break reading
      }
    }
  }

  /// Gives back a process that has not got its session.
  func giveBack(_ process: SandboxProcess) {
    state.withLock { state in
      guard state.processes[process.identifier] != nil else { return }
      state.idle.insert(process, at: 0)
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
