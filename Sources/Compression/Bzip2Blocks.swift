// Unsafe: bytes are read into and copied out of arrays between checked indices.

/// Makes whole bzip2 streams out of blocks that start and end at any bit, for a decoder that wants
/// streams: each block gets a header before it and an end with its own CRC behind it.
///
/// Blocks are found by the 48 bits that start each one. When those occur by chance inside a block
/// (1 in 2^48 at each bit), its CRC is wrong, and that is an error, not a wrong result.
@safe public final class Bzip2Blocks {
  private let read: PositionedReadFunction
  /// First bit behind the window.
  private let endBit: Int64
  /// Bytes of the file from `base` on.
  private var bytes: [UInt8] = []
  private var base: Int64
  /// Where to look for the next block.
  private var next: Int64
  private var output: [UInt8] = []
  private var outputPosition = 0
  /// Offset in the file of the block that was begun last.
  private(set) var blockOffset: Int64

  public static let blockMagic: UInt64 = 0x3141_5926_5359
  public static let endMagic: UInt64 = 0x1772_4538_5090
  /// No block is longer: 900,000 bytes grow by a few percent at most.
  private static let maximumBlockByteCount: Int64 = 2 << 20

  init(startBit: Int64, endBit: Int64, read: @escaping PositionedReadFunction) {
    unsafe self.read = unsafe read
    self.endBit = endBit
    next = startBit
    base = startBit / 8
    blockOffset = base
  }

  /// Fills the buffer from the made-up streams; 0 at the end, or −errno.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    if outputPosition == output.count {
      outputPosition = 0
      let failure = makeStream()
      if failure < 0 { return failure }
    }
    let count = min(buffer.count, output.count - outputPosition)
    unsafe buffer.copyBytes(from: output[outputPosition..<(outputPosition + count)])
    outputPosition += count
    return count
  }

  /// Makes `output` from the next block; leaves it empty when there is none.
  private func makeStream() -> Int {
    output.removeAll(keepingCapacity: true)
    var found: Int64?
    let failure = find(from: next, limit: endBit, Self.blockMagic, Self.blockMagic, &found)
    if failure < 0 { return failure }
    guard let start = found else {
      next = endBit
      return 0
    }
    blockOffset = start / 8
    let limit = min(endBit, start + 8 * Self.maximumBlockByteCount)
    found = nil
    let second = find(from: start + 80, limit: limit, Self.blockMagic, Self.endMagic, &found)
    if second < 0 { return second }
    let end = found ?? limit
    next = end
    // The block's own CRC is also that of a stream with this block alone.
    var checksum: UInt64 = 0
    for index in 0..<4 {
      checksum = checksum << 8 | UInt64(byte(at: start + 48 + Int64(8 * index)))
    }
    output += Array("BZh9".utf8)
    let whole = (end - start) / 8
    for index in 0..<whole { output.append(byte(at: start + 8 * index)) }
    var writer = BitWriter()
    let rest = (end - start) % 8
    if rest > 0 { writer.put(UInt64(byte(at: end - rest) >> UInt8(8 - rest)), Int(rest)) }
    writer.put(Self.endMagic, 48)
    writer.put(checksum, 32)
    output += writer.finish()
    let dropped = end / 8 - base
    bytes.removeFirst(min(bytes.count, Int(dropped)))
    base += dropped
    return 0
  }

  /// Eight bits at any bit; zeros behind what is loaded.
  private func byte(at bit: Int64) -> UInt8 {
    let index = Int(bit / 8 - base)
    let shift = UInt8(bit % 8)
    let high = index < bytes.count ? bytes[index] : 0
    if shift == 0 { return high }
    let low = index + 1 < bytes.count ? bytes[index + 1] : 0
    return high << shift | low >> (8 - shift)
  }

  /// The first of two marks that starts at or after a bit and ends at or before `limit`.
  private func find(
    from start: Int64, limit: Int64, _ first: UInt64, _ second: UInt64, _ found: inout Int64?
  ) -> Int {
    let mask: UInt64 = 0xFFFF_FFFF_FFFF
    var index = start / 8
    var word: UInt64 = 0
    while true {
      let loaded = load(index)
      if loaded <= 0 { return loaded }
      word = word << 8 | UInt64(bytes[Int(index - base)])
      index += 1
      for shift in stride(from: UInt64(7), through: 0, by: -1) {
        let candidate = word >> shift & mask
        guard candidate == first || candidate == second else { continue }
        let bit = index * 8 - 48 - Int64(shift)
        guard bit >= start else { continue }
        if bit + 48 > limit { return 0 }
        found = bit
        return 0
      }
      if index * 8 > limit + 56 { return 0 }
    }
  }

  /// Makes sure that the byte at `offset` is loaded: 1, or 0 at the end, or −errno.
  private func load(_ offset: Int64) -> Int {
    while Int(offset - base) >= bytes.count {
      let from = base + Int64(bytes.count)
      let wanted = Int(min(64 << 10, (endBit + 7) / 8 - from))
      if wanted <= 0 { return 0 }
      var piece = [UInt8](repeating: 0, count: wanted)
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read($0, from) }
      if count <= 0 { return count }
      bytes += piece[..<count]
    }
    return 1
  }
}

/// Bits in order, the highest first.
private struct BitWriter {
  private var bytes: [UInt8] = []
  private var word: UInt64 = 0
  private var count = 0

  mutating func put(_ value: UInt64, _ width: Int) {
    for shift in stride(from: width - 1, through: 0, by: -1) {
      word = word << 1 | (value >> UInt64(shift) & 1)
      count += 1
      if count == 8 {
        bytes.append(UInt8(truncatingIfNeeded: word))
        count = 0
      }
    }
  }

  mutating func finish() -> [UInt8] {
    while count != 0 { put(0, 1) }
    return bytes
  }
}
