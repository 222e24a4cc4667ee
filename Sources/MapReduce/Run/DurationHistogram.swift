/// Durations of many tasks in fixed memory; the median is right within a tenth.
struct DurationHistogram {
  /// Eight buckets for each doubling, from a microsecond on.
  private var buckets = [Int](repeating: 0, count: 8 * 48)
  private(set) var count = 0

  mutating func add(_ duration: Duration) {
    buckets[Self.bucket(max(1, duration.microseconds))] += 1
    count += 1
  }

  private static func bucket(_ value: Int64) -> Int {
    let top = 63 - value.leadingZeroBitCount
    let eighth = top >= 3 ? Int(value >> Int64(top - 3)) & 7 : Int(value << Int64(3 - top)) & 7
    return min(top * 8 + eighth, 8 * 48 - 1)
  }

  /// The upper edge of the median's bucket; nil before `minimum` tasks.
  func median(of minimum: Int) -> Duration? {
    guard count >= minimum, count > 0 else { return nil }
    var left = (count + 1) / 2
    for (index, number) in buckets.enumerated() {
      left -= number
      if left <= 0 {
        let base = Double(UInt64(1) << UInt64(index / 8))
        return .microseconds(Int64(base * (1 + Double(index % 8 + 1) / 8)))
      }
    }
    return nil
  }
}
