import Datasets
import Foundation
import Wire

/// What a job would do, for `--dry-run`.
public struct JobPlan: CustomStringConvertible {
  private var lines: [String] = []

  public init(job: JobFile, options: RunOptions) throws(JobError) {
    let targets = try OutputTargets(job, options)
    // Members of archives are looked at outside any job's folder.
    let folder = FileManager.default.temporaryDirectory.path + "/zvm-plan-\(UUID().uuidString)"
    defer { removeTree(folder) }
    lines.append("job \(job.name), \(options.concurrency) sandboxes at a time")
    for stage in job.stages {
      lines.append("stage \(stage.name)")
      guard case .files(let inputs) = stage.source else {
        if case .stages(let names) = stage.source {
          lines.append("  input   the output of \(names.joined(separator: ", "))")
        }
        describe(stage, options, tasks: nil, chunkByteCount: 0)
        continue
      }
      let size = stage.shardByteCount ?? options.shardByteCount
      let plan = try Planner(
        jobName: job.name, shardByteCount: size, spooled: SpooledInputs(folder: folder)
      ).plan(inputs)
      try targets.check(inputs: plan.files.map(\.path))
      lines.append(
        "  input   \(plan.files.count) file\(plan.files.count == 1 ? "" : "s"), \(plan.files.reduce(0) { $0 + $1.version.byteCount }) bytes"
      )
      lines.append(
        "  map     \(stage.map.path): \(plan.shards.count) shard\(plan.shards.count == 1 ? "" : "s")"
      )
      for shard in plan.shards {
        let packed = shard.codec == .none ? "" : " \(shard.codec.name)"
        lines.append(
          "    \(shard.index)\t\(shard.name)\t\(shard.offset)\t\(shard.byteCount) bytes\(packed)")
      }
      var chunkByteCount: Int64 = 0
      for shard in plan.shards {
        if case .stream(let piece) = shard.piece {
          chunkByteCount = max(chunkByteCount, piece.chunkByteCount)
        }
      }
      describe(
        stage, options, tasks: plan.shards.count, chunkByteCount: Int(clamping: chunkByteCount))
    }
  }

  /// `chunkByteCount`: of the largest chunks that a decoder deals out; 0: there is none.
  private mutating func describe(
    _ stage: JobFile.Stage, _ options: RunOptions, tasks: Int?, chunkByteCount: Int
  ) {
    if let combine = stage.combine { lines.append("  combine \(combine.path)") }
    if let reduce = stage.reduce {
      lines.append(
        "  reduce  \(reduce.path): \(stage.reducers), shuffle \(stage.shuffle.rawValue)")
    }
    if let output = stage.output { lines.append("  output  \(options.output ?? output.path)") }
    // Sandboxes touch at most their memory limit; beside it the engine sorts and merges.
    let slots = min(options.concurrency, tasks ?? options.concurrency)
    let sandbox = max(stage.map.memoryByteCount, stage.combine?.memoryByteCount ?? 0)
    let sorting = stage.shuffle == .sort ? LineSorter.memoryByteCount : 0
    let chunks = StreamSources.chunkLimit(readers: options.concurrency) * chunkByteCount
    lines.append(
      "  memory  at most \((slots * (sandbox + sorting) + chunks) >> 20) MiB: \(slots) sandboxes of "
        + "\(sandbox >> 20) MiB"
        + (sorting > 0 ? ", \(sorting >> 20) MiB for sorting beside each" : "")
        + (chunks > 0 ? ", \(chunks >> 20) MiB for decoded chunks" : ""))
  }

  public var description: String { lines.joined(separator: "\n") }
}
