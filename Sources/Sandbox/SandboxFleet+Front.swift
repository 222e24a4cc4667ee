import Glibc
import Synchronization
import Wire

/// The process of a pool that is handed out next and looks for its session, so that nobody has to wake it
/// (`Launcher.Options.looksAhead`). The fleet's thread has it look and has it stop; a request takes it as it is.
extension SandboxFleet {
  /// Of a pool's processes the one that looks.
  struct Front {
    let process: SandboxProcess
    /// Of the monotonic clock, in nanoseconds.
    let end: UInt64
    /// When it was looked at last whether it gets its turn, what it had used of the processor by then, and when it is
    /// looked at next.
    var start: UInt64
    var used: UInt64
    var check: UInt64
  }

  /// After so long it is looked at whether it gets its turn, then after twice as long, and so on.
  private static let checkNanoseconds: UInt64 = 4_000_000

  /// No look takes less: it ends by itself after so many, should the engine not end it.
  private static let shortestLookNanoseconds: UInt64 = 100

  /// How many sandboxes can run at once.
  private var processorCount: Int {
    min(Self.processorCount, processors?.count ?? Self.processorCount)
  }
  private static let processorCount = sysconf(Int32(_SC_NPROCESSORS_ONLN))

  var looksAhead: Bool { options.looksAhead > .zero }

  /// Its number, where that is known.
  var lookingProcess: Int32? {
    state.withLock { $0.front.flatMap { $0.process.isKnown ? $0.process.number : nil } }
  }

  /// Has a process look for the next session, where that may come soon and a processor is left for it. The fleet's
  /// thread calls this when a session is over.
  func chooseFront() {
    guard looksAhead else { return }
    let start = monotonicNanoseconds()
    let limit = options.looksAhead.nanoseconds
    let processorCount = processorCount
    let process = state.withLock { state -> SandboxProcess? in
      guard state.ended == nil, state.front == nil, state.foresight.mayLook,
        // One for who asks.
        state.running.count + 2 <= processorCount,
        let process = Self.removeBest(from: &state.idle, at: start)
      else { return nil }
      state.comingCount += 1
      return process
    }
    guard let process else { return }
    var front: Front?
    let isThere = hearLauncher(of: process)
    if isThere {
      let used = process.wholeProcessorNanoseconds()
      // Where it looks on the processor on which the next caller wakes up, that one waits for its turn.
      if let others = processors?.without(caller.load(ordering: .relaxed)) {
        process.run(on: others)
      }
      if process.look(times: limit / Self.shortestLookNanoseconds + 1) {
        let end = start + limit
        front = Front(
          process: process, end: end, start: start, used: used,
          check: min(end, start + Self.checkNanoseconds))
      }
    }
    state.withLock { state in
      state.comingCount -= 1
      // Its end may have been seen meanwhile.
      guard isThere, state.processes[process.identifier] != nil else { return }
      if let front { state.front = front } else { state.idle.insert(process, at: 0) }
    }
    if front == nil, let processors { process.run(on: processors) }
  }

  /// Has the one that looks sleep where no session came in time, or it has to wait for its turn, and another look where
  /// it is gone. The fleet's thread calls this.
  func keepFront() {
    guard looksAhead else { return }
    let time = monotonicNanoseconds()
    let (late, isDue) = state.withLock { state -> (SandboxProcess?, Bool) in
      let isDue = state.isFrontDue
      state.isFrontDue = false
      guard var front = state.front, front.check <= time else { return (nil, isDue) }
      let used = front.process.wholeProcessorNanoseconds()
      state.foresight.noteLook(front, until: time, used: used)
      if time < front.end, state.foresight.mayLook {
        front.check = min(front.end, time + 2 * (time - front.start))
        (front.start, front.used) = (time, used)
        state.front = front
        return (nil, isDue)
      }
      state.front = nil
      state.idle.append(front.process)
      return (front.process, isDue)
    }
    if let late { endLook(of: late) }
    if isDue { chooseFront() }
  }

  /// Has one that looks sleep again, and run wherever sandboxes may.
  func endLook(of process: SandboxProcess) {
    process.endLook()
    if let processors { process.run(on: processors) }
  }
}

extension Foresight {
  /// `used`: by the one that looks, in all.
  mutating func noteLook(_ front: SandboxFleet.Front, until time: UInt64, used: UInt64) {
    noteLook(elapsed: time - min(time, front.start), used: used - min(used, front.used))
  }
}
