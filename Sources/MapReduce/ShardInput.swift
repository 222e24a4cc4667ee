import Datasets
import Sandbox
import Wire

/// A shard that is open: what its program reads as standard input, and what must be closed after.
struct ShardInput: Sendable {
  let backing: Channel.Backing
  private let file: InputFile

  /// Opens the shard's file; throws when it is not the one that was split any more.
  init(_ shard: Shard) throws(JobError) {
    do throws(DatasetError) {
      file = try InputFile(shard.path)
    } catch {
      throw JobError("\(error)")
    }
    guard file.version == shard.version else {
      file.close()
      throw JobError("the file was changed while the job ran")
    }
    backing =
      shard.codec == .none
      ? .file(file.descriptor, offset: shard.offset, length: shard.byteCount)
      : .compressed(file.descriptor, shard.codec, offset: shard.offset, length: shard.byteCount)
  }

  func close() { file.close() }
}
