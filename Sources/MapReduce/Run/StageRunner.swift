import Datasets
import Digest
import Sandbox

/// Runs one stage: plan, map, reduce, outputs.
struct StageRunner: Sendable {
  let context: JobContext
  let stage: JobFile.Stage
  let programs: [JobFile.Program: ResolvedProgram]
  /// Files that the stages before left for others.
  let parts: [String: [String]]

  struct Result {
    /// Outputs that are complete and want their names.
    var files: [OutputFile] = []
    /// What other stages read.
    var parts: [String] = []
  }

  func run() throws(JobError) -> Result {
    let sides: SideInputs
    do throws(JobError) { sides = try SideInputs(stage.sideInputs) } catch { throw prefixed(error) }
    let plan = try checkedPlan(sides)
    if stage.exchange != nil, plan.shards.count > 10_000 {
      throw JobError("\(context.job.name): \(plan.shards.count) maps are too many channels")
    }
    context.add { $0.shardCount += plan.shards.count }
    let (mapped, outputs) = try results(plan, sides)
    return try write(outputs, mapped)
  }

  /// What the map tasks left, and what the stage's last tasks left.
  private func results(_ plan: StagePlan, _ sides: SideInputs) throws(JobError) -> (
    TaskOutputs, TaskOutputs
  ) {
    // A launcher takes some milliseconds to start: they start together, the reducer's while maps run.
    let programs = StagePrograms(
      map: prepared(stage.map, sides, tasks: plan.shards.count),
      combine: stage.combine.map { prepared($0, sides, tasks: plan.shards.count) },
      reduce: stage.reduce.map {
        prepared($0, sides, tasks: stage.reducers, inOrder: stage.shuffle == .sort)
      })
    defer { if let reduce = programs.reduce { context.launchers.end(reduce) } }
    let mapped = try map(plan, sides, programs)
    try checkRejects(mapped)
    guard let program = programs.reduce else { return (mapped, mapped) }
    return (mapped, try reduce(program, mapped, sides))
  }

  private struct StagePrograms {
    var map: Ahead<StageProgram>
    var combine: Ahead<StageProgram>?
    var reduce: Ahead<StageProgram>?
  }

  private func prefixed(_ error: JobError) -> JobError { JobError("\(context.job.name): \(error)") }

  private func checkedPlan(_ sides: SideInputs) throws(JobError) -> StagePlan {
    let planner = Planner(
      jobName: context.job.name,
      shardByteCount: stage.shardByteCount ?? context.options.shardByteCount,
      spooled: SpooledInputs(folder: context.data.folder))
    let plan: StagePlan
    let isNamed: Bool
    switch stage.source {
    case .files(let inputs):
      plan = try planner.plan(inputs)
      try context.targets.check(inputs: plan.files.map(\.path))
      isNamed = true
    case .stages(let names):
      plan = try planner.plan(parts: names.flatMap { parts[$0] ?? [] })
      isNamed = false
    }
    let digest = plan.digest(named: isNamed)
    if let recorded = context.recorded, let old = recorded.plan(stage.name, .map), old != digest {
      throw changed(plan, recorded)
    }
    let uses = try identities([stage.map, stage.combine], sides)
    if let old = context.recorded?.uses(stage.name, .map),
      old != Dictionary(uses, uniquingKeysWith: { $1 })
    {
      // Their results and those to come would be of two programs.
      let names = uses.filter { old[$0.0] != $0.1 }.map(\.0)
      throw JobError(
        "\(context.job.name): \(names.joined(separator: ", ")) changed since the job was begun; run it anew"
      )
    }
    if isNamed, context.recorded?.plan(stage.name, .map) == nil {
      for file in plan.files {
        var line = JSONLine(event: "input")
        line.text("stage", stage.name)
        line.text("path", file.path)
        line.number("bytes", file.version.byteCount)
        line.number("modified_ns", file.version.modifiedNanoseconds)
        line.number("inode", file.version.inode)
        try context.record.append(line)
      }
    }
    try announce(
      .map, stage.map, tasks: plan.shards.count, bytes: plan.byteCount, plan: digest, uses: uses)
    return plan
  }

  /// What a phase's results depend on besides its input, by name.
  private func identities(_ programs: [JobFile.Program?], _ sides: SideInputs) throws(JobError)
    -> [(String, String)]
  {
    var result: [(String, String)] = []
    for program in programs.compactMap({ $0 }) {
      if let resolved = self.programs[program] { result.append(try resolved.identity()) }
    }
    if !stage.sideInputs.isEmpty { result.append(("the side input", sides.digest)) }
    return result
  }

  /// Which input is not what it was when the job began.
  private func changed(_ plan: StagePlan, _ recorded: RecordedJob) -> JobError {
    let old = recorded.inputs[stage.name] ?? [:]
    let now = Dictionary(
      plan.files.map { file in
        let version = file.version
        return (
          file.path,
          InputStamp(
            byteCount: version.byteCount, modifiedNanoseconds: version.modifiedNanoseconds,
            inode: version.inode)
        )
      }
    ) { first, _ in first }
    var names: [String] = []
    for path in Set(old.keys).union(now.keys).sorted() where old[path] != now[path] {
      names.append(path)
    }
    let list = names.prefix(5).joined(separator: ", ")
    return JobError(
      "\(context.job.name): the input changed since the job was begun"
        + (list.isEmpty ? "" : ": \(list)") + "; run it anew (what did not change is in the cache)")
  }

