import Foundation
import Testing
import Wire

@testable import Datasets

/// Runs a tool of the format on `bytes`: the independent side of these tests.
private func tool(_ command: [String], _ bytes: [UInt8], _ folder: Folder) throws -> [UInt8] {
  let path = try folder.write("input-\(UUID().uuidString)", bytes)
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = command + [path]
  process.standardOutput = pipe
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0)
  return [UInt8](data)
}

/// A member as bgzip writes it: gzip's, with its length in an extra field.
private func bgzipMember(_ bytes: ArraySlice<UInt8>, _ folder: Folder) throws -> [UInt8] {
  var member = try tool(["gzip", "-nc"], Array(bytes), folder)
  let size = member.count + 8 - 1
  member.replaceSubrange(
    3..<10,
    with: [4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 0x42, 0x43, 2, 0, UInt8(size & 255), UInt8(size >> 8)])
  return member
}

struct SplitFile: Sendable, CustomTestStringConvertible {
  let name: String
  let atLeastUnits: Int
  let make: @Sendable ([UInt8], Folder) throws -> [UInt8]

  var testDescription: String { name }

  /// Compresses pieces of random length one by one.
  static func joined(_ command: [String]) -> @Sendable ([UInt8], Folder) throws -> [UInt8] {
    { bytes, folder in
      try cut(bytes).flatMap { try tool(command, Array($0), folder) }
    }
  }

  static func cut(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var random = Random(state: 9)
    var rest = bytes[...]
    var result: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      let count = Int.random(in: 1...(bytes.count / 6), using: &random)
      result.append(rest.prefix(min(count, 60_000)))
      rest = rest.dropFirst(min(count, 60_000))
    }
    return result
  }

  static let all: [SplitFile] = [
    SplitFile(name: "zstd frames", atLeastUnits: 5, make: joined(["zstd", "-qc"])),
    SplitFile(name: "lz4 frames", atLeastUnits: 5, make: joined(["zstd", "-qc", "--format=lz4"])),
    SplitFile(name: "xz streams", atLeastUnits: 5, make: joined(["xz", "-c0"])),
    SplitFile(name: "bzip2 streams", atLeastUnits: 5, make: joined(["bzip2", "-c1"])),
    SplitFile(name: "xz blocks", atLeastUnits: 5) { bytes, folder in
      try tool(["xz", "-c0", "--block-size=20000"], bytes, folder)
    },
    SplitFile(name: "bzip2 blocks", atLeastUnits: 2) { bytes, folder in
      try tool(["bzip2", "-c1"], bytes, folder)
    },
    SplitFile(name: "bgzip members", atLeastUnits: 5) { bytes, folder in
      try cut(bytes).flatMap { try bgzipMember($0, folder) }
    },
  ]
}

/// Text of about 250,000 bytes with long and short lines.
private let text: [UInt8] = {
  var random = Random(state: 5)
  var result: [UInt8] = []
  while result.count < 250_000 {
    let count = Int.random(in: 0...20, using: &random) == 0 ? 30_000 : 90
    for _ in 0..<Int.random(in: 0...count, using: &random) {
      result.append(UInt8.random(in: 97...122, using: &random))
    }
    result.append(10)
  }
  return result
}()

@Test("a file is split where its format allows, lines whole", arguments: SplitFile.all)
func splitInside(file: SplitFile) throws {
  let folder = try Folder()
  var random = Random(state: 21)
  let path = try folder.write("file", try file.make(text, folder))
  let codec = try {
    let input = try InputFile(path)
    defer { input.close() }
    return try input.codec()
  }()
  let units = try #require(
    try {
      let input = try InputFile(path)
      defer { input.close() }
      return try Splitter(shardByteCount: 1).units(of: input, codec)
    }())
  #expect(units.units.count >= file.atLeastUnits)
  for size in [1, 30_000, 100_000, 10_000_000] as [Int64] {
    let shards = try Splitter(shardByteCount: size).shards(of: [path])
    if size == 1 { #expect(shards.count == units.units.count) }
    var joined: [UInt8] = []
    for shard in shards {
      let piece = try content(of: shard, &random)
      #expect(piece.isEmpty || piece.last == 10)
      joined += piece
    }
    #expect(joined == text)
  }
}
