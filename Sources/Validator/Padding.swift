// Unsafe: `here` as in BundleChecker.swift; at most 15 bytes from there are read.

/// The multi-byte nops that assemblers pad with, and no others (RULES.md 11).
enum Padding {
  /// The length of the nop at `here`, or 0 if there is none of more than one byte.
  @inline(__always)
  static func byteCount(_ here: UnsafeRawPointer) -> Int {
    let word = unsafe here.loadUnaligned(as: UInt64.self)
    switch word & 0xFF {
    case 0x0F: return short(word)
    case 0x66: return unsafe long(here, word)
    default: return 0
    }
  }

  /// 0F 1F with operands of zeros.
  @inline(__always)
  private static func short(_ word: UInt64) -> Int {
    if word & 0xFF_FFFF == 0x00_1F0F { return 3 }
    if word & 0xFFFF_FFFF == 0x0040_1F0F { return 4 }
    if word & 0xFF_FFFF_FFFF == 0x44_1F0F { return 5 }
    if word & 0xFF_FFFF_FFFF_FFFF == 0x80_1F0F { return 7 }
    return word == 0x84_1F0F ? 8 : 0
  }

  /// 66 90, 66 and a nop of five or eight bytes, one to six 66 and 2E and a nop of eight.
  @inline(__always)
  private static func long(_ here: UnsafeRawPointer, _ word: UInt64) -> Int {
    if word & 0xFF00 == 0x9000 { return 2 }
    if word & 0xFFFF_FFFF_FFFF == 0x44_1F0F_66 { return 6 }
    // The first byte that is not 66; at most 7.
    var at = min(7, (word ^ 0x6666_6666_6666_6666).trailingZeroBitCount / 8)
    let hasSegment = unsafe here.load(fromByteOffset: at, as: UInt8.self) == 0x2E
    guard hasSegment ? at <= 6 : at == 1 else { return 0 }
    if hasSegment { at += 1 }
    return unsafe here.loadUnaligned(fromByteOffset: at, as: UInt64.self) == 0x84_1F0F ? at + 8 : 0
  }
}
