import Datasets
import Sandbox
import Wire

/// A shard that is open: what its program reads as standard input, and what must be closed after.
struct ShardInput: Sendable {
  private let file: InputFile
  let backing: Channel.Backing

  /// Opens the shard's file; throws when it cannot be read, or is not the one that was split any
  /// more.
  init(_ shard: Shard) throws(JobError) {
    do throws(DatasetError) { file = try InputFile(shard.path) } catch {
      throw JobError("\(error)")
    }
    guard file.version == shard.version else {
      file.close()
      throw JobError("the file was changed while the job ran")
    }
    backing =
      switch shard.piece {
      case .plain(let offset, let byteCount):
        .file(file.descriptor, offset: offset, length: byteCount)
      case .compressed(let piece): .piece(file.descriptor, piece)
      }
  }

  /// Throws when the file was changed while the session read it: the result is then worth nothing.
  /// Before `close`.
  func checkUnchanged() throws(JobError) {
    do throws(DatasetError) { try file.checkUnchanged() } catch { throw JobError("\(error)") }
  }

  /// Closes the file. Call it when the session is over, whatever came of it.
  func close() { file.close() }
}
