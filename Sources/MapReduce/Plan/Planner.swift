import Datasets

/// Expands the inputs of a job and splits them into shards.
struct Planner {
  let job: JobFile
  let shardByteCount: Int64

  func shards() throws(JobError) -> [Shard] {
    do throws(DatasetError) {
      var files: [String] = []
      for input in job.inputs { files += try InputPattern(input).files() }
      return try Splitter(shardByteCount: shardByteCount).shards(of: files)
    } catch {
      throw JobError("\(job.name): input: \(error)")
    }
  }
}
