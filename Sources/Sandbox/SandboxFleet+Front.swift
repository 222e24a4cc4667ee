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
    let start: UInt64
    let end: UInt64
    /// What it had used of the processor at the start.
    let used: UInt64
  }

  /// No look takes less: it ends by itself after so many, should the engine not end it.
  private static let shortestLookNanoseconds: UInt64 = 100

  /// How many processes can run at once.
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
    let process = state.withLock { state -> SandboxProcess? in
      state.foresight.noteReady(at: start)
      guard state.ended == nil, state.front == nil, state.foresight.mayLook,
        // One for who asks.
        state.running.count + 2 <= Self.processorCount,
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
      if process.look(times: limit / Self.shortestLookNanoseconds + 1) {
        front = Front(process: process, start: start, end: start + limit, used: used)
      }
    }
    state.withLock { state in
      state.comingCount -= 1
      // Its end may have been seen meanwhile.
      guard isThere, state.processes[process.identifier] != nil else { return }
      if let front { state.front = front } else { state.idle.insert(process, at: 0) }
    }
  }

  /// Has the one that looks sleep where no session came in time, and another look where it is gone. The fleet's thread
  /// calls this.
  func keepFront() {
    guard looksAhead else { return }
    let time = monotonicNanoseconds()
    let (late, isDue) = state.withLock { state -> (Front?, Bool) in
      defer { state.isFrontDue = false }
      guard let front = state.front, front.end <= time else { return (nil, state.isFrontDue) }
      state.front = nil
      state.idle.append(front.process)
      return (front, state.isFrontDue)
    }
    if let late {
      late.process.endLook()
      noteLook(late, until: time, used: late.process.wholeProcessorNanoseconds())
    }
    if isDue { chooseFront() }
  }

  /// How much of the processor one had that has looked tells whether others want that. `used`: of it in all.
  func noteLook(_ front: Front, until time: UInt64, used: UInt64) {
    state.withLock {
      $0.foresight.noteLook(
        elapsed: time - min(time, front.start), used: used - min(used, front.used))
    }
  }
}
