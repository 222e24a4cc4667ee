/// Which reducer gets a key: the same on every machine, in every run, for ever.
enum Partitioner {
  /// FNV-1a (Fowler, Noll, Vo) over the key's bytes, its halves mixed, scaled to `count`.
  @inline(__always)
  static func partition(hash: UInt64, of count: Int) -> Int {
    let mixed = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(mixed.multipliedFullWidth(by: UInt64(count)).high)
  }

  static let start: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  static func partition(of key: some Sequence<UInt8>, count: Int) -> Int {
    partition(hash: key.reduce(start, step), of: count)
  }
}
