import Datasets
import Digest

/// The shards of a stage.
struct StagePlan: Sendable {
  var shards = ShardList()
  /// What files must be compressed with, where the job says.
  var codecs: [String: String] = [:]
  /// The files in order, as they were split.
  var files: [(path: String, version: FileVersion)] {
    shards.files.map { ($0.name, $0.namedVersion) }
  }

  /// SHA-256 of the list of shards: two runs of a job with the same plan do the same tasks.
  /// `named`: whether paths and versions count; parts between stages are made anew each time.
  func digest(named: Bool) -> String {
    var hash = SHA256()
    for shard in shards {
      let version = shard.origin?.version ?? shard.version
      hash.add(
        named
          ? "\(shard.name)\0\(version.byteCount) \(version.modifiedNanoseconds) \(version.inode)"
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
  let shardByteCount: Int64?
  let spooled: SpooledInputs

  /// Shards of input files.
  func plan(_ inputs: [JobFile.Input]) throws(JobError) -> StagePlan {
    for pattern in inputs.flatMap(\.patterns) where pattern.hasPrefix(SwiftJob.scheme) {
      throw JobError(
        "\(jobName): input: \(pattern) lies on a cluster; run the job there, with --on swift")
    }
    do throws(JobError) {
      var plan = StagePlan()
      for input in inputs {
        var files: [SpooledInputs.File] = []
        for pattern in input.patterns { files += try spooled.files(pattern) }
        try add(files, input.records, to: &plan)
        if let codec = input.codec { for file in files { plan.codecs[file.path] = codec } }
      }
      return plan
    } catch {
      throw JobError("\(jobName): input: \(error)")
    }
  }

  /// Shards of the parts that another stage left.
  func plan(parts: [String]) throws(JobError) -> StagePlan {
    var plan = StagePlan()
    do throws(JobError) {
      try add(parts.map { SpooledInputs.File(path: $0) }, .lines, to: &plan)
    } catch { throw JobError("\(jobName): \(error)") }
    return plan
  }

  private func add(_ files: [SpooledInputs.File], _ records: RecordFormat, to plan: inout StagePlan)
    throws(JobError)
  {
    let splitter = Splitter(shardByteCount: shardByteCount, format: records)
    let origins = Dictionary(files.map { ($0.path, $0.origin) }) { first, _ in first }
    let shards: ShardList
    do throws(DatasetError) { shards = try splitter.shards(of: files.map(\.path)) } catch {
      throw JobError("\(error)")
    }
    for var file in shards.files {
      file.origin = origins[file.path] ?? nil
      plan.shards.append(file)
    }
  }
}
