import Datasets
import Foundation
import Sandbox
import SystemPackage
import Testing

@testable import MapReduce

@Suite("stream sources")
struct StreamSourcesTests {
  @Test("chunks are the decompressed file in order, and their memory is given back with the last")
  func memory() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zvm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let plain = folder.appending(path: "numbers")
    let text = (0..<3_000_000).map { "\($0)\n" }.joined()
    try Data(text.utf8).write(to: plain)
    let gzip = try Process.run(URL(filePath: "/usr/bin/gzip"), arguments: ["-1", plain.path])
    gzip.waitUntilExit()
    let list = try Splitter(shardByteCount: 1 << 20).shards(of: [plain.path + ".gz"])

    let sources = StreamSources(readers: 1)
    defer { sources.close() }
    var whole = Data()
    var memory: FileDescriptor?
    for shard in list {
      guard case .stream(let piece) = shard.piece else {
        Issue.record("\(shard): not a stream's")
        return
      }
      guard let chunk = try sources.chunk(of: shard, piece) else { continue }
      guard case .file(let descriptor, let offset, _) = chunk.backing else {
        Issue.record("\(chunk.backing): not a file")
        return
      }
      memory = descriptor
      let bytes = try #require(
        readBytes(descriptor, at: offset, count: Int(chunk.byteCount)))
      #expect(bytes.last == UInt8(ascii: "\n"))
      whole += bytes
      chunk.release()
    }
    #expect(whole == Data(text.utf8))

    // The decoder's end comes a little after its last chunk.
    let descriptor = try #require(memory)
    var blocks = -1
    for _ in 0..<2000 where blocks != 0 {
      var status = stat()
      #expect(unsafe fstat(descriptor.rawValue, &status) == 0)
      blocks = Int(status.st_blocks)
      if blocks != 0 { usleep(5000) }
    }
    #expect(blocks == 0)
  }
}
