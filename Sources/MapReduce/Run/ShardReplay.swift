import Datasets
import Foundation
import Sandbox
import SystemPackage

/// One shard of an earlier job, to be run again as it was.
public final class ShardReplay: CustomStringConvertible, Sendable {
  public let stage: JobFile.Stage
  private let shard: Shard
  /// For members of archives, which are unpacked again.
  private let spooled: String

  /// Reads the job's folder and splits its input again. Throws when the input changed.
  public init(home: String, id: String, stage name: String?, shard index: Int) throws(JobError) {
    let folder = "\(home)/\(id)"
    let recorded = try RecordedJob(folder: folder)
    guard FileManager.default.changeCurrentDirectoryPath(recorded.header.folder) else {
      throw JobError("\(recorded.header.folder): the folder where the job was begun is gone")
    }
    let job = try JobFile(
      text: try JobFile.text(path: "\(folder)/job.yaml"), path: recorded.header.given,
      parameters: recorded.header.parameters)
    guard let stage = name.map({ name in job.stages.first { $0.name == name } }) ?? job.stages.first
    else { throw JobError("\(folder): the job has no stage '\(name ?? "")'") }
    guard case .files(let inputs) = stage.source else {
      throw JobError("\(folder): stage \(stage.name) reads from other stages, whose output is gone")
    }
    guard !inputs.contains(where: { $0.patterns.contains(SpooledInputs.standardInput) }) else {
      throw JobError("\(folder): the job read standard input, which is gone")
    }
    let spooled = FileManager.default.temporaryDirectory.path + "/zvm-shard-\(UUID().uuidString)"
    var isKept = false
    defer { if !isKept { removeTree(spooled) } }
    let plan = try Planner(
      jobName: job.name,
      shardByteCount: stage.shardByteCount ?? recorded.header.shardByteCount,
      spooled: SpooledInputs(folder: spooled)
    ).plan(inputs)
    guard recorded.plan(stage.name, .map) == plan.digest(named: true) else {
      throw JobError("\(folder): the input changed since the job ran")
    }
    guard plan.shards.indices.contains(index) else {
      throw JobError("\(folder): there are \(plan.shards.count) shards, from 0")
    }
    self.stage = stage
    shard = plan.shards[index]
    self.spooled = spooled
    isKept = true
  }

  deinit { removeTree(spooled) }

  public var description: String {
    "\(stage.map.path) on \(shard.name), offset \(shard.offset), \(shard.byteCount) bytes"
  }

  /// Runs the map program with the shard as its input, and this process's standard output and error.
  /// Answers its exit status.
  public func run() throws(JobError) -> Int32 {
    let sides = try SideInputs(stage.sideInputs)
    let program = try StageProgram(
      try ResolvedProgram(stage.map), sides: sides, tasks: 1, concurrency: 1)
    defer { program.shutDown() }
    let streams = StreamSources(readers: 1)
    defer { streams.close() }
    let input = try ShardInput(shard, streams)
    defer { input.close() }
    let errors = try SpoolFile(in: "/tmp")
    defer { errors.close() }
    var session = program.session(
      input: input.backing, output: .stream(FileDescriptor(rawValue: 1)), errors: errors)
    session.channels[2].backing = .stream(FileDescriptor(rawValue: 2))
    if let exchange = stage.exchange {
      for index in 0..<stage.reducers {
        let number = stage.reducers > 1 ? "-\(index + 1)" : ""
        session.channels.append(
          Channel(
            alias: "/dev/out/\(exchange.reduce)\(number)",
            backing: .stream(FileDescriptor(rawValue: 1)), limits: .writeOnly))
      }
    }
    if stage.rejects != nil {
      session.channels.append(
        Channel(
          alias: "/dev/rejects", backing: .stream(FileDescriptor(rawValue: 2)), limits: .writeOnly))
    }
    let report: SandboxReport
    do throws(SandboxError) {
      report = try program.runAlone(session)
    } catch { throw JobError("\(error)") }
    if case .exited(let code) = report.outcome { return Int32(truncatingIfNeeded: code) }
    throw JobError("\(description): \(report.outcome.explanation)")
  }
}
