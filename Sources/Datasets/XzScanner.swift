/// Finds the blocks of an xz file by its index (The .xz File Format 1.0.4, 4), or its streams where
/// it has several.
struct XzScanner {
  let file: InputFile

  private static let maximumByteCount: Int64 = 1 << 60

  func units() throws(DatasetError) -> UnitList? {
    var end = file.version.byteCount
    var streams: [Stream] = []
    while end > 0 {
      // Streams may be padded with zeros, four at a time.
      guard end % 4 == 0, let last = try file.exactly(4, at: end - 4) else { return nil }
      if last == [0, 0, 0, 0] {
        end -= 4
        continue
      }
      guard let stream = try stream(endingAt: end) else { return nil }
      streams.append(stream)
      end = stream.start
    }
    streams.reverse()
    guard let first = streams.first else { return nil }
    if streams.count > 1 {
      var list = UnitList(end: file.version.byteCount)
      for (index, stream) in streams.enumerated() {
        list.units.append(
          Unit(
            offset: index == 0 ? 0 : stream.start,
            decompressedByteCount: stream.blocks.reduce(0) { $0 + $1.decompressedByteCount }))
      }
      list.hasChecksums = streams.allSatisfy(\.hasChecksums)
      return list
    }
    var list = UnitList(end: first.indexOffset)
    list.isBlocks = true
    list.hasChecksums = first.hasChecksums
    for block in first.blocks {
      list.units.append(
        Unit(offset: block.offset, decompressedByteCount: block.decompressedByteCount))
    }
    return list
  }

  private struct Stream {
    var start: Int64
    var indexOffset: Int64
    var hasChecksums: Bool
    var blocks: [(offset: Int64, decompressedByteCount: Int64)]
  }

  private func stream(endingAt end: Int64) throws(DatasetError) -> Stream? {
    guard end >= 32, let footer = try file.exactly(12, at: end - 12),
      footer[10] == UInt8(ascii: "Y"), footer[11] == UInt8(ascii: "Z"),
      footer.little32(0) == CRC32.of(footer[4..<10])
    else { return nil }
    let indexByteCount = (Int64(footer.little32(4)) + 1) * 4
    let indexOffset = end - 12 - indexByteCount
    guard indexOffset >= 12, indexByteCount <= 256 << 20,
      let index = try file.exactly(Int(indexByteCount), at: indexOffset), index[0] == 0,
      index.little32(index.count - 4) == CRC32.of(index[..<(index.count - 4)])
    else { return nil }
    var position = 1
    guard let count = Self.number(index, &position), count <= Int64(index.count) else { return nil }
    var sizes: [(Int64, Int64)] = []
    var total: Int64 = 0
    var decompressed: Int64 = 0
    for _ in 0..<count {
      guard let unpadded = Self.number(index, &position), unpadded >= 5,
        let size = Self.number(index, &position), unpadded < Self.maximumByteCount,
        size < Self.maximumByteCount
      else { return nil }
      let padded = (unpadded + 3) & ~3
      total += padded
      decompressed += size
      guard total <= indexOffset, decompressed < Self.maximumByteCount else { return nil }
      sizes.append((padded, size))
    }
    let start = indexOffset - total - 12
    guard start >= 0, let header = try file.exactly(12, at: start),
      header[..<6] == [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],
      header.little32(8) == CRC32.of(header[6..<8]), header[6..<8] == footer[8..<10]
    else { return nil }
    var blocks: [(offset: Int64, decompressedByteCount: Int64)] = []
    var offset = start + 12
    for (padded, size) in sizes {
      blocks.append((offset, size))
      offset += padded
    }
    return Stream(
      start: start, indexOffset: indexOffset, hasChecksums: header[7] & 15 != 0, blocks: blocks)
  }

  /// A number of up to nine bytes, seven bits each, the lowest first.
  private static func number(_ bytes: [UInt8], _ position: inout Int) -> Int64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard position < bytes.count else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return Int64(value) }
    }
    return nil
  }
}

/// The checksum of xz and gzip headers (polynomial 0xEDB88320), for a few bytes at a time.
enum CRC32 {
  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value: UInt32 = ~0
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 != 0 ? 0xEDB8_8320 : 0) }
    }
    return ~value
  }
}