  private func announce(
    _ phase: Phase, _ program: JobFile.Program, tasks: Int, bytes: Int64, plan: String,
    uses: [(String, String)]
  ) throws(JobError) {
    var line = JSONLine(event: "stage")
    line.number("t", RunRecord.now)
    line.text("stage", stage.name)
    line.text("phase", phase.rawValue)
    line.text("program", program.path)
    line.text("program_sha256", programs[program]?.digest)
    line.number("tasks", tasks)
    line.number("bytes", bytes)
    line.text("plan", plan)
    line.object("uses", uses)
    try context.record.append(line)
  }

  private func ended(_ phase: Phase, _ start: ContinuousClock.Instant) throws(JobError) {
    var line = JSONLine(event: "stage_end")
    line.number("t", RunRecord.now)
    line.text("stage", stage.name)
    line.text("phase", phase.rawValue)
    line.seconds("wall", .now - start)
    try context.record.append(line)
  }

  private func prepared(
    _ program: JobFile.Program, _ sides: SideInputs, tasks: Int, inOrder: Bool = false
  ) -> Ahead<StageProgram> {
    guard let resolved = programs[program] else {
      preconditionFailure("every program of the job is resolved before its stages run")
    }
    return Ahead { [self] () throws(JobError) in
      do throws(JobError) {
        return try StageProgram(
          resolved, sides: sides, tasks: tasks, concurrency: context.options.concurrency,
          inOrder: inOrder)
      } catch { throw prefixed(error) }
    }
  }

  private func map(_ plan: StagePlan, _ sides: SideInputs, _ programs: StagePrograms)
    throws(JobError) -> TaskOutputs
  {
    let start = ContinuousClock.now
    defer {
      for program in [programs.map, programs.combine].compactMap({ $0 }) {
        context.launchers.end(program)
      }
    }
    let map = try programs.map.get()
    let combine = try programs.combine.map { program throws(JobError) in try program.get() }
    let task = MapTask(
      context, stage, plan.shards, plan.codecs, map: map, combine: combine, sides: sides)
    let runner = try PhaseRunner(
      context, stage, .map, costs: plan.shards.map { $0.decompressedByteCount ?? $0.byteCount * 8 },
      shards: plan.shards)
    let outputs = try runner.run { task($0, $1, $2) }
    try ended(.map, start)
    return outputs
  }

  private func checkRejects(_ mapped: TaskOutputs) throws(JobError) {
    guard let rejects = stage.rejects else { return }
    var count = 0
    try mapped.visit { _, output throws(JobError) in count += output?.rejectCount ?? 0 }
    context.add { $0.rejectCount += count }
    guard count <= rejects.limit else {
      // Kept all the same, so that one can see what is wrong with them.
      try writeRejects(mapped, rejects)?.publish()
      throw JobError(
        "\(context.job.name): \(count) records were rejected, the limit is \(rejects.limit); "
          + "they are in \(rejects.path)")
    }
  }

  private func writeRejects(_ mapped: TaskOutputs, _ rejects: JobFile.Rejects)
    throws(JobError) -> OutputFile?
  {
    var file: OutputFile?
    try mapped.visit { _, output throws(JobError) in
      guard let run = output?.rejectRun else { return }
      // No `??`: its autoclosure would lose the type of the error.
      let target = if let file { file } else { try OutputFile(rejects.path) }
      file = target
      try target.append(try context.data.file(run.file), from: run.offset, length: run.length)
    }
    try file?.complete()
    return file
  }

  private func reduce(
    _ program: Ahead<StageProgram>, _ mapped: TaskOutputs, _ sides: SideInputs
  ) throws(JobError) -> TaskOutputs {
    let start = ContinuousClock.now
    let reduce = try program.get()
    let task = try ReduceTask(context, stage, mapped, reduce, sides: sides)
    let digest = task.inputDigest
    let uses = try identities([stage.reduce], sides)
    try announce(
      .reduce, reduce.program, tasks: stage.reducers, bytes: task.costs.reduce(0, +), plan: digest,
      uses: uses)
    // A shard that was left out before may be there now, or the program is another: then the reduce
    // tasks begin anew.
    let isSame =
      context.recorded?.plan(stage.name, .reduce) == digest
      && context.recorded?.uses(stage.name, .reduce) == Dictionary(uses) { $1 }
    let runner = try PhaseRunner(context, stage, .reduce, costs: task.costs)
    let outputs = try runner.run { task($0, $1, $2, keep: isSame) }
    try ended(.reduce, start)
    return outputs
  }

  private func write(_ outputs: TaskOutputs, _ mapped: TaskOutputs) throws(JobError) -> Result {
    var result = Result()
    let isRead = context.job.stages.contains { other in
      if case .stages(let sources) = other.source { sources.contains(stage.name) } else { false }
    }
    if var output = stage.output {
      if let path = context.options.output { output.path = path }
      result.files = try StageOutput(output).write(outputs, context.data)
    }
    if isRead {
      let files = try StageOutput(stage: stage.name, in: context.data.folder)
        .write(outputs, context.data)
      for file in files { try file.publish() }
      result.parts = files.map(\.path)
    }
    if let rejects = stage.rejects, let file = try writeRejects(mapped, rejects) {
      result.files.append(file)
    }
    let total = result.files.reduce(0) { $0 + $1.byteCount }
    context.add { $0.outputByteCount += total }
    return result
  }
}
