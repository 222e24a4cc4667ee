import Synchronization

/// Who may run now and who waits: a fixed number of slots, and a queue of fixed length before them.
package final class SlotQueue: Sendable {
  private struct State {
    var free: Int
    var waiting: [(identifier: UInt64, start: @Sendable () -> Void)] = []
    var nextIdentifier: UInt64 = 1
  }

  private let state: Mutex<State>
  private let queueLength: Int

  /// How many may run.
  let count: Int

  package init(slots: Int, queue: Int) {
    count = slots
    state = Mutex(State(free: slots))
    queueLength = queue
  }

  /// Calls `start` when there is a slot: at once, or later in the order of asking. Answers a ticket to
  /// withdraw with; nil when the queue is full (then `start` is never called).
  package func enter(_ start: @escaping @Sendable () -> Void) -> UInt64? {
    let (ticket, now): (UInt64?, Bool) = state.withLock { state in
      guard state.free > 0 || state.waiting.count < queueLength else { return (nil, false) }
      let ticket = state.nextIdentifier
      state.nextIdentifier += 1
      if state.free > 0 {
        state.free -= 1
        return (ticket, true)
      }
      state.waiting.append((ticket, start))
      return (ticket, false)
    }
    if now { start() }
    return ticket
  }

  /// Takes back a ticket whose turn has not come. Answers whether it had not.
  package func withdraw(_ ticket: UInt64) -> Bool {
    state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0.identifier == ticket }) else {
        return false
      }
      state.waiting.remove(at: index)
      return true
    }
  }

  /// Gives a slot back; the first that waits gets it.
  package func leave() {
    let next = state.withLock { state -> (@Sendable () -> Void)? in
      if state.waiting.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().start
    }
    next?()
  }
}
