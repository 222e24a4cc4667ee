import Datasets
import Digest

/// The shards of a stage.
struct StagePlan: Sendable {
  var shards: [Shard] = []
  /// What files must be compressed with, where the job says.
  var codecs: [String: String] = [:]
  /// The files in order, as they were split.
  var files: [(path: String, version: FileVersion)] = []

  /// SHA-256 of the list of shards: two runs of a job with the same plan do the same tasks.
  /// `named`: whether paths and versions count; parts between stages are made anew each time.
  func digest(named: Bool) -> String {
    var hash = SHA256()
    for shard in shards {
      hash.add(
        named
          ? "\(shard.path)\0\(shard.version.byteCount) \(shard.version.modifiedNanoseconds) \(shard.version.inode)"
          : "")
      hash.add("\(shard.offset) \(shard.byteCount)")
    }
    return SHA256.hexadecimal(hash.finalize())
  }

  var byteCount: Int64 { shards.reduce(0) { $0 + $1.byteCount } }
}

/// Expands the inputs of a stage and splits them into shards.
struct Planner: Sendable {
  let jobName: String
  let shardByteCount: Int64

  /// Shards of input files.
  func plan(_ inputs: [JobFile.Input]) throws(JobError) -> StagePlan {
    for pattern in inputs.flatMap(\.patterns) where pattern.hasPrefix(SwiftJob.scheme) {
      throw JobError(
        "\(jobName): input: \(pattern) lies on a cluster; run the job there, with --on swift")
    }
    do throws(DatasetError) {
      var plan = StagePlan()
      for input in inputs {
        var files: [String] = []
        for pattern in input.patterns { files += try InputPattern(pattern).files() }
        try add(files, input.records, to: &plan)
        if let codec = input.codec { for file in files { plan.codecs[file] = codec } }
      }
      return plan
    } catch {
      throw JobError("\(jobName): input: \(error)")
    }
  }

  /// Shards of the parts that another stage left.
  func plan(parts: [String]) throws(JobError) -> StagePlan {
    do throws(DatasetError) {
      var plan = StagePlan()
      try add(parts, .lines, to: &plan)
      return plan
    } catch {
      throw JobError("\(jobName): \(error)")
    }
  }

  private func add(_ files: [String], _ records: RecordFormat, to plan: inout StagePlan)
    throws(DatasetError)
  {
    let splitter = Splitter(shardByteCount: shardByteCount, format: records)
    for var shard in try splitter.shards(of: files) {
      shard.index = plan.shards.count
      if plan.files.last?.path != shard.path { plan.files.append((shard.path, shard.version)) }
      plan.shards.append(shard)
    }
  }
}
