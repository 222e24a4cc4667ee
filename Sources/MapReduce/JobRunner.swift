import Datasets
import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// Runs one job: maps every shard in a sandbox of its own, then reduces.
public final class JobRunner: Sendable {
  let job: JobFile
  let output: String
  private let concurrency: Int
  private let shardByteCount: Int64
  /// Called on some thread after each shard: finished, total, bytes read so far.
  private let progress: @Sendable (Int, Int, Int64) -> Void
  /// Called with what a guest wrote to its standard error.
  private let guestError: @Sendable (String, [UInt8]) -> Void
  let state = Mutex(State())

  /// Most sandboxes at once.
  public static let maximumConcurrency = 128
  /// How much of a guest's standard error is kept for each shard.
  private static let errorByteCount: Int64 = 64 << 10

  /// Guarded by `state`.
  struct State {
    var failure: JobError?
    var finished = 0
    var bytesRead: Int64 = 0
    var extents: [Channel.Extent?] = []
    var freeSlots: [Int] = []
    var written: [Int64] = []
    var running: [Int: SessionHandle] = [:]
    var isCancelled = false
    /// Of the map program, then of the reduce program.
    var commandLines: [CommandLine] = []
  }

  public init(
    job: JobFile, output: String?, concurrency: Int, shardByteCount: Int64,
    progress: @escaping @Sendable (Int, Int, Int64) -> Void,
    guestError: @escaping @Sendable (String, [UInt8]) -> Void
  ) {
    self.job = job
    self.output = output ?? job.output
    self.concurrency = min(max(concurrency, 1), Self.maximumConcurrency)
    self.shardByteCount = shardByteCount
    self.progress = progress
    self.guestError = guestError
  }

  /// Stops at once: running sandboxes are killed, nothing is written. `run` then throws.
  public func cancel() {
    let handles = state.withLock { state in
      state.isCancelled = true
      state.failure = state.failure ?? JobError("\(job.name): interrupted")
      return Array(state.running.values)
    }
    for handle in handles { handle.cancel() }
  }

