import Dispatch
import Sandbox
import Synchronization

/// What one slot is to do next.
struct Work: Sendable {
  var task: Int
  /// 1 for the first try.
  var attempt: Int
  /// Whether the task also runs in another slot, because it takes so long there.
  var isCopy = false
}

/// The tasks of one phase and who works on them. Whoever is free takes the largest that is left, so
/// a long one does not come last; in the end the free ones run copies of stragglers, and the first
/// result of a task counts. Since every run of a task gives the same bytes, none of this shows in the
/// output.
final class TaskQueue: Sendable {
  private struct Running {
    var work: Work
    var start: ContinuousClock.Instant
    var handle: SessionHandle?
    var isCancelled = false
    var isOverdue = false
  }

  private struct State {
    /// Tasks by size, largest first; `next` is the first that nobody has taken.
    var order: [Int32]
    var next = 0
    var again: [Work] = []
    var running: [Int: Running] = [:]
    var isDone: [Bool]
    var left: Int
    var isStopped = false
    var walls = DurationHistogram()
  }

  /// A straggler takes at least so long, and so many medians.
  private static let stragglerMinimum = Duration.seconds(2)
  private static let stragglerFactor = 3
  /// Tasks that must have ended before the median says something.
  private static let sampleCount = 5
  /// No limit by the median is shorter.
  private static let overdueMinimum = Duration.seconds(1)

  private let state: Mutex<State>
  private let idle = DispatchSemaphore(value: 0)
  private let slotCount: Int

  /// Tasks 0 to costs.count − 1.
  init(costs: [Int64], slotCount: Int) {
    let order = costs.indices.map { Int32($0) }.sorted { left, right in
      let (a, b) = (costs[Int(left)], costs[Int(right)])
      return a != b ? a > b : left < right
    }
    state = Mutex(
      State(
        order: order, isDone: Array(repeating: false, count: costs.count), left: costs.count))
    self.slotCount = slotCount
  }

  /// The next work of a slot; waits while others work on the last tasks. nil: all is done, or stopped.
  func take(_ slot: Int) -> Work? {
    while true {
      enum Step {
        case work(Work)
        case wait, end
      }
      let step: Step = state.withLock { state in
        guard !state.isStopped, state.left > 0 else { return .end }
        let work: Work
        if let again = state.again.popLast() {
          work = again
        } else if state.next < state.order.count {
          work = Work(task: Int(state.order[state.next]), attempt: 1)
          state.next += 1
        } else if let straggler = Self.straggler(state) {
          work = straggler
        } else {
          return .wait
        }
        state.running[slot] = Running(work: work, start: .now)
        return .work(work)
      }
      switch step {
      case .work(let work): return work
      case .end: return nil
      case .wait: _ = idle.wait(timeout: .now() + .milliseconds(50))
      }
    }
  }

  /// How many tasks are at work.
  var runningCount: Int { state.withLock { $0.running.count } }

  private static func straggler(_ state: State) -> Work? {
    guard let median = state.walls.median(of: sampleCount) else { return nil }
    let limit = max(stragglerMinimum, median * stragglerFactor)
    let slowest = state.running.values.min { $0.start < $1.start }
    guard let slowest, .now - slowest.start > limit, !slowest.work.isCopy,
      state.running.values.filter({ $0.work.task == slowest.work.task }).count == 1
    else { return nil }
    return Work(task: slowest.work.task, attempt: slowest.work.attempt, isCopy: true)
  }

  /// Remembers the session of a slot, so that it can be stopped. Answers whether it must stop now.
  func register(_ handle: SessionHandle, _ slot: Int) -> Bool {
    state.withLock { state in
      state.running[slot]?.handle = handle
      return state.running[slot]?.isCancelled ?? true
    }
  }

  /// What became of a slot's work.
  enum Ending {
    /// The first result of the task.
    case first
    /// Another slot had the result already, or is still at it.
    case other
    /// Stopped from outside.
    case cancelled
    /// Stopped because it took more than `factor` medians.
    case overdue(median: Duration)
  }

  /// Notes a result. The same task in another slot is stopped. `ran`: its time counts.
  func succeeded(_ slot: Int, ran: Bool) -> Ending {
    let (ending, twins, isLast): (Ending, [SessionHandle], Bool) = state.withLock { state in
      guard let running = state.running.removeValue(forKey: slot),
        !state.isDone[running.work.task]
      else { return (.other, [], false) }
      if ran { state.walls.add(.now - running.start) }
      return (.first, Self.close(&state, running.work.task), state.left == 0)
    }
    finish(twins, isLast)
    return ending
  }

  private static func close(_ state: inout State, _ task: Int) -> [SessionHandle] {
    state.isDone[task] = true
    state.left -= 1
    var twins: [SessionHandle] = []
    for (slot, running) in state.running where running.work.task == task {
      state.running[slot]?.isCancelled = true
      if let handle = running.handle { twins.append(handle) }
    }
    return twins
  }

  private func finish(_ twins: [SessionHandle], _ isLast: Bool) {
    for twin in twins { twin.cancel() }
    if isLast { wake() }
  }

  /// Notes a failure; says whether it matters.
  func failed(_ slot: Int) -> Ending {
    state.withLock { state in
      guard let running = state.running.removeValue(forKey: slot),
        !state.isDone[running.work.task],
        !state.running.values.contains(where: { $0.work.task == running.work.task })
      else { return .other }
      if running.isOverdue {
        return .overdue(median: state.walls.median(of: 1) ?? .zero)
      }
      return running.isCancelled ? .cancelled : .first
    }
  }

  /// Puts a failed task back.
  func retry(_ work: Work) {
    state.withLock { $0.again.append(Work(task: work.task, attempt: work.attempt + 1)) }
    idle.signal()
  }

  /// Leaves a failed task out.
  func leaveOut(_ task: Int) {
    let (twins, isLast) = state.withLock { (Self.close(&$0, task), $0.left == 0) }
    finish(twins, isLast)
  }

  /// Hands out nothing more; with `now` running sessions are stopped.
  func stop(now: Bool) {
    let handles: [SessionHandle] = state.withLock { state in
      state.isStopped = true
      guard now else { return [] }
      for slot in state.running.keys { state.running[slot]?.isCancelled = true }
      return state.running.values.compactMap(\.handle)
    }
    for handle in handles { handle.cancel() }
    wake()
  }

  /// Stops what takes more than `factor` medians.
  func stopOverdue(factor: Int) {
    let handles: [SessionHandle] = state.withLock { state in
      guard let median = state.walls.median(of: Self.sampleCount) else { return [] }
      let limit = max(Self.overdueMinimum, median * factor)
      var late: [SessionHandle] = []
      for (slot, running) in state.running
      where !running.isCancelled && .now - running.start > limit {
        guard let handle = running.handle else { continue }
        state.running[slot]?.isCancelled = true
        state.running[slot]?.isOverdue = true
        late.append(handle)
      }
      return late
    }
    for handle in handles { handle.cancel() }
  }

  private func wake() { for _ in 0..<slotCount { idle.signal() } }
}
