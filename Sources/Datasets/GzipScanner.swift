/// Finds the members of a gzip file that say how long they are: the blocks of bgzip (SAM
/// specification, 4.1). Other gzip files say nothing of the kind.
struct GzipScanner {
  let file: InputFile

  func units() throws(DatasetError) -> UnitList? {
    let size = file.version.byteCount
    var list = UnitList(end: size)
    var offset: Int64 = 0
    var total: Int64 = 0
    while offset < size {
      guard let head = try file.upTo(64, at: offset), let length = Self.memberByteCount(head),
        let tail = try file.exactly(4, at: offset + length - 4)
      else { return nil }
      let decompressed = Int64(tail.little32(0))
      list.units.append(Unit(offset: offset, decompressedByteCount: decompressed))
      total += decompressed
      guard total < 1 << 60 else { return nil }
      offset += length
    }
    return offset == size ? list : nil
  }

  private static func memberByteCount(_ head: [UInt8]) -> Int64? {
    guard head.count >= 18, head[..<4] == [0x1F, 0x8B, 8, 4] else { return nil }
    let end = 12 + Int(head[10]) + Int(head[11]) << 8
    guard end <= head.count else { return nil }
    var position = 12
    while position + 4 <= end {
      let length = Int(head[position + 2]) + Int(head[position + 3]) << 8
      if head[position] == UInt8(ascii: "B"), head[position + 1] == UInt8(ascii: "C"), length == 2,
        position + 6 <= end
      {
        let count = Int64(head[position + 4]) + Int64(head[position + 5]) << 8 + 1
        return count >= Int64(end) + 8 ? count : nil
      }
      position += 4 + length
    }
    return nil
  }
}
