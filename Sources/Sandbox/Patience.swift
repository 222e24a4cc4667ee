import Glibc

/// Whether a process that is used again looks for its next session, and lets others run in between, or sleeps at once;
/// and whether one of a pool lets others run before it ends.
///
/// Who looks while others want the processor waits for its turn among them, a few milliseconds; who sleeps and is
/// woken goes first. The process has no clock and cannot see that. The engine can.
package struct Patience: Sendable {
  /// More than this waiting in a session was for a turn, or for a channel.
  private static let longNanoseconds: UInt64 = 1_000_000
  /// Sessions after which it is tried again; twice as many each time, up to the most.
  private let pauses: ClosedRange<Int>
  private var pause = 0
  private var nextPause: Int

  package init(pauses: ClosedRange<Int> = 50...1600) {
    self.pauses = pauses
    nextPause = pauses.lowerBound
  }

  /// Whether it is not tried now.
  package var isPausing: Bool { pause > 0 }

  /// Asked once for each session.
  package mutating func mayLook() -> Bool {
    if pause == 0 { return true }
    pause -= 1
    return false
  }

  /// What a session took, and what of that its process ran.
  package mutating func note(elapsed: UInt64, used: UInt64) {
    guard pause == 0 else { return }
    if elapsed > used, elapsed - used > Self.longNanoseconds {
      pause = nextPause
      nextPause = min(2 * nextPause, pauses.upperBound)
    } else {
      nextPause = max(nextPause / 2, pauses.lowerBound)
    }
  }
}

/// Looks for something up to a time, and lets others run in between.
struct Looking {
  /// Of the monotonic clock, in nanoseconds.
  let until: UInt64

  /// nil: nothing came in time.
  @discardableResult
  func look<Found>(for something: () -> Found?) -> Found? {
    while until > 0, monotonicNanoseconds() < until {
      if let found = something() { return found }
      sched_yield()
    }
    return nil
  }
}
