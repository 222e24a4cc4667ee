import Digest
import Sandbox

/// What is known of a phase's tasks before they run, and what is kept of them after: outputs that an
/// earlier run of the job left, and those in the cache.
struct TaskMemory: Sendable {
  private let context: JobContext
  private let stage: JobFile.Stage
  private let phase: Phase
  /// The state of a hash that took in all that a result depends on but the task's input; nil: no
  /// cache.
  private let keyPrefix: SHA256?

  /// How the engine's part of a result is made; changes with the sizes of sorted pieces, the
  /// partitioner, and the like.
  private static let formatVersion = 2

  /// `describe` takes in what else all tasks of the phase depend on.
  init(
    _ context: JobContext, _ stage: JobFile.Stage, _ phase: Phase, _ program: StageProgram,
    _ sides: SideInputs, _ describe: (inout SHA256) -> Void
  ) {
    self.context = context
    self.stage = stage
    self.phase = phase
    guard let engine = context.engineDigest else {
      keyPrefix = nil
      return
    }
    var hash = SHA256()
    hash.add("zvm-\(phase.rawValue)-\(Self.formatVersion)")
    hash.add(engine)
    program.describe(into: &hash)
    hash.add(sides.digest)
    hash.add(stage.shuffle.rawValue)
    hash.add("\(stage.reducers)")
    hash.add(stage.exchange.map { "\($0.map)>\($0.reduce)" } ?? "")
    describe(&hash)
    keyPrefix = hash
  }

  /// What the result of a task is known by; nil when there is no cache, or `describe`, which takes in
  /// the task's input, answers that it cannot be told.
  func key(_ describe: (inout SHA256) -> Bool) -> String? {
    guard var hash = keyPrefix, describe(&hash) else { return nil }
    return SHA256.hexadecimal(hash.finalize())
  }

  /// What the record has of a task of an interrupted run.
  func resumed(_ task: Int) throws(JobError) -> Attempt? {
    try context.recorded?.output(stage: stage.name, phase: phase, task: task, data: context.data)
      .map { Attempt(output: $0, reason: "resume") }
  }

  /// What the cache has, copied to the slot's data file.
  func cached(_ key: String?, _ space: SlotSpace) throws(JobError) -> Attempt? {
    guard let key,
      let output = try context.options.cache?.take(
        key, to: space.file, number: space.number, at: space.end)
    else { return nil }
    space.advance(behind: output)
    return Attempt(output: output, reason: "cache")
  }

  /// Keeps what a task wrote to the slot's data file, there and in the cache.
  func keep(_ attempt: Attempt, _ key: String?, _ space: SlotSpace) {
    if let key, let cache = context.options.cache {
      cache.keep(key, attempt.output, in: space.file)
      context.add { $0.cacheByteCount += attempt.output.runs.reduce(4096) { $0 + $1.length } }
    }
    space.advance(behind: attempt.output)
  }
}