  /// Runs the job. The output file appears complete or not at all.
  public func run() throws(JobError) -> JobSummary {
    let clock = ContinuousClock()
    let start = clock.now
    let shards = try Planner(job: job, shardByteCount: shardByteCount).shards()
    let mapModule = try module(job.map)
    let reduceModule = try job.reduce.map { program throws(JobError) in try module(program) }
    let commandLines = try [
      ProgramResolver().commandLine(of: job.map),
      ProgramResolver().commandLine(of: job.reduce ?? job.map),
    ]
    state.withLock { $0.commandLines = commandLines }
    let result = try OutputFile(output)
    defer { result.spool.close() }
    var slots: [Slot] = []
    defer { for slot in slots { slot.close() } }
    for _ in 0..<min(concurrency, shards.count) { slots.append(try Slot(in: result.folder)) }

    try map(shards, mapModule, slots)
    let extents = state.withLock { $0.extents.compactMap { $0 } }
    var summary = JobSummary()
    summary.shardCount = shards.count
    summary.sandboxCount = shards.count
    summary.inputByteCount = state.withLock { $0.bytesRead }
    if let reduce = job.reduce, let reduceModule {
      summary.outputByteCount = try self.reduce(reduce, reduceModule, slots, extents, result)
      summary.sandboxCount += 1
    } else {
      summary.outputByteCount = try concatenate(slots, extents, result)
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try result.publish()
    summary.elapsed = clock.now - start
    return summary
  }

  private func module(_ program: JobFile.Program) throws(JobError) -> ValidatedModule {
    do throws(JobError) {
      return try ProgramResolver().module(for: program)
    } catch {
      throw JobError("\(job.name): \(error)")
    }
  }

  func launcher(_ module: ValidatedModule) throws(JobError) -> Launcher {
    do throws(SandboxError) {
      return try Launcher(module: module)
    } catch {
      throw JobError("\(job.name): \(error)")
    }
  }

  /// Maps all shards, at most one a slot at a time. Which slot a shard gets depends on timing; where
  /// its output stands in the reduce program's input does not.
  private func map(_ shards: [Shard], _ module: ValidatedModule, _ slots: [Slot])
    throws(JobError)
  {
    let launcher = try launcher(module)
    defer { launcher.shutDown() }
    state.withLock { state in
      state.extents = Array(repeating: nil, count: shards.count)
      state.freeSlots = Array(slots.indices)
      state.written = Array(repeating: 0, count: slots.count)
    }
    let free = DispatchSemaphore(value: slots.count)
    let done = DispatchGroup()
    for shard in shards {
      free.wait()
      let slot = state.withLock { state in
        state.failure == nil ? state.freeSlots.popLast() : nil
      }
      guard let slot else {
        free.signal()
        break
      }
      done.enter()
      startMap(shard, of: shards.count, launcher, slot, slots[slot]) {
        free.signal()
        done.leave()
      }
    }
    done.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private func startMap(
    _ shard: Shard, of total: Int, _ launcher: Launcher, _ slotIndex: Int, _ slot: Slot,
    finished: @escaping @Sendable () -> Void
  ) {
    let label = "\(job.name): shard \(shard.index) (\(shard.path), offset \(shard.offset))"
    let input: ShardInput
    do throws(JobError) {
      input = try ShardInput(shard)
    } catch {
      fail("\(label): \(error)", slotIndex)
      return finished()
    }
    let begin = state.withLock { $0.written[slotIndex] }
    let session = session(
      job.map, input: input.backing,
      output: .file(slot.output.descriptor, offset: begin, length: nil),
      errors: slot.errors)
    let handle = launcher.start(session) { [self] result in
      var report = self.conclude(result, label, slot.errors)
      do throws(JobError) { try input.checkUnchanged() } catch {
        self.fail("\(label): \(error)", nil)
        report = nil
      }
      input.close()
      state.withLock { [report] state in
        state.running[slotIndex] = nil
        if let report {
          let count = report.accounting[1].putBytes
          state.extents[shard.index] = Channel.Extent(
            descriptor: slotIndex, offset: begin, length: count)
          state.written[slotIndex] = begin + count
          state.bytesRead += report.accounting[0].getBytes
          state.finished += 1
        }
        state.freeSlots.append(slotIndex)
      }
      if report != nil {
        let (count, bytes) = state.withLock { ($0.finished, $0.bytesRead) }
        progress(count, total, bytes)
      }
      finished()
    }
    register(handle, slotIndex, shard)
  }

  /// Remembers a running session so that it can be cancelled; it may be over already.
  private func register(_ handle: SessionHandle, _ slot: Int, _ shard: Shard) {
    let cancelNow = state.withLock { state in
      if state.extents[shard.index] == nil, !state.freeSlots.contains(slot) {
        state.running[slot] = handle
      }
      return state.failure != nil
    }
    if cancelNow { handle.cancel() }
  }

  func session(
    _ program: JobFile.Program, input: Channel.Backing, output: Channel.Backing, errors: SpoolFile
  ) -> Session {
    let command = state.withLock { $0.commandLines[program == job.map ? 0 : 1] }
    var session = Session.command(
      arguments: command.arguments,
      environment: program.environment, standardInput: input, standardOutput: output,
      standardError: .file(errors.descriptor, offset: 0, length: nil),
      memoryByteCount: program.memoryByteCount, timeout: .seconds(program.timeoutSeconds))
    session.channels[2].limits.putBytes = Self.errorByteCount
    session.channels += command.channels
    return session
  }

  /// The report of a session that went well; otherwise the failure is noted.
  func conclude(
    _ result: Result<SandboxReport, SandboxError>, _ label: String, _ errors: SpoolFile
  ) -> SandboxReport? {
    switch result {
    case .failure(let error):
      fail("\(label): \(error)", nil)
      return nil
    case .success(let report):
      let written = Int(report.accounting.count > 2 ? report.accounting[2].putBytes : 0)
      if written > 0 { guestError(label, errors.bytes(from: 0, limit: written)) }
      if report.outcome == .exited(code: 0) { return report }
      fail("\(label): \(report.outcome.explanation)", nil)
      return nil
    }
  }

  /// Notes the first failure and stops what is running.
  private func fail(_ text: String, _ slot: Int?) {
    let handles = state.withLock { state in
      if let slot { state.freeSlots.append(slot) }
      guard state.failure == nil else { return [SessionHandle]() }
      state.failure = JobError(text)
      return Array(state.running.values)
    }
    for handle in handles { handle.cancel() }
  }
}
