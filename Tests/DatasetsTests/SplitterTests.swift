import Datasets
import Foundation
import Testing

/// A folder that is removed with its owner.
final class Folder {
  let url = FileManager.default.temporaryDirectory.appending(path: "zvm-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }
}

@Test(
  "shards are whole lines, each line is in exactly one, whatever the size",
  arguments: [1, 2, 3, 7, 10, 11, 64, 1000, 1 << 20])
func wholeLines(size: Int64) throws {
  let folder = try Folder()
  var state: UInt64 = 7
  var text = ""
  for _ in 0..<300 {
    state = state &* 6_364_136_223_846_793_005 &+ 1
    text += String(repeating: "x", count: Int(state >> 33) % 40) + "\n"
  }
  for ending in ["", "no newline at the end"] {
    let content = text + ending
    let path = try folder.write("log", content)
    let shards = try Splitter(shardByteCount: size).shards(of: [path])
    var joined = ""
    for (index, shard) in shards.enumerated() {
      #expect(shard.index == index)
      let bytes = Data(content.utf8)[shard.offset..<(shard.offset + shard.byteCount)]
      let piece = String(decoding: bytes, as: UTF8.self)
      #expect(!piece.isEmpty)
      #expect(piece.hasSuffix("\n") || index == shards.count - 1)
      joined += piece
    }
    #expect(joined == content)
  }
}

@Test("an empty file is one shard without bytes")
func emptyFile() throws {
  let folder = try Folder()
  let shards = try Splitter(shardByteCount: 10).shards(of: [folder.write("empty", "")])
  #expect(shards.count == 1 && shards[0].byteCount == 0)
}

@Test("patterns find what the shell finds, in byte order")
func patterns() throws {
  let folder = try Folder()
  for name in ["b/2.log", "a/1.log", "a/deep/er/3.log", "a/x.txt", "c.log", ".hidden/4.log"] {
    _ = try folder.write(name, "x")
  }
  let root = folder.url.path
  func found(_ pattern: String) throws -> [String] {
    try InputPattern("\(root)/\(pattern)").files().map { String($0.dropFirst(root.count + 1)) }
  }
  #expect(try found("*/*.log") == ["a/1.log", "b/2.log"])
  #expect(try found("**/*.log") == ["a/1.log", "a/deep/er/3.log", "b/2.log", "c.log"])
  #expect(try found("a") == ["a/1.log", "a/deep/er/3.log", "a/x.txt"])
  #expect(try found("[ab]/?.log") == ["a/1.log", "b/2.log"])
  #expect(throws: DatasetError.self) { try found("*.none") }
  #expect(throws: DatasetError.self) { try found("missing.log") }
}

@Test("the generator gives the same log for the same seed, and whole lines")
func generator() {
  var first = AccessLogGenerator(seed: 5)
  var second = AccessLogGenerator(seed: 5)
  var other = AccessLogGenerator(seed: 6)
  let lines = first.lines(atLeast: 100_000)
  #expect(lines == second.lines(atLeast: 100_000))
  #expect(lines != other.lines(atLeast: 100_000))
  #expect(lines.count >= 100_000 && lines.last == UInt8(ascii: "\n"))
}

@Test("a large file's last shards are smaller, and together they are the file")
func lastShards() throws {
  let folder = try Folder()
  let path = try folder.write("large", "")
  let mebibyte: Int64 = 1 << 20
  func sizes(of total: Int64, wanted: Int64? = nil) throws -> [Int64] {
    // It has no bytes on the disk.
    #expect(truncate(path, Int(total)) == 0)
    var end: Int64 = 0
    var sizes: [Int64] = []
    for shard in try Splitter(shardByteCount: wanted, format: .fixed(byteCount: mebibyte)).shards(
      of: [path])
    {
      #expect(shard.offset == end)
      end += shard.byteCount
      sizes.append(shard.byteCount / mebibyte)
    }
    #expect(end == total)
    return sizes
  }
  #expect(try sizes(of: 512 * mebibyte) == Array(repeating: 8, count: 64))
  #expect(
    try sizes(of: 1024 * mebibyte)
      == Array(repeating: 16, count: 60) + Array(repeating: 8, count: 8))
  #expect(
    try sizes(of: 8192 * mebibyte)
      == Array(repeating: 64, count: 124) + Array(repeating: 16, count: 16))
  // Who says a size gets it throughout.
  #expect(
    try sizes(of: 1024 * mebibyte, wanted: 32 * mebibyte) == Array(repeating: 32, count: 32))
}
