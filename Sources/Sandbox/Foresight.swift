/// Whether a process of a pool looks for its session before there is one: where sessions come late it would be in
/// vain, where they come at once it would be in their way before it looks, and where others want the processor it would
/// have to wait for its turn when its session comes.
///
/// What times there are is told to it.
package struct Foresight: Sendable {
  /// After so many sessions in a row that came late or at once nobody looks, until one has come in time.
  private static let mostMissed = 3
  /// What comes sooner comes at once: to wake a process so that it looks takes about as long.
  private static let soonNanoseconds: UInt64 = 100_000
  /// So long at least somebody looked whose share of the processor is counted.
  private static let countedNanoseconds: UInt64 = 1_000_000
  /// Sessions for which it is not tried again; twice as many each time, up to the most.
  private static let pauses = 8...64

  /// In nanoseconds, how long a process looks; 0: never.
  package let limit: UInt64
  private var ready: UInt64 = 0
  private var missedCount = 0
  /// For tests: it is tried whatever others want.
  var ignoresOthers = false
  private var pause = 0
  private var nextPause = Foresight.pauses.lowerBound

  package init(limit: UInt64) { self.limit = limit }

  package var mayLook: Bool { limit > 0 && pause == 0 && missedCount < Self.mostMissed }

  /// A session is over, and the next may come.
  package mutating func noteReady(at time: UInt64) { ready = time }

  /// A session is asked for.
  package mutating func noteSession(at time: UInt64) {
    if pause > 0 { pause -= 1 }
    let gap = time - min(time, ready)
    let isMissed = gap > limit || gap < min(Self.soonNanoseconds, limit / 2)
    missedCount = isMissed ? min(missedCount + 1, Self.mostMissed) : 0
  }

  /// Somebody has looked so long, and was running in so much of that.
  package mutating func noteLook(elapsed: UInt64, used: UInt64) {
    guard elapsed >= Self.countedNanoseconds, !ignoresOthers else { return }
    if used < elapsed / 2 {
      pause = nextPause
      nextPause = min(2 * nextPause, Self.pauses.upperBound)
    } else {
      nextPause = max(nextPause / 2, Self.pauses.lowerBound)
    }
  }
}
