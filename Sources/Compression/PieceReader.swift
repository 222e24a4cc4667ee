// Unsafe: bytes are searched and moved inside the caller's buffer, between indices that are checked
// against what a decoder has just put there.
import Glibc
public import Wire

/// Where compressed bytes come from: fills the buffer from an offset of the file, answers how many
/// bytes, 0 at the end, or −errno.
public typealias PositionedReadFunction = (UnsafeMutableRawBufferPointer, Int64) -> Int

/// Decompresses a piece of a file and cuts it to whole records.
///
/// The record that covers the window's start is left to the piece before; the one that covers its
/// end is completed from the frames behind the window. A record is thereby in exactly one piece,
/// and no piece needs to know what its neighbours found.
@safe public struct PieceReader: ~Copyable {
  private enum Phase { case skipping, window, tail, over }

  private let piece: CompressedPiece
  private let read: PositionedReadFunction
  private var decoder: Decoder
  /// With bzip2 blocks: what makes streams of them.
  private var blocks: Bzip2Blocks?
  private var phase: Phase
  /// Offset in the file where the present decoder began: its errors count from there.
  private var base: Int64
  /// Decompressed bytes of the window so far.
  private var produced: Int64 = 0
  /// What is left to skip or to take, with an edge that is counted in bytes.
  private var left: Int64 = 0

  private static let xzHeaderByteCount: Int64 = 12
  /// How much is decoded at once when the end of the last record is looked for.
  private static let tailStepByteCount = 64 << 10

  public init(_ piece: CompressedPiece, read: @escaping PositionedReadFunction)
    throws(DecodeError)
  {
    self.piece = piece
    unsafe self.read = unsafe read
    base = piece.offset
    let end = piece.offset + piece.length
    blocks = unsafe Self.blocks(
      piece, from: piece.offset, bit: piece.startBit, to: end, endBit: piece.endBit, read)
    decoder = try unsafe Self.decoder(piece, from: piece.offset, to: end, blocks, read)
    phase = piece.start == .exact ? .window : .skipping
    if case .bytes(let count) = piece.start { left = count }
  }

  private static func blocks(
    _ piece: CompressedPiece, from start: Int64, bit: UInt8, to end: Int64, endBit: UInt8,
    _ read: @escaping PositionedReadFunction
  ) -> Bzip2Blocks? {
    guard piece.isBlocks, piece.codec == .bzip2 else { return nil }
    return unsafe Bzip2Blocks(
      startBit: start * 8 + Int64(bit), endBit: end * 8 + Int64(endBit), read: read)
  }

