import Wire

/// A frame, block or member of a compressed file: what can be decompressed on its own.
struct Unit: Sendable, Equatable {
  /// First byte in the file and, in bzip2 files, its first bit there.
  var offset: Int64
  var bit: UInt8 = 0
  /// Decompressed size, where the file tells.
  var decompressedByteCount: Int64?
}

/// How a compressed file can be split: its units in order, which cover it without gaps.
struct UnitList: Sendable {
  var units: [Unit] = []
  /// End of the last unit.
  var end: Int64
  var endBit: UInt8 = 0
  /// Decompressed bytes that one compressed byte usually makes, where units do not tell.
  var usualRatio: Int64 = 4
  /// Whether each unit starts with a record, by the file's own record index.
  var unitsAreRecords = false
  /// What `zvm pack` noted of the records.
  var recordIndex: RecordIndex?
  /// Whether a table at the end of the file told the units.
  var hasTable = false
  /// Whether every unit carries a checksum, as far as its headers were looked at.
  var hasChecksums = true
  /// Decompressed size that a unit usually has, where units do not tell.
  var unitGuess: Int64?
  /// Whether the units are blocks of a stream rather than whole frames, streams or members.
  var isBlocks = false

  /// Decompressed size of a unit, by the file or by what is usual.
  func guessedByteCount(of index: Int) -> Int64 {
    let unit = units[index]
    let end = index + 1 < units.count ? units[index + 1].offset : end
    return unit.decompressedByteCount ?? unitGuess ?? (end - unit.offset) * usualRatio
  }

  var guessedByteCount: Int64 {
    // Tables may lie: a sum that overflows is large enough.
    units.indices.reduce(0) { sum, index in
      let (total, overflow) = sum.addingReportingOverflow(guessedByteCount(of: index))
      return overflow ? .max / 2 : total
    }
  }
}

/// Gathers units to pieces of about the wanted decompressed size.
struct PieceBuilder {
  let codec: Codec
  let format: RecordFormat
  let sizes: ShardSizes

  func pieces(of list: UnitList) -> [CompressedPiece] {
    var result: [CompressedPiece] = []
    // Decompressed position, as long as every unit so far has told its size.
    var position: Int64? = 0
    var guessed: Int64 = 0
    var first = 0
    while first < list.units.count {
      var size: Int64? = 0
      var guess: Int64 = 0
      let wanted = sizes.size(at: guessed)
      var next = first
      while next < list.units.count, guess < wanted {
        let unit = list.units[next]
        guess += list.guessedByteCount(of: next)
        size = size.flatMap { sum in unit.decompressedByteCount.map { sum + $0 } }
        next += 1
      }
      let start = list.units[first]
      let isLast = next == list.units.count
      let end = isLast ? list.end : list.units[next].offset
      var piece = CompressedPiece(codec, offset: start.offset, length: end - start.offset)
      piece.startBit = start.bit
      piece.endBit = isLast ? list.endBit : list.units[next].bit
      piece.isBlocks = list.isBlocks
      piece.tailEndBit = isLast ? 0 : list.endBit
      piece.decompressedByteCount = size
      if !isLast { piece.tailByteCount = list.end - end }
      if !list.unitsAreRecords {
        piece.start = first == 0 ? .exact : edge(at: position)
        piece.end = isLast ? .exact : edge(at: position.flatMap { at in size.map { at + $0 } })
      }
      position = position.flatMap { at in size.map { at + $0 } }
      // Tables may lie: what does not fit is far behind the end.
      guessed = guessed.addingReportingOverflow(guess).overflow ? .max : guessed + guess
      first = next
      result.append(piece)
    }
    return result
  }

  /// Whether the file may be split at its units at all.
  func canSplit(_ list: UnitList) -> Bool {
    if list.unitsAreRecords || format.delimiter != nil { return true }
    if case .fixed = format { return list.units.allSatisfy { $0.decompressedByteCount != nil } }
    return false
  }

  private func edge(at position: Int64?) -> CompressedPiece.RecordEdge {
    if let delimiter = format.delimiter { return .delimiter(delimiter) }
    guard case .fixed(let size) = format, let position else { return .exact }
    return .bytes((size - position % size) % size)
  }
}
