import Compression

/// Finds the blocks of a bzip2 file by the 48 bits that each starts with, at any bit. The whole file
/// is read once, at some hundred megabytes a second; a decoder makes a tenth of that.
struct Bzip2Scanner {
  let file: InputFile

  private struct Mark {
    var bit: Int64
    var isBlock: Bool
  }

  /// Nil unless streams follow each other without a gap, blocks fill them, and each stream's checksum
  /// is that of its blocks' checksums: else it is for the decoder to say what is wrong.
  func units() throws(DatasetError) -> UnitList? {
    let marks = try marks()
    let size = file.version.byteCount
    guard let first = marks.first, first.bit == 32, try isHeader(at: 0),
      let last = marks.last, !last.isBlock
    else { return nil }
    var list = UnitList(end: last.bit / 8)
    list.endBit = UInt8(last.bit % 8)
    list.isBlocks = true
    // 900,000 bytes a block, unless a smaller size was asked for.
    list.unitGuess = 900_000
    var checksum: UInt32 = 0
    for (index, mark) in marks.enumerated() {
      guard let value = try bits32(at: mark.bit + 48) else { return nil }
      if mark.isBlock {
        list.units.append(Unit(offset: mark.bit / 8, bit: UInt8(mark.bit % 8)))
        checksum = (checksum << 1 | checksum >> 31) ^ value
        continue
      }
      guard value == checksum else { return nil }
      checksum = 0
      let next = (mark.bit + 80 + 7) / 8
      if index == marks.count - 1 {
        guard next == size else { return nil }
      } else {
        guard try isHeader(at: next), marks[index + 1].bit == next * 8 + 32 else { return nil }
      }
    }
    return list
  }

  private func isHeader(at offset: Int64) throws(DatasetError) -> Bool {
    guard let bytes = try file.exactly(4, at: offset) else { return false }
    return bytes[..<3] == [0x42, 0x5A, 0x68] && (0x31...0x39).contains(bytes[3])
  }

  private func bits32(at bit: Int64) throws(DatasetError) -> UInt32? {
    guard let bytes = try file.upTo(5, at: bit / 8), bytes.count * 8 >= 32 + Int(bit % 8) else {
      return nil
    }
    var word: UInt64 = 0
    for index in 0..<5 { word = word << 8 | UInt64(index < bytes.count ? bytes[index] : 0) }
    return UInt32(truncatingIfNeeded: word >> UInt64(8 - bit % 8))
  }

  private func marks() throws(DatasetError) -> [Mark] {
    let mask: UInt64 = 0xFFFF_FFFF_FFFF
    let block = Bzip2Blocks.blockMagic
    let end = Bzip2Blocks.endMagic
    var result: [Mark] = []
    var word: UInt64 = 0
    var offset: Int64 = 0
    while let bytes = try file.upTo(1 << 20, at: offset) {
      let span = bytes.span
      for index in span.indices {
        word = word << 8 | UInt64(span[index])
        for shift in 0..<8 as Range<UInt64> {
          let candidate = word >> (7 - shift) & mask
          if candidate == block || candidate == end {
            let bit = (offset + Int64(index) + 1) * 8 - 48 - Int64(7 - shift)
            if bit >= 0 { result.append(Mark(bit: bit, isBlock: candidate == block)) }
          }
        }
      }
      offset += Int64(bytes.count)
    }
    return result
  }
}
