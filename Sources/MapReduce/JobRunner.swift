import Datasets
import Dispatch
import Foundation
import Sandbox
import Synchronization
import SystemPackage

/// Runs one job: stage by stage, maps every shard in a sandbox of its own, then reduces.
public final class JobRunner: Sendable {
  let job: JobFile
  let options: RunOptions
  let context: JobContext
  private let start = ContinuousClock.now

  /// The job's folder, and its name in `zvm job resume`.
  public var folder: String { context.folder.path }
  public var id: String { context.folder.id }

  public var name: String { job.name }
  /// Whether all that could be done is done and published, though shards were left out.
  public var isComplete: Bool { context.isComplete }
  /// Whether there is something that a resume could keep.
  public var hasResults: Bool { context.summary.finishedCount > 0 }

  /// A new job. `text` is the job file's text, which is kept for a resume.
  public init(job: JobFile, text: String, options: RunOptions) throws(JobError) {
    self.job = job
    self.options = options
    // Before there is a folder.
    let targets = try OutputTargets(job, options)
    JobFolder.removeLeftovers(home: options.stateHome)
    let folder = try JobFolder(home: options.stateHome, name: job.name)
    try folder.keep(jobFile: text)
    let record = try RunRecord(folder: folder.path)
    context = try JobContext(
      job: job, options: options, folder: folder, record: record, recorded: nil,
      targets: targets)
    try record.append(header())
  }

  /// Goes on with a job that was interrupted.
  public init(resuming interrupted: InterruptedJob, options: RunOptions) throws(JobError) {
    job = interrupted.job
    self.options = options
    let targets = try OutputTargets(job, options)
    let record = try RunRecord(folder: interrupted.folder.path)
    context = try JobContext(
      job: job, options: options, folder: interrupted.folder, record: record,
      recorded: interrupted.recorded, targets: targets)
    var line = JSONLine(event: "resume")
    line.number("t", RunRecord.now)
    line.number("kept", interrupted.recorded.taskCount)
    try record.append(line)
  }

  private func header() -> JSONLine {
    var line = JSONLine(event: "job")
    line.number("format", 1)
    line.text("id", context.folder.id)
    line.number("t", RunRecord.now)
    line.text("name", job.name)
    line.text("file", options.absoluteFile)
    line.text("given", options.file)
    line.text("folder", FileManager.default.currentDirectoryPath)
    line.text("engine", EngineIdentity.version)
    line.text("host", EngineIdentity.hostName)
    line.number("cores", ProcessInfo.processInfo.activeProcessorCount)
    line.number("jobs", options.concurrency)
    line.number("shard_size", options.shardByteCount ?? 0)
    line.object("set", options.parameters.sorted { $0.key < $1.key })
    line.bool("cache", options.cache != nil)
    line.text("output", options.output)
    return line
  }

  /// Stops at once: running sandboxes are killed, nothing is written. `run` then throws. What is
  /// finished stays for a resume.
  public func cancel() { context.cancel() }

  /// Runs the job. Each output appears complete or not at all.
  public func run() throws(JobError) -> JobSummary {
    defer {
      context.streams.close()
      context.launchers.wait()
    }
    do throws(JobError) {
      let outputs = try runStages()
      var summary = context.summary
      summary.elapsed = .now - start
      summary.folder = folder
      summary.id = id
      try finish(status: "done", error: nil, summary, outputs)
      options.cache?.grew(by: summary.cacheByteCount)
      context.folder.removeData()
      return summary
    } catch {
      var summary = context.summary
      summary.elapsed = .now - start
      // The first error is the one to tell; the record may be on the same full disk.
      try? finish(
        status: context.isCancelled ? "interrupted" : "failed", error: error.description, summary,
        [])
      throw error
    }
  }

