import Compression
import Datasets
import Foundation
import Testing
import Wire

/// What a job would read of a file, all shards in order, as text; or the first error.
private func wholeContent(_ path: String, shardByteCount: Int64) throws -> [UInt8] {
  var random = Random(state: 1)
  var result: [UInt8] = []
  for shard in try Splitter(shardByteCount: shardByteCount).shards(of: [path]) {
    result += try content(of: shard, &random)
  }
  return result
}

private let text: [UInt8] = {
  var random = Random(state: 77)
  var result: [UInt8] = []
  while result.count < 120_000 {
    result += Array("GET /page/\(UInt16.random(in: 0...999, using: &random)) 200\n".utf8)
  }
  return result
}()

@Test(
  "flip any bit of a split file: an error that says where, or the right bytes",
  arguments: SplitFile.all)
func flippedBits(file: SplitFile) throws {
  let folder = try Folder()
  let bytes = try file.make(text, folder)
  var random = Random(state: 4)
  var refused = 0
  let isLong = ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] != nil
  let rounds = isLong ? 200 : 16
  for round in 0..<rounds {
    var damaged = bytes
    // Half of the flips hit headers and tables, which are at the ends of parts and of the file.
    let index =
      round % 4 == 0
      ? Int.random(in: max(0, bytes.count - 60)..<bytes.count, using: &random)
      : round % 4 == 1
        ? Int.random(in: 0..<60, using: &random) : Int.random(in: bytes.indices, using: &random)
    damaged[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
    // The tool's name for its format is what tells it: without that the file is plain text.
    if detectCodec(damaged.span) == .none { continue }
    let path = try folder.write("damaged", damaged)
    do {
      let result = try wholeContent(path, shardByteCount: 20_000)
      #expect(result == text, "flip in byte \(index): wrong bytes")
    } catch let error as DecodeError {
      refused += 1
      #expect(error.offset >= 0 && error.offset <= Int64(bytes.count) + 12, "\(error)")
    }
  }
  #expect(refused > rounds / 4)
}

@Test("a split file that is cut anywhere is an error", arguments: SplitFile.all)
func truncatedFiles(file: SplitFile) throws {
  let folder = try Folder()
  let bytes = try file.make(text, folder)
  var random = Random(state: 8)
  let whole = Set([text.count])
  for _ in 0..<8 {
    let count = Int.random(in: 20..<bytes.count, using: &random)
    let path = try folder.write("cut", Array(bytes[..<count]))
    do {
      let result = try wholeContent(path, shardByteCount: 20_000)
      // A cut between two frames leaves a whole file.
      #expect(text.starts(with: result) && !whole.contains(result.count))
      #expect(file.name != "xz blocks" && file.name != "bzip2 blocks")
    } catch is DecodeError {}
  }
}

@Test("bytes behind the end of a compressed file are an error", arguments: SplitFile.all)
func trailingGarbage(file: SplitFile) throws {
  let folder = try Folder()
  let bytes = try file.make(text, folder)
  let path = try folder.write("garbage", bytes + Array("garbage".utf8))
  #expect(throws: DecodeError.self) { try wholeContent(path, shardByteCount: 20_000) }
}
