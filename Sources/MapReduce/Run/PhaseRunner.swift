import Datasets
import Dispatch
import Sandbox
import Synchronization

/// Runs the tasks of one phase of a stage, one at a time in each slot, and keeps the books: retries,
/// failures, the record, progress.
final class PhaseRunner: Sendable {
  typealias Body = @Sendable (Work, SlotSpace, PhaseRunner) -> Result<Attempt, TaskFailure>

  private struct State {
    var failure: JobError?
    var skipped = 0
    var finished = 0
    var cached = 0
    var resumed = 0
    var bytesRead: Int64 = 0
    /// Of the costs of the tasks that are over.
    var costDone = 0.0
    var userTime = Duration.zero
    var systemTime = Duration.zero
  }

  let context: JobContext
  let stage: JobFile.Stage
  let phase: Phase
  /// The shards of a map phase; empty for a reduce phase.
  private let shards: ShardList
  private let costs: [Int64]
  private let totalCost: Double
  private let start = ContinuousClock.now
  private let taskCount: Int
  private let slotCount: Int
  let queue: TaskQueue
  private let outputs: TaskOutputs
  private let state: Mutex<State>

  init(
    _ context: JobContext, _ stage: JobFile.Stage, _ phase: Phase, costs: [Int64],
    shards: ShardList = ShardList()
  ) throws(JobError) {
    self.context = context
    self.stage = stage
    self.phase = phase
    self.shards = shards
    self.costs = costs
    totalCost = max(1, costs.reduce(0.0) { $0 + Double($1) })
    taskCount = costs.count
    slotCount = max(1, min(context.options.concurrency, costs.count))
    queue = TaskQueue(costs: costs, slotCount: slotCount)
    outputs = try TaskOutputs(count: costs.count, in: context.data.folder)
    state = Mutex(State())
  }

  /// Runs all tasks; answers what they left.
  func run(_ body: @escaping Body) throws(JobError) -> TaskOutputs {
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "zvm.job.timer"))
    var ticks = 0
    timer.schedule(deadline: .now() + .milliseconds(100), repeating: .milliseconds(100))
    timer.setEventHandler { [self] in
      if let factor = context.job.failures.medianFactor { queue.stopOverdue(factor: factor) }
      ticks += 1
      guard ticks % 10 == 0 else { return }
      do throws(JobError) { try context.sync() } catch { fail(error) }
    }
    timer.resume()
    defer { timer.cancel() }
    context.enter(queue)
    let workers = DispatchGroup()
    for slot in 0..<slotCount {
      DispatchQueue(label: "zvm.job.slot.\(slot)").async(group: workers) { [self] in
        do throws(JobError) {
          let space = try SlotSpace(slot, context.data)
          while let work = queue.take(slot) {
            let start = (RunRecord.now, ContinuousClock.now)
            let result = body(work, space, self)
            try conclude(work, slot, start, result)
          }
        } catch { fail(error) }
      }
    }
    workers.wait()
    context.leave()
    let state = state.withLock { $0 }
    context.add { summary in
      summary.skippedCount += state.skipped
      summary.cachedCount += state.cached
      summary.resumedCount += state.resumed
      summary.sandboxCount += taskCount
      summary.finishedCount += state.finished
      summary.userTime += state.userTime
      summary.systemTime += state.systemTime
      if phase == .map { summary.inputByteCount += state.bytesRead }
    }
    try context.checkCancelled()
    if let failure = state.failure { throw failure }
    return outputs
  }

  /// `job: shard 3 (path, offset 0)`.
  func label(_ task: Int) -> String {
    let stageName = context.job.stages.count > 1 ? " \(stage.name):" : ""
    switch phase {
    case .map:
      let shard = shards[task]
      return
        "\(context.job.name):\(stageName) shard \(task) (\(shard.name), offset \(shard.offset))"
    case .reduce:
      let number = stage.reducers > 1 ? " \(task)" : ""
      return "\(context.job.name):\(stageName) reduce\(number)"
    }
  }

  private func conclude(
    _ work: Work, _ slot: Int, _ start: (Int64, ContinuousClock.Instant),
    _ result: Result<Attempt, TaskFailure>
  ) throws(JobError) {
    var event = TaskEvent(
      stage: stage.name, phase: phase, index: work.task, start: start.0, wall: .now - start.1,
      slot: slot, attempt: work.attempt, status: "ok",
      shard: phase == .map ? shards[work.task] : nil)
    switch result {
    case .success(let attempt):
      guard case .first = queue.succeeded(slot, ran: attempt.reason == "run") else { return }
      event.reason = attempt.reason
      event.report = attempt.report
      event.output = attempt.output
      event.errorByteCount = attempt.errorByteCount
      // What a resumed job kept is in the record already.
      if attempt.reason != "resume" { try context.record.append(event.line()) }
      try outputs.keep(attempt.output, of: work.task)
      let now = state.withLock { state in
        state.finished += 1
        state.cached += attempt.reason == "cache" ? 1 : 0
        state.resumed += attempt.reason == "resume" ? 1 : 0
        state.bytesRead += attempt.output.inputByteCount
        state.userTime += attempt.report?.userTime ?? .zero
        state.systemTime += attempt.report?.systemTime ?? .zero
        state.costDone += Double(costs[work.task])
        return progressNow(state)
      }
      context.options.progress(now)
    case .failure(var failure):
      switch queue.failed(slot) {
      case .other, .cancelled: return
      case .overdue(let median):
        failure.text =
          "stopped: it took more than \(context.job.failures.medianFactor ?? 0) times the median of "
          + "\(Double(median.microseconds) / 1e6) s"
        failure.isTransient = true
      case .first: break
      }
      if failure.isTransient, work.attempt <= context.job.failures.retries {
        var line = JSONLine(event: "retry")
        line.number("t", RunRecord.now)
        line.text("stage", stage.name)
        line.text("phase", phase.rawValue)
        line.number("n", work.task)
        line.number("attempt", work.attempt)
        line.text("error", failure.text)
        try context.record.append(line)
        queue.retry(work)
        return
      }
      let isSkipped = context.job.failures.skip && phase == .map
      event.status = isSkipped ? "skipped" : "failed"
      event.report = failure.report
      event.error = failure.text
      event.errorByteCount = failure.errorByteCount
      try context.record.append(event.line())
      let error = JobError("\(label(work.task)): \(failure.text)")
      guard isSkipped else { return fail(error) }
      context.options.skipped("\(error)")
      queue.leaveOut(work.task)
      let skipped = state.withLock { state in
        state.skipped += 1
        return state.skipped
      }
      if context.job.failures.tolerance.isExceeded(by: skipped, of: taskCount) {
        fail(
          JobError(
            "\(error)\n\(context.job.name): \(skipped) of \(taskCount) shards failed, too many"))
      }
    }
  }

  private func progressNow(_ state: State) -> JobProgress {
    JobProgress(
      stage: context.job.stages.count > 1 ? stage.name : nil, phase: phase.rawValue,
      finished: state.finished, total: taskCount, byteCount: state.bytesRead,
      // This slot takes the next task at once.
      sandboxCount: min(slotCount, queue.runningCount + 1, taskCount - state.finished),
      fraction: min(1, state.costDone / totalCost),
      elapsed: .now - start)
  }

  /// Notes the first failure and stops what is running, or only what is not yet running.
  private func fail(_ error: JobError) {
    state.withLock { state in
      if state.failure == nil { state.failure = error }
    }
    queue.stop(now: !context.job.failures.drain)
  }
}