  private static func decoder(
    _ piece: CompressedPiece, from start: Int64, to end: Int64, _ blocks: Bzip2Blocks?,
    _ read: @escaping PositionedReadFunction
  ) throws(DecodeError) -> Decoder {
    do throws(DecodeError) {
      if let blocks { return try unsafe Decoder(.bzip2) { unsafe blocks.read(into: $0) } }
      var offset = start
      var headerLeft: Int64 = piece.isBlocks ? Self.xzHeaderByteCount : 0
      return try unsafe Decoder(piece.codec, xzBlocks: piece.isBlocks) { buffer in
        let from = headerLeft > 0 ? Self.xzHeaderByteCount - headerLeft : offset
        let wanted = Int(min(Int64(buffer.count), headerLeft > 0 ? headerLeft : end - offset))
        if wanted == 0 { return 0 }
        let count = unsafe read(
          UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), from)
        if count > 0 {
          if headerLeft > 0 { headerLeft -= Int64(count) } else { offset += Int64(count) }
        }
        return count
      }
    } catch { throw error.moved(by: start) }
  }

  /// The decoder's error with the offset in the file.
  private func located(_ error: DecodeError) -> DecodeError {
    if let blocks {
      return DecodeError(
        offset: blocks.blockOffset, problem: error.problem, readErrno: error.readErrno)
    }
    // The header that is read first is not part of the window.
    return error.moved(by: piece.isBlocks ? base - Self.xzHeaderByteCount : base)
  }

  /// Fills the buffer; fewer bytes only at the end of the piece. Throws for truncated or corrupt
  /// input, with its offset in the file.
  public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      switch phase {
      case .skipping: filled += try unsafe skip(into: rest)
      case .window:
        let count = try unsafe decode(into: rest)
        filled += count
        if count < rest.count { try endWindow() }
      case .tail: filled += try unsafe readTail(into: rest)
      case .over: return filled
      }
    }
    return filled
  }

  private mutating func decode(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError)
    -> Int
  {
    do throws(DecodeError) {
      let count = try unsafe decoder.read(into: buffer)
      if phase != .tail { produced += Int64(count) }
      return count
    } catch { throw located(error) }
  }

  /// Decodes into the buffer, drops what belongs to the piece before, answers how much is left.
  private mutating func skip(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError)
    -> Int
  {
    let count = try unsafe decode(into: buffer)
    let end = count < buffer.count
    var dropped = count
    switch piece.start {
    case .exact: dropped = 0
    case .bytes:
      dropped = Int(min(Int64(count), left))
      left -= Int64(dropped)
      if left == 0 { phase = .window }
    case .delimiter(let byte):
      if let index = unsafe Self.index(of: byte, in: buffer, count) {
        dropped = index + 1
        phase = .window
      }
    }
    if phase == .skipping {
      // The whole window lies inside a record of an earlier piece.
      if end {
        try checkSize()
        phase = .over
      }
      return 0
    }
    let kept = count - dropped
    if kept > 0, dropped > 0, let start = buffer.baseAddress {
      unsafe memmove(start, start + dropped, kept)
    }
    if end { try endWindow() }
    return kept
  }

  private func checkSize() throws(DecodeError) {
    guard let expected = piece.decompressedByteCount, expected != produced else { return }
    throw DecodeError(
      offset: base,
      problem: "this part has \(produced) bytes, but the file's table says \(expected)",
      readErrno: nil)
  }

  /// Goes on behind the window, where its last record may have its end.
  private mutating func endWindow() throws(DecodeError) {
    try checkSize()
    guard piece.end != .exact, piece.tailByteCount > 0 else {
      phase = .over
      return
    }
    if case .bytes(let count) = piece.end { left = count }
    phase = .tail
    base = piece.offset + piece.length
    let end = base + piece.tailByteCount
    blocks = unsafe Self.blocks(
      piece, from: base, bit: piece.endBit, to: end, endBit: piece.tailEndBit, read)
    decoder = try unsafe Self.decoder(piece, from: base, to: end, blocks, read)
  }

  private mutating func readTail(into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError)
    -> Int
  {
    var wanted = min(buffer.count, Self.tailStepByteCount)
    if case .bytes = piece.end { wanted = Int(min(Int64(wanted), left)) }
    let count =
      wanted == 0
      ? 0 : try unsafe decode(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
    if count < wanted || wanted == 0 { phase = .over }
    switch piece.end {
    case .exact: return 0
    case .bytes:
      left -= Int64(count)
      return count
    case .delimiter(let byte):
      guard let index = unsafe Self.index(of: byte, in: buffer, count) else { return count }
      phase = .over
      return index + 1
    }
  }

  private static func index(
    of byte: UInt8, in buffer: UnsafeMutableRawBufferPointer, _ count: Int
  ) -> Int? {
    guard count > 0, let start = buffer.baseAddress else { return nil }
    guard let found = unsafe memchr(start, Int32(byte), count) else { return nil }
    return unsafe found - start
  }
}

extension DecodeError {
  /// The same with an offset that counts from the start of the file.
  func moved(by offset: Int64) -> DecodeError {
    DecodeError(offset: self.offset + offset, problem: problem, readErrno: readErrno)
  }
}
