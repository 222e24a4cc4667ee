/// Finds the frames of an lz4 file by walking over their blocks (LZ4 Frame Format 1.6.2).
struct LZ4Scanner {
  let file: InputFile

  func units() throws(DatasetError) -> UnitList? {
    let size = file.version.byteCount
    var list = UnitList(end: size)
    var offset: Int64 = 0
    var total: Int64 = 0
    while offset < size {
      guard let head = try file.upTo(19, at: offset), head.count >= 8 else { return nil }
      let magic = head.little32(0)
      if magic & 0xFFFF_FFF0 == 0x184D_2A50 {
        offset += 8 + Int64(head.little32(4))
        guard offset <= size else { return nil }
        continue
      }
      let flags = head[4]
      guard magic == 0x184D_2204, flags & 0xC0 == 0x40 else { return nil }
      var position = 6
      var decompressed: Int64?
      if flags & 0x08 != 0 {
        guard head.count >= 14 else { return nil }
        let value = UInt64(head.little32(6)) | UInt64(head.little32(10)) << 32
        guard value < 1 << 50 else { return nil }
        decompressed = Int64(value)
        position += 8
      }
      if flags & 0x01 != 0 { position += 4 }
      // What lies between frames goes with the frame before it.
      list.units.append(
        Unit(offset: list.units.isEmpty ? 0 : offset, decompressedByteCount: decompressed))
      list.hasChecksums = list.hasChecksums && flags & 0x14 != 0
      total += decompressed ?? 0
      guard total < 1 << 60, let end = try blocksEnd(offset + Int64(position) + 1, flags) else {
        return nil
      }
      offset = end
    }
    return list.units.isEmpty ? nil : list
  }

  private func blocksEnd(_ start: Int64, _ flags: UInt8) throws(DatasetError) -> Int64? {
    var offset = start
    while true {
      guard let bytes = try file.exactly(4, at: offset) else { return nil }
      let word = bytes.little32(0)
      offset += 4
      if word == 0 { break }
      offset += Int64(word & 0x7FFF_FFFF) + (flags & 0x10 != 0 ? 4 : 0)
    }
    if flags & 0x04 != 0 { offset += 4 }
    return offset <= file.version.byteCount ? offset : nil
  }
}
