import Datasets
import Dispatch
import Sandbox
import Synchronization

/// How a job is run; what the job file does not say.
public struct RunOptions: Sendable {
  /// Sandboxes at a time.
  public var concurrency: Int
  /// Wanted size of a shard, decompressed, in bytes, where the job file does not say; nil: as suits
  /// each file.
  public var shardByteCount: Int64?
  /// Where the result of a job with one output goes instead.
  public var output: String?
  /// The folder of all jobs' folders.
  public var stateHome: String
  /// nil: results are neither taken from the cache nor kept.
  public var cache: ShardCache?
  /// Where the job file is, for the record: as it was given, and absolute.
  public var file = ""
  public var absoluteFile = ""
  public var parameters: [String: String] = [:]
  /// Called on some thread after each task.
  public var progress: @Sendable (JobProgress) -> Void = { _ in }
  /// Called with what a guest wrote to its standard error.
  public var guestError: @Sendable (String, [UInt8]) -> Void = { _, _ in }
  /// Called for each shard that is left out.
  public var skipped: @Sendable (String) -> Void = { _ in }

  /// Most sandboxes at once.
  public static let maximumConcurrency = 128

  public init(concurrency: Int, stateHome: String) {
    self.concurrency = min(max(concurrency, 1), Self.maximumConcurrency)
    self.stateHome = stateHome
  }
}

/// How far a phase of a stage is.
public struct JobProgress: Sendable {
  /// Name of the stage; nil when the job has but one.
  public var stage: String?
  /// `map` or `reduce`.
  public var phase: String
  /// Tasks that are over, and all.
  public var finished: Int
  public var total: Int
  /// Bytes that programs read, decompressed.
  public var byteCount: Int64
  /// Sandboxes that run.
  public var sandboxCount: Int
  /// What is done of the phase's work, by the sizes of its tasks: 0 to 1.
  public var fraction: Double
  /// Since the phase began.
  public var elapsed: Duration

  /// What is left to wait, if it goes on as it did; nil while too little is done to tell.
  public var left: Duration? {
    guard fraction >= 0.01, finished < total else { return nil }
    return elapsed * ((1 - fraction) / fraction)
  }
}

/// What all parts of a running job share.
final class JobContext: Sendable {
  private struct State {
    var queue: TaskQueue?
    var isCancelled = false
    var isComplete = false
    var summary = JobSummary()
  }

  let job: JobFile
  let options: RunOptions
  let folder: JobFolder
  let record: RunRecord
  let data: DataFiles
  let content: ContentIdentity?
  /// Decoders of inputs that cannot be split.
  let streams: StreamSources
  /// Launchers of stages that are over; `JobRunner.run` waits for their end.
  let launchers = EndingLaunchers()
  let recorded: RecordedJob?
  let targets: OutputTargets
  /// Identity of the engine, for keys of the cache; nil: no cache.
  let engineDigest: String?
  private let state = Mutex(State())

  init(
    job: JobFile, options: RunOptions, folder: JobFolder, record: RunRecord,
    recorded: RecordedJob?, targets: OutputTargets
  ) throws(JobError) {
    self.targets = targets
    self.job = job
    self.options = options
    self.folder = folder
    self.record = record
    self.recorded = recorded
    streams = StreamSources(readers: options.concurrency)
    data = try DataFiles(folder: folder.dataPath)
    content = options.cache.map { ContentIdentity(folder: $0.contentFolder) }
    let content = content
    engineDigest = EngineIdentity.launcherPath.flatMap { path in
      // As for compressed inputs: always by its bytes.
      content?.identity(of: path, isCompressed: true)
    }
    try makeFolder(folder.errorsPath)
  }

  var summary: JobSummary { state.withLock { $0.summary } }

  func add(_ change: (inout JobSummary) -> Void) { state.withLock { change(&$0.summary) } }

  /// Outputs first, then the lines that say that they are there.
  func sync() throws(JobError) {
    try folder.sync()
    try data.sync()
    try record.sync()
  }

  func enter(_ queue: TaskQueue) {
    let isCancelled = state.withLock { state in
      state.queue = queue
      return state.isCancelled
    }
    if isCancelled { queue.stop(now: true) }
  }

  func leave() { state.withLock { $0.queue = nil } }

  /// Stops at once.
  func cancel() {
    let queue = state.withLock { state in
      state.isCancelled = true
      return state.queue
    }
    queue?.stop(now: true)
    // Workers may be about to send a chunk's descriptor: `JobRunner.run` closes it after them.
    streams.stop()
  }

  /// Notes that the outputs are published.
  func complete() { state.withLock { $0.isComplete = true } }

  var isComplete: Bool { state.withLock { $0.isComplete } }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func checkCancelled() throws(JobError) {
    if isCancelled { throw JobError("\(job.name): interrupted") }
  }
}
