import Compression
import Datasets
import Foundation
import Testing
import Wire

/// Fixed random numbers.
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 32) | (state &* 0x9E37_79B9_7F4A_7C15) << 32
  }
}

/// A zstd frame by hand: one raw block of at most 255 bytes (RFC 8878). `told`: the header has the
/// size.
func handmadeFrame(_ bytes: ArraySlice<UInt8>, told: Bool) -> [UInt8] {
  let block = UInt32(bytes.count) << 3 | 1
  let header: [UInt8] = told ? [0x20, UInt8(bytes.count)] : [0x00, 0x00]
  return [0x28, 0xB5, 0x2F, 0xFD] + header
    + [UInt8(block & 255), UInt8(block >> 8 & 255), UInt8(block >> 16)] + bytes
}

/// What a map program would read of a shard, in buffers of random sizes.
func content(of shard: Shard, _ random: inout Random) throws -> [UInt8] {
  let file = try [UInt8](Data(contentsOf: URL(filePath: shard.path)))
  switch shard.piece {
  case .plain(let offset, let count): return Array(file[Int(offset)..<Int(offset + count)])
  // The chunks of a stream are tested with the process that makes them; together they are the input.
  case .stream(let piece):
    guard piece.index == 0 else { return [] }
    if piece.codec == .none { return file }
    var whole = shard
    whole.piece = .compressed(CompressedPiece(piece.codec, offset: 0, length: Int64(file.count)))
    return try content(of: whole, &random)
  case .compressed(let piece):
    var step = Random(state: random.next())
    var reader = try PieceReader(piece) { buffer, offset in
      let wanted = min(buffer.count, Int.random(in: 1...40, using: &step))
      let bytes = file[min(Int(offset), file.count)...].prefix(wanted)
      buffer.copyBytes(from: bytes)
      return bytes.count
    }
    var result: [UInt8] = []
    while true {
      let size = Int.random(in: 1...50, using: &random)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
      defer { buffer.deallocate() }
      let count = try reader.read(into: buffer)
      result += buffer[..<count]
      if count < size { return result }
    }
  }
}

/// Ends of all records, by the definition of the format.
private func recordEnds(_ bytes: [UInt8], _ format: RecordFormat) -> Set<Int> {
  var ends: Set<Int> = [0, bytes.count]
  switch format {
  case .fixed(let size): ends.formUnion(stride(from: 0, through: bytes.count, by: Int(size)))
  default:
    let delimiter: UInt8 = format == .nulSeparated ? 0 : 10
    for (index, byte) in bytes.enumerated() where byte == delimiter { ends.insert(index + 1) }
  }
  return ends
}

@Test(
  "a record that crosses frames is in exactly one shard, whatever the frames",
  arguments: [
    RecordFormat.lines, .nulSeparated, .jsonLines, .fixed(byteCount: 1), .fixed(byteCount: 7),
    .fixed(byteCount: 64),
  ])
func recordsAcrossFrames(format: RecordFormat) throws {
  let folder = try Folder()
  var random = Random(state: 11)
  for round in 0..<60 {
    let delimiterShare = Int.random(in: 1...60, using: &random)
    let bytes = (0..<Int.random(in: 0...400, using: &random)).map { _ -> UInt8 in
      let special: UInt8 = Bool.random(using: &random) ? 0 : 10
      return Int.random(in: 0..<delimiterShare, using: &random) == 0
        ? special : UInt8.random(in: 65...90, using: &random)
    }
    var file: [UInt8] = []
    var rest = bytes[...]
    let largest = Int.random(in: 1...60, using: &random)
    // Fixed records can be found only where every frame tells its size.
    let told = round % 2 == 0
    while !rest.isEmpty {
      let count = min(rest.count, Int.random(in: 0...largest, using: &random))
      file += handmadeFrame(rest.prefix(count), told: told)
      // A skippable frame now and then.
      if count % 5 == 0 { file += [0x53, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2] }
      rest = rest.dropFirst(count)
    }
    if file.isEmpty { file = handmadeFrame([], told: true) }
    let path = try folder.write("log.zst", file)
    let size = Int64.random(in: 1...100, using: &random)
    let shards = try Splitter(shardByteCount: size, format: format).shards(of: [path])
    let ends = recordEnds(bytes, format)
    var position = 0
    for shard in shards {
      let piece = try content(of: shard, &random)
      #expect(Array(bytes[position...].prefix(piece.count)) == piece)
      position += piece.count
      #expect(ends.contains(position), "shard \(shard.index) ends inside a record")
    }
    #expect(position == bytes.count)
    if told, bytes.count > 200, size < 20, largest < 20 { #expect(shards.count > 3) }
  }
}

@Test(
  "plain files are split at records of every format",
  arguments: [
    RecordFormat.lines, .nulSeparated, .fixed(byteCount: 5), .csv, .wholeFile,
    .lengthPrefixed(width: 2, bigEndian: true),
  ])
func plainFormats(format: RecordFormat) throws {
  let folder = try Folder()
  var random = Random(state: 3)
  for _ in 0..<40 {
    let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
      [0, 10, 65, 66, 67].randomElement(using: &random)! as UInt8
    }
    let path = try folder.write("log", bytes)
    let size = Int64.random(in: 1...50, using: &random)
    let shards = try Splitter(shardByteCount: size, format: format).shards(of: [path])
    let ends = recordEnds(bytes, format)
    var joined: [UInt8] = []
    for shard in shards {
      joined += try content(of: shard, &random)
      #expect(ends.contains(joined.count))
    }
    #expect(joined == bytes)
  }
}
