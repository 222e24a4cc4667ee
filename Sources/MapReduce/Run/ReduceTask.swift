import Digest
import Sandbox
import SystemPackage

/// Reduces one partition: its program reads the map outputs, in shard order or merged by key.
struct ReduceTask: Sendable {
  let context: JobContext
  let stage: JobFile.Stage
  let reduce: StageProgram
  /// Runs of each partition in shard order.
  private let runs: [[Run]]
  /// For groups: the runs of each shard by partition.
  private let mapCount: Int
  private let byShard: [[Run]]
  private let memory: TaskMemory

  /// More windows than this are copied into one file before a program reads them.
  private static let extentCount = 4096

  init(
    _ context: JobContext, _ stage: JobFile.Stage, _ outputs: [TaskOutput?], _ reduce: StageProgram,
    sides: SideInputs
  ) {
    self.context = context
    self.stage = stage
    self.reduce = reduce
    mapCount = outputs.count
    var runs = Array(repeating: [Run](), count: stage.reducers)
    for output in outputs { for run in output?.runs ?? [] { runs[Int(run.partition)].append(run) } }
    self.runs = runs
    byShard = stage.exchange == nil ? [] : outputs.map { $0?.runs ?? [] }
    memory = TaskMemory(context, stage, .reduce, reduce, sides) { hash in
      for output in outputs {
        let bytes = output?.etag.bytes ?? [0]
        hash.update(bytes.span)
      }
    }
  }

  /// Bytes that each partition's program will read.
  var costs: [Int64] { runs.map { $0.reduce(0) { $0 + $1.length } } }

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
            alias: "/dev/in/\(exchange.map)" + (mapCount > 1 ? "-\(index + 1)" : ""),
            backing: try extents(runs.filter { $0.partition == work.task }), limits: .readOnly))
      }
    } else {
      input = try standardInput(runs[work.task], merged)
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
  private func standardInput(_ runs: [Run], _ merged: SpoolFile) throws(JobError)
    -> Channel.Backing
  {
    var writer = RunWriter(merged.descriptor, number: 0, at: 0)
    if stage.shuffle == .sort {
      let merger = RunMerger(folder: context.data.folder) { number throws(JobError) in
        try context.data.file(number)
      }
      try merger.merge(runs, into: &writer)
    } else if runs.count > Self.extentCount {
      for run in runs {
        let whole = try forEachPiece(
          of: try context.data.file(run.file), from: run.offset, length: run.length
        ) { bytes throws(JobError) in try writer.append(bytes) }
        guard whole else { throw JobError("the job's data: shorter than it was") }
      }
    } else {
      return try extents(runs)
    }
    _ = try writer.finish()
    return .file(merged.descriptor, offset: 0, length: nil)
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