  private func finish(
    status: String, error: String?, _ summary: JobSummary, _ outputs: [OutputFile]
  ) throws(JobError) {
    var line = JSONLine(event: "end")
    line.number("t", RunRecord.now)
    line.text("status", status)
    line.text("error", error)
    line.number("tasks", summary.sandboxCount)
    line.number("cached", summary.cachedCount)
    line.number("resumed", summary.resumedCount)
    line.number("skipped", summary.skippedCount)
    line.number("in", summary.inputByteCount)
    line.number("out", summary.outputByteCount)
    line.seconds("wall", summary.elapsed)
    line.seconds("user", summary.userTime)
    line.seconds("system", summary.systemTime)
    var list: [String] = []
    for output in outputs {
      var entry = JSONLine(event: "output")
      entry.text("path", output.path)
      entry.number("bytes", output.byteCount)
      entry.text("sha256", output.etag)
      list.append(String(decoding: entry.line().dropLast(), as: UTF8.self))
    }
    line.raw("outputs", "[" + list.joined(separator: ",") + "]")
    try context.record.append(line)
  }

  /// All programs of the job, compiled and validated side by side.
  private func resolvedPrograms() throws(JobError) -> [JobFile.Program: ResolvedProgram] {
    var ahead: [JobFile.Program: Ahead<ResolvedProgram>] = [:]
    var order: [JobFile.Program] = []
    for stage in job.stages {
      for program in [stage.map, stage.combine, stage.reduce].compactMap({ $0 })
      where ahead[program] == nil {
        ahead[program] = Ahead { () throws(JobError) in try ResolvedProgram(program) }
        order.append(program)
      }
    }
    var result: [JobFile.Program: ResolvedProgram] = [:]
    var failure: JobError?
    // All are waited for, so that none is still at work when the job is over.
    for program in order {
      do throws(JobError) { result[program] = try ahead[program]?.get() } catch {
        if failure == nil { failure = JobError("\(job.name): \(error)") }
      }
    }
    if let failure { throw failure }
    return result
  }

  /// All stages, then all outputs get their names.
  private func runStages() throws(JobError) -> [OutputFile] {
    let programs = try resolvedPrograms()
    var parts: [String: [String]] = [:]
    var files: [OutputFile] = []
    for stage in job.stages {
      let result = try StageRunner(
        context: context, stage: stage, programs: programs, parts: parts
      ).run()
      files += result.files
      parts[stage.name] = result.parts
    }
    let skipped = context.summary.skippedCount
    if skipped > 0, !job.failures.allowSkipped {
      for file in files { try file.publish() }
      context.complete()
      throw JobError(
        "\(job.name): \(skipped) of \(context.summary.shardCount) shards left out of the result (see \(folder)/record.jsonl)"
      )
    }
    for file in files { try file.publish() }
    return files
  }
}

/// A job that was begun, with what its record says; nobody else works on it.
public struct InterruptedJob: Sendable {
  public let job: JobFile
  public let folder: JobFolder
  let recorded: RecordedJob

  /// Reads a job's folder. Throws when there is no such job, when it is done, or at work.
  public init(home: String, id: String) throws(JobError) {
    folder = try JobFolder(home: home, id: id)
    recorded = try RecordedJob(folder: folder.path)
    let header = recorded.header
    guard !recorded.isDone else { throw JobError("\(folder.path): the job is done") }
    // Paths in the job file are relative to where it was; those on the command line to where it ran.
    guard FileManager.default.changeCurrentDirectoryPath(header.folder) else {
      throw JobError("\(header.folder): the folder where the job was begun is gone")
    }
    job = try JobFile(
      text: try JobFile.text(path: folder.jobPath), path: header.given,
      parameters: header.parameters
    )
  }

  /// Whether the job file is not any more what it was when the job began. The job goes on as it began.
  public var isOutdated: Bool {
    guard let now = try? JobFile.text(path: recorded.header.file),
      let kept = try? JobFile.text(path: folder.jobPath)
    else { return false }
    return now != kept
  }

  /// The options that the job was begun with.
  public func options(stateHome: String) -> RunOptions {
    let header = recorded.header
    var options = RunOptions(concurrency: header.jobs, stateHome: stateHome)
    options.shardByteCount = header.shardByteCount
    options.output = header.output
    options.file = header.given
    options.absoluteFile = header.file
    options.parameters = header.parameters
    options.cache = header.usesCache ? ShardCache() : nil
    return options
  }
}
