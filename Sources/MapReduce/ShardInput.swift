import Datasets
import Sandbox
import SystemPackage
import Wire

/// A shard that is open: what its program reads as standard input, and what must be closed after.
struct ShardInput: Sendable {
  private let file: InputFile?
  private let chunk: StreamChunk?
  let backing: Channel.Backing

  /// Opens the shard's file, or waits for its chunk; throws when it cannot be read, or is not what was
  /// split any more.
  init(_ shard: Shard, _ streams: StreamSources) throws(JobError) {
    if case .stream(let piece) = shard.piece {
      file = nil
      chunk = try streams.chunk(of: shard, piece)
      backing = chunk?.backing ?? .bytes([])
      return
    }
    chunk = nil
    let file: InputFile
    do throws(DatasetError) { file = try InputFile(shard.path) } catch {
      throw JobError("\(error)")
    }
    guard file.version == shard.version else {
      file.close()
      throw JobError("the file was changed while the job ran")
    }
    self.file = file
    backing =
      switch shard.piece {
      case .plain(let offset, let byteCount):
        .file(file.descriptor, offset: offset, length: byteCount)
      case .compressed(let piece): .piece(file.descriptor, piece)
      case .stream: .null
      }
  }

  /// Throws when the file was changed while the session read it: the result is then worth nothing.
  /// Before `close`.
  func checkUnchanged() throws(JobError) {
    do throws(DatasetError) { try file?.checkUnchanged() } catch { throw JobError("\(error)") }
  }

  /// Closes the file. Call it when the session is over, whatever came of it.
  func close() {
    file?.close()
    chunk?.release()
  }

  /// All bytes of a plain window.
  func bytes() throws(JobError) -> [UInt8] { try backing.windowBytes() }
}

extension StreamChunk {
  func bytes() throws(JobError) -> [UInt8] { try backing.windowBytes() }
}

extension Channel.Backing {
  /// What a window of a file holds, for the engine's own use.
  fileprivate func windowBytes() throws(JobError) -> [UInt8] {
    guard case .file(let descriptor, let offset, let length?) = self else { return [] }
    var result: [UInt8] = []
    result.reserveCapacity(Int(length))
    do {
      while result.count < Int(length) {
        let wanted = Int(length) - result.count
        let piece = try unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
          count = try unsafe descriptor.read(
            fromAbsoluteOffset: offset + Int64(result.count),
            into: UnsafeMutableRawBufferPointer(buffer))
        }
        if piece.isEmpty { throw JobError("the input became shorter while it was read") }
        if result.isEmpty { result = piece } else { result += piece }
      }
    } catch let error as JobError { throw error } catch { throw JobError("\(error)") }
    return result
  }
}
