import Foundation
import SystemPackage
import Testing

@testable import MapReduce

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct Random: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

private final class Scratch {
  let url = FileManager.default.temporaryDirectory.appending(path: "zvm-shuffle-\(UUID())")
  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) throws -> FileDescriptor {
    try FileDescriptor.open(
      FilePath(url.appending(path: name).path), .readWrite, options: [.create, .truncate],
      permissions: .ownerReadWrite)
  }

  /// What `sort` makes of these bytes, by key, equal keys as they came.
  func sorted(_ bytes: [UInt8]) throws -> [UInt8] {
    let path = url.appending(path: "oracle").path
    try Data(bytes).write(to: URL(filePath: path))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["LC_ALL=C", "sort", "-s", "-t", "\t", "-k1,1", "-o", path + ".out", path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return Array(try Data(contentsOf: URL(filePath: path + ".out")))
  }
}

/// Lines with keys of few letters and many lengths, some without TAB, some empty; values differ, so
/// that a change of order within a key shows.
private func lines(_ count: Int, keyLimit: Int, seed: UInt64) -> [UInt8] {
  var random = Random(state: seed)
  let letters = Array("ab\u{1}z ".utf8) + [0xFF, 0x80, 0]
  var bytes: [UInt8] = []
  for index in 0..<count {
    for _ in 0..<Int.random(in: 0...keyLimit, using: &random) {
      bytes.append(letters[Int.random(in: 0..<letters.count, using: &random)])
    }
    if !Int.random(in: 0..<9, using: &random).isMultiple(of: 9) {
      bytes += Array("\t\(index)\tx".utf8)
    }
    bytes.append(0x0A)
  }
  return bytes
}

private func write(_ bytes: [UInt8], _ file: FileDescriptor) throws { try file.writeAll(bytes) }

@Test(
  "sorted pieces and their merge are what sort makes of the whole",
  arguments: [(0, 3), (1, 3), (5000, 2), (20_000, 12), (100_000, 3)])
func sortAndMerge(count: Int, keyLimit: Int) throws {
  let scratch = try Scratch()
  let raw = try scratch.file("raw")
  let data = try scratch.file("data")
  let merged = try scratch.file("merged")
  defer { for file in [raw, data, merged] { try? file.close() } }
  let bytes = lines(count, keyLimit: keyLimit, seed: UInt64(count))
  // Several shards' worth, each sorted by itself.
  var writer = RunWriter(data, number: 7, at: 0)
  var start = 0
  for part in 1...3 {
    var end = bytes.count * part / 3
    while end > 0, end < bytes.count, bytes[end - 1] != 0x0A { end += 1 }
    let shard = Array(bytes[min(start, end)..<end])
    try raw.resize(to: 0)
    _ = try raw.seek(offset: 0, from: .start)
    try write(shard, raw)
    try LineSorter().sort(raw, length: Int64(shard.count), partitions: 1, into: &writer)
    start = max(start, end)
  }
  _ = try writer.finish()
  var output = RunWriter(merged, number: 0, at: 0)
  try RunMerger(folder: scratch.url.path) { number throws(JobError) in
    #expect(number == 7)
    return data
  }.merge(writer.runs, into: &output)
  _ = try output.finish()
  let result = readBytes(merged, at: 0, count: bytes.count + 1) ?? []
  #expect(result == (try scratch.sorted(bytes)))
}

@Test("thousands of runs are merged in levels, equal keys in the order of their runs")
func manyRuns() throws {
  let scratch = try Scratch()
  let data = try scratch.file("data")
  let merged = try scratch.file("merged")
  defer { for file in [data, merged] { try? file.close() } }
  var writer = RunWriter(data, number: 0, at: 0)
  var all: [UInt8] = []
  for run in 0..<5000 {
    writer.begin(partition: 0)
    for key in ["hot", "k\(run % 7)", "z"] {
      let line = Array("\(key)\t\(run)\n".utf8)
      all += line
      try writer.append(line.span)
    }
  }
  _ = try writer.finish()
  var runs = writer.runs
  #expect(runs.count == 5000)
  for index in runs.indices { runs[index].longestLine = 16 }
  var output = RunWriter(merged, number: 0, at: 0)
  try RunMerger(folder: scratch.url.path) { _ throws(JobError) in data }.merge(runs, into: &output)
  _ = try output.finish()
  let result = readBytes(merged, at: 0, count: all.count + 1) ?? []
  #expect(result == (try scratch.sorted(all)))
}

@Test("every key has one partition, and partitions are sorted")
func partitions() throws {
  let scratch = try Scratch()
  let raw = try scratch.file("raw")
  let data = try scratch.file("data")
  defer { for file in [raw, data] { try? file.close() } }
  let bytes = lines(30_000, keyLimit: 4, seed: 5)
  try write(bytes, raw)
  var writer = RunWriter(data, number: 0, at: 0)
  try LineSorter().sort(raw, length: Int64(bytes.count), partitions: 8, into: &writer)
  _ = try writer.finish()
  #expect(writer.runs.map(\.partition) == Array(0..<8))
  var seen: [[UInt8]: Int32] = [:]
  var total: [UInt8] = []
  for run in writer.runs {
    let part = readBytes(data, at: run.offset, count: Int(run.length)) ?? []
    #expect(part == (try scratch.sorted(part)))
    var longest = 0
    for line in part.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
      let key = Array(line.prefix { $0 != 9 })
      longest = max(longest, line.count + 1)
      #expect(seen.updateValue(run.partition, forKey: key) ?? run.partition == run.partition)
    }
    #expect(Int(run.longestLine) == longest)
    total += part
  }
  #expect(try scratch.sorted(total) == scratch.sorted(bytes))
}

@Test("the partition of a key never changes")
func stablePartition() {
  // FNV-1a of "", "a" and "foobar" as its authors publish it.
  #expect("".utf8.reduce(Partitioner.start, Partitioner.step) == 0xcbf2_9ce4_8422_2325)
  #expect("a".utf8.reduce(Partitioner.start, Partitioner.step) == 0xaf63_dc4c_8601_ec8c)
  #expect("foobar".utf8.reduce(Partitioner.start, Partitioner.step) == 0x8594_4171_f739_67e8)
  // 10,000 keys spread over 10 partitions within a tenth.
  var counts = Array(repeating: 0, count: 10)
  for key in 0..<10_000 { counts[Partitioner.partition(of: "key\(key)".utf8, count: 10)] += 1 }
  #expect(counts.allSatisfy { (900...1100).contains($0) }, "\(counts)")
}
