import X86

/// Sequences that the rules give as bytes: they are compared as such.
enum Special {
  /// `add %r15,%rsp`, `or %r15,%rsp`, `lea (%rsp,%r15),%rsp`: the second half of a pair.
  case restoreStackPointer(Int)
  case restoreFramePointer(Int)
  /// `mov %rsp,%rbp`, `mov %rbp,%rsp`, `and $-n,%rsp`: allowed as they are (RULES.md 8).
  case moveBetween(Int)
  /// `jmp *%reg`, `call *%reg`.
  case indirect(register: Int, Int)

  var isStackPointer: Bool { if case .restoreStackPointer = self { true } else { false } }

  /// Restores of rsp, then of rbp: (bytes).
  private static let stackPointer: [[UInt8]] = [
    [0x4C, 0x01, 0xFC], [0x49, 0x03, 0xE7], [0x4C, 0x09, 0xFC], [0x49, 0x0B, 0xE7],
    [0x4A, 0x8D, 0x24, 0x3C], [0x4A, 0x8D, 0x64, 0x3C, 0x00],
    [0x4A, 0x8D, 0xA4, 0x3C, 0, 0, 0, 0],
  ]
  private static let framePointer: [[UInt8]] = [
    [0x4C, 0x01, 0xFD], [0x49, 0x03, 0xEF], [0x4A, 0x8D, 0x6C, 0x3D, 0x00],
    [0x4A, 0x8D, 0xAC, 0x3D, 0, 0, 0, 0],
  ]
  private static let moves: [[UInt8]] = [
    [0x48, 0x89, 0xE5], [0x48, 0x8B, 0xEC], [0x48, 0x89, 0xEC], [0x48, 0x8B, 0xE5],
  ]

  init?(_ text: Span<UInt8>, _ offset: Int, _ end: Int) {
    let first = text[offset]
    // Every sequence starts with REX.W or with the FF of a jump, whose REX may only be B.
    guard first == 0xFF || first == 0x41 || first & 0xF8 == 0x48 else { return nil }
    for bytes in Self.stackPointer where Self.matches(text, offset, end, bytes) {
      self = .restoreStackPointer(bytes.count)
      return
    }
    for bytes in Self.framePointer where Self.matches(text, offset, end, bytes) {
      self = .restoreFramePointer(bytes.count)
      return
    }
    for bytes in Self.moves where Self.matches(text, offset, end, bytes) {
      self = .moveBetween(bytes.count)
      return
    }
    if Self.matches(text, offset, end, [0x48, 0x83, 0xE4]), offset + 3 < end,
      text[offset + 3] >= 0x80
    {
      self = .moveBetween(4)
      return
    }
    let extended = first == 0x41 ? 1 : 0
    guard offset + extended + 1 < end, text[offset + extended] == 0xFF else { return nil }
    let modRM = text[offset + extended + 1]
    guard modRM & 0xF8 == 0xD0 || modRM & 0xF8 == 0xE0 else { return nil }
    self = .indirect(register: Int(modRM & 7) + 8 * extended, 2 + extended)
  }

  private static func matches(
    _ text: Span<UInt8>, _ offset: Int, _ end: Int, _ bytes: [UInt8]
  ) -> Bool {
    guard end - offset >= bytes.count else { return false }
    for index in bytes.indices where text[offset + index] != bytes[index] { return false }
    return true
  }

  /// Whether the two instructions before `offset` are `and $-32,%eXX` and `add %r15,%rXX` of this
  /// register (RULES.md 9). `before` holds their starts.
  static func isMasked(_ text: Span<UInt8>, _ before: [Int], _ offset: Int, _ register: Int)
    -> Bool
  {
    guard before.count >= 2, register != 4, register != 5, register != 15 else { return false }
    let mask = before[before.count - 2]
    let add = before[before.count - 1]
    let low = UInt8(register & 7)
    let high: UInt8 = register >= 8 ? 1 : 0
    let masks: [UInt8] = (high == 1 ? [0x41] : []) + [0x83, 0xE0 | low, 0xE0]
    guard add - mask == masks.count, matches(text, mask, add, masks), offset - add == 3 else {
      return false
    }
    return matches(text, add, offset, [0x4C | high, 0x01, 0xF8 | low])
      || matches(text, add, offset, [0x49 | high << 2, 0x03, 0xC7 | low << 3])
  }

  private static let maskSource: [[UInt8]] = [[0x89, 0xF6], [0x8B, 0xF6]]
  private static let baseSource: [UInt8] = [0x49, 0x8D, 0x34, 0x37]
  private static let maskDestination: [[UInt8]] = [[0x89, 0xFF], [0x8B, 0xFF]]
  private static let baseDestination: [UInt8] = [0x49, 0x8D, 0x3C, 0x3F]

  /// The parts before a string instruction that may not be jumped to, or nil when its masks are
  /// not all there (RULES.md 10).
  static func stringMasks(_ text: Span<UInt8>, _ before: [Int], _ instruction: Instruction)
    -> [Int]?
  {
    var wanted: [[[UInt8]]] = []
    if instruction.usesSource { wanted += [maskSource, [baseSource]] }
    if instruction.usesDestination { wanted += [maskDestination, [baseDestination]] }
    guard before.count >= wanted.count else { return nil }
    let parts = Array(before[(before.count - wanted.count)...])
    for (part, choices) in zip(parts, wanted) {
      guard choices.contains(where: { matches(text, part, text.count, $0) }) else { return nil }
    }
    return Array(parts.dropFirst())
  }
}
