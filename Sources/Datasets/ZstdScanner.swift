import Wire

/// Finds the frames of a zstd file: by its seek table (the seekable format of zstd's contrib
/// folder) where there is one, otherwise by walking from header to header (RFC 8878, 3.1.1).
struct ZstdScanner {
  let file: InputFile

  private static let frameMagic: UInt32 = 0xFD2F_B528
  private static let skippableMagic: UInt32 = 0x184D_2A50
  private static let seekTableMagic: UInt32 = 0x8F92_EAB1
  /// No honest file has more decompressed bytes; sums below it never overflow.
  private static let maximumByteCount: Int64 = 1 << 60

  /// The frames, or nil when the file does not look like whole frames: then it is for the decoder
  /// to say what is wrong with it.
  func units() throws(DatasetError) -> UnitList? {
    if let list = try tableUnits() { return list }
    return try walkedUnits()
  }

  // MARK: Seek table

  private func tableUnits() throws(DatasetError) -> UnitList? {
    let size = file.version.byteCount
    guard size > 17, let footer = try file.exactly(9, at: size - 9),
      footer.little32(5) == Self.seekTableMagic, footer[4] & 0x7C == 0
    else { return nil }
    let count = Int64(footer.little32(0))
    let width: Int64 = footer[4] & 0x80 != 0 ? 12 : 8
    let start = size - 9 - count * width - 8
    guard start >= 0, count > 0, let header = try file.exactly(8, at: start),
      header.little32(0) == Self.skippableMagic | 0xE,
      Int64(header.little32(4)) == count * width + 9,
      let table = try file.exactly(Int(count * width), at: start + 8)
    else { return nil }
    var list = UnitList(end: start)
    list.hasTable = true
    list.units.reserveCapacity(Int(count))
    var offset: Int64 = 0
    var total: Int64 = 0
    var indexFrame: (offset: Int64, byteCount: Int64)?
    for entry in stride(from: 0, to: Int(count * width), by: Int(width)) {
      let compressed = Int64(table.little32(entry))
      let decompressed = Int64(table.little32(entry + 4))
      guard compressed > 0 else { return nil }
      if decompressed > 0 {
        list.units.append(Unit(offset: offset, decompressedByteCount: decompressed))
      } else {
        indexFrame = (offset, compressed)
      }
      offset += compressed
      total += decompressed
    }
    // A table that does not cover the file, or not from its start, is not believed.
    guard offset == start, list.units.first?.offset == 0, total < Self.maximumByteCount else {
      return nil
    }
    if let indexFrame { list.recordIndex = try recordIndex(indexFrame, frames: list.units.count) }
    return list
  }

  private func recordIndex(_ frame: (offset: Int64, byteCount: Int64), frames: Int)
    throws(DatasetError) -> RecordIndex?
  {
    guard frame.byteCount > 8, frame.byteCount <= RecordIndex.maximumByteCount,
      let bytes = try file.exactly(Int(frame.byteCount), at: frame.offset),
      bytes.little32(0) & 0xFFFF_FFF0 == Self.skippableMagic,
      Int64(bytes.little32(4)) == frame.byteCount - 8
    else { return nil }
    guard let index = RecordIndex(Array(bytes[8...])), index.recordCounts.count == frames else {
      return nil
    }
    return index
  }

  // MARK: Walking

  private func walkedUnits() throws(DatasetError) -> UnitList? {
    let size = file.version.byteCount
    var list = UnitList(end: size)
    var offset: Int64 = 0
    var total: Int64 = 0
    while offset < size {
      guard let head = try file.upTo(18, at: offset), head.count >= 8 else { return nil }
      let magic = head.little32(0)
      if magic & 0xFFFF_FFF0 == Self.skippableMagic {
        let next = offset + 8 + Int64(head.little32(4))
        guard next <= size else { return nil }
        offset = next
        continue
      }
      guard magic == Self.frameMagic, let frame = FrameHeader(head),
        let end = try frameEnd(offset, frame)
      else { return nil }
      // What lies between frames (skippable ones) goes with the frame before it.
      list.units.append(
        Unit(
          offset: list.units.isEmpty ? 0 : offset, decompressedByteCount: frame.contentByteCount))
      list.hasChecksums = list.hasChecksums && frame.hasChecksum
      total += frame.contentByteCount ?? 0
      guard total < Self.maximumByteCount else { return nil }
      offset = end
    }
    return list.units.isEmpty ? nil : list
  }

  /// Walks over a frame's blocks.
  private func frameEnd(_ start: Int64, _ header: FrameHeader) throws(DatasetError) -> Int64? {
    var offset = start + header.byteCount
    while true {
      guard let bytes = try file.exactly(3, at: offset) else { return nil }
      let word = UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16
      let kind = word >> 1 & 3
      guard kind != 3 else { return nil }
      offset += 3 + (kind == 1 ? 1 : Int64(word >> 3))
      if word & 1 != 0 { break }
    }
    if header.hasChecksum { offset += 4 }
    return offset <= file.version.byteCount ? offset : nil
  }

  private struct FrameHeader {
    let byteCount: Int64
    let contentByteCount: Int64?
    let hasChecksum: Bool

    /// Nil for a header that is cut off or has a reserved bit.
    init?(_ bytes: [UInt8]) {
      let descriptor = bytes[4]
      guard descriptor & 0x08 == 0 else { return nil }
      hasChecksum = descriptor & 0x04 != 0
      let single = descriptor & 0x20 != 0
      let start = 5 + (single ? 0 : 1) + [0, 1, 2, 4][Int(descriptor & 3)]
      let width = [single ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
      guard bytes.count >= start + width else { return nil }
      byteCount = Int64(start + width)
      var value: UInt64 = 0
      for index in 0..<width { value |= UInt64(bytes[start + index]) << UInt64(8 * index) }
      if width == 2 { value += 256 }
      guard value < UInt64(ZstdScanner.maximumByteCount) else { return nil }
      contentByteCount = width == 0 ? nil : Int64(value)
    }
  }
}
