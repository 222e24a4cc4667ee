import Compression
import Testing
import Wire

/// Ends of all records of a whole text, by a plain reading of each format's definition.
private func ends(_ bytes: [UInt8], _ rule: RecordRule) -> [Int] {
  var result: [Int] = []
  switch rule {
  case .delimiter(let byte): result = bytes.indices.filter { bytes[$0] == byte }.map { $0 + 1 }
  case .fixed(let size):
    result = Array(stride(from: Int(size), through: bytes.count, by: Int(size)))
  case .csv:
    result = bytes.indices.filter { index in
      bytes[index] == 10 && bytes[..<index].count { $0 == 34 } % 2 == 0
    }.map { $0 + 1 }
  case .lengthPrefixed(let width, let bigEndian):
    var index = 0
    while index + width <= bytes.count {
      let prefix = Array(bytes[index..<(index + width)])
      let length = (bigEndian ? prefix : prefix.reversed()).reduce(0) { $0 << 8 | Int($1) }
      index += width + length
      if index <= bytes.count { result.append(index) }
    }
  }
  return result
}

@Test(
  "a cutter finds the first end at or after any place, however the stream is cut into pieces",
  arguments: [
    RecordRule.delimiter(10), .fixed(1), .fixed(7), .csv,
    .lengthPrefixed(width: 1, bigEndian: false), .lengthPrefixed(width: 2, bigEndian: true),
  ])
func cutterFindsEnds(rule: RecordRule) {
  var state: UInt64 = 3
  func next(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }
  for _ in 0..<300 {
    let bytes = (0..<next(200)).map { _ in [10, 34, 65, 0, 1, 3, 9][next(7)] as UInt8 }
    let expected = ends(bytes, rule)
    let target = 1 + next(bytes.count + 5)
    var cutter = RecordCutter(rule)
    var position = 0
    var found: Int?
    while position < bytes.count, found == nil {
      let piece = Array(bytes[position...].prefix(1 + next(30)))
      if let end = cutter.take(piece.span, endAtOrAfter: target - position) {
        found = position + end
      }
      position += piece.count
    }
    #expect(found == expected.first { $0 >= target })
    let started = expected.count + (expected.last ?? 0 < bytes.count ? 1 : 0)
    #expect(RecordCutter.count(bytes.span, rule) == started)
  }
}
