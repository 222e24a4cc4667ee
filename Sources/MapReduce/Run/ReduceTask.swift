import Digest
import Sandbox
import SystemPackage

/// Reduces one partition: its program reads the map outputs, in shard order or merged by key.
struct ReduceTask: Sendable {
  let context: JobContext
  let stage: JobFile.Stage
  let reduce: StageProgram
  private let mapped: TaskOutputs
  /// Bytes that each partition's program will read, and from how many runs.
  let costs: [Int64]
  private let runCounts: [Int]
  /// Runs of each partition in shard order; empty where there is one partition, whose runs are read
  /// when they are wanted.
  private let runs: [[Run]]
  /// For groups: the runs of each shard by partition.
  private let byShard: [[Run]]
  /// SHA-256 of the digests of all map outputs.
  let inputDigest: String
  private let memory: TaskMemory

  /// More windows than this are copied into one file before a program reads them.
  private static let extentCount = 4096

  init(
    _ context: JobContext, _ stage: JobFile.Stage, _ mapped: TaskOutputs, _ reduce: StageProgram,
    sides: SideInputs
  ) throws(JobError) {
    self.context = context
    self.stage = stage
    self.reduce = reduce
    self.mapped = mapped
    var runs = Array(repeating: [Run](), count: stage.reducers > 1 ? stage.reducers : 0)
    var costs = Array(repeating: Int64(0), count: stage.reducers)
    var runCounts = Array(repeating: 0, count: stage.reducers)
    var byShard: [[Run]] = []
    var hash = SHA256()
    try mapped.visit { _, output throws(JobError) in
      let bytes = output?.etag.bytes ?? [0]
      hash.update(bytes.span)
      for run in output?.runs ?? [] {
        let partition = Int(run.partition)
        costs[partition] += run.length
        runCounts[partition] += 1
        if stage.reducers > 1 { runs[partition].append(run) }
      }
      if stage.exchange != nil { byShard.append(output?.runs ?? []) }
    }
    self.runs = runs
    self.costs = costs
    self.runCounts = runCounts
    self.byShard = byShard
    let digest = SHA256.hexadecimal(hash.finalize())
    inputDigest = digest
    memory = TaskMemory(context, stage, .reduce, reduce, sides) { $0.add(digest) }
  }

  /// `keep`: whether what the record has of an earlier run was made from the same map outputs.
  func callAsFunction(_ work: Work, _ space: SlotSpace, _ phase: PhaseRunner, keep: Bool)
    -> Result<Attempt, TaskFailure>
  {
    do throws(JobError) {
      if keep, let known = try memory.resumed(work.task) { return .success(known) }
      let key = memory.key { hash in
        hash.add("\(work.task)")
        return true
      }
      if let known = try memory.cached(key, space) { return .success(known) }
      let result = try run(work, space, phase)
      if case .success(let attempt) = result { memory.keep(attempt, key, space) }
      return result
    } catch {
      return .failure(TaskFailure("\(error)"))
    }
  }

  private func run(_ work: Work, _ space: SlotSpace, _ phase: PhaseRunner) throws(JobError)
    -> Result<Attempt, TaskFailure>
  {
    let merged = try SpoolFile(in: context.data.folder)
    defer { merged.close() }
    let input: Channel.Backing
    var further: [Channel] = []
    if let exchange = stage.exchange {
      input = .null
      for (index, runs) in byShard.enumerated() {
        further.append(
          Channel(
            alias: "/dev/in/\(exchange.map)" + (mapped.count > 1 ? "-\(index + 1)" : ""),
            backing: try extents(runs.filter { $0.partition == work.task }), limits: .readOnly))
      }
    } else {
      input = try standardInput(of: work.task, merged)
    }
    let session = reduce.session(
      input: input, output: .file(space.file, offset: space.end, length: nil),
      errors: space.errors, further: further)
    switch reduce.run(session, space, phase, work) {
    case .failure(let failure): return .failure(failure)
    case .success(let (report, errorByteCount)):
      var output = try space.written(report.accounting[1].putBytes)
      output.inputByteCount = report.accounting[0].getBytes
      return .success(Attempt(output: output, report: report, errorByteCount: errorByteCount))
    }
  }

  /// The runs merged by key, or one after the other.
  private func standardInput(of task: Int, _ merged: SpoolFile) throws(JobError)
    -> Channel.Backing
  {
    var writer = RunWriter(merged.descriptor, number: 0, at: 0)
    if stage.shuffle == .sort {
      let merger = RunMerger(folder: context.data.folder) { number throws(JobError) in
        try context.data.file(number)
      }
      try merger.merge(try runs(of: task), into: &writer)
    } else if runCounts[task] > Self.extentCount {
      try forEachRun(of: task) { run throws(JobError) in
        let whole = try forEachPiece(
          of: try context.data.file(run.file), from: run.offset, length: run.length
        ) { bytes throws(JobError) in try writer.append(bytes) }
        guard whole else { throw JobError("the job's data: shorter than it was") }
      }
    } else {
      return try extents(try runs(of: task))
    }
    _ = try writer.finish()
    return .file(merged.descriptor, offset: 0, length: nil)
  }

  private func forEachRun(of task: Int, _ body: (Run) throws(JobError) -> Void) throws(JobError) {
    if !runs.isEmpty {
      for run in runs[task] { try body(run) }
      return
    }
    try mapped.visit { _, output throws(JobError) in
      for run in output?.runs ?? [] { try body(run) }
    }
  }

  private func runs(of task: Int) throws(JobError) -> [Run] {
    var result: [Run] = []
    result.reserveCapacity(runCounts[task])
    try forEachRun(of: task) { run throws(JobError) in result.append(run) }
    return result
  }

  private func extents(_ runs: [Run]) throws(JobError) -> Channel.Backing {
    var files: [FileDescriptor] = []
    var places: [Int32: Int] = [:]
    var extents: [Channel.Extent] = []
    for run in runs {
      if places[run.file] == nil {
        places[run.file] = files.count
        files.append(try context.data.file(run.file))
      }
      extents.append(
        Channel.Extent(
          descriptor: places[run.file] ?? 0, offset: run.offset, length: run.length))
    }
    return .extents(files, extents)
  }
}
