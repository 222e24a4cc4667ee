import X86

/// Checks that machine code obeys the Native Client x86-64 rules (RULES.md). What it does not know
/// it refuses. No I/O, no shared state.
public struct Validator: Sendable {
  public static let bundleByteCount = 32

  public let profile: Profile
  private let decoder = Decoder()

  public init(profile: Profile = .zerovm) { self.profile = profile }

  /// Checks a text that starts at a bundle boundary. Answers every violation, in order of offsets;
  /// none means that the code may run. Direct jumps out of the text must hit one of `outside`
  /// (offsets relative to the text's start) or, when that is nil, any multiple of 32.
  public func check(_ text: Span<UInt8>, outside: Range<Int>? = nil) -> [Violation] {
    var state = State(text: text, profile: profile)
    guard text.count % Self.bundleByteCount == 0 else {
      return [Violation(offset: text.count, bytes: [], rule: .textSize)]
    }
    var bundle = 0
    while bundle < text.count {
      checkBundle(bundle, text, &state)
      bundle += Self.bundleByteCount
    }
    state.checkJumps(text, outside)
    return state.violations.sorted { $0.offset < $1.offset }
  }

  /// Checks the instructions of one bundle. Nothing is carried over from the bundle before: a mask
  /// and its use always share a bundle.
  private func checkBundle(_ start: Int, _ text: Span<UInt8>, _ state: inout State) {
    let end = start + Self.bundleByteCount
    var offset = start
    /// Starts of the instructions before this one in the bundle, the nearest last.
    var before: [Int] = []
    /// The register that the instruction before has zero-extended (RULES.md 6).
    var restricted: Int?
    while offset < end {
      let special = Special(text, offset, end)
      if let special {
        switch special {
        case .restoreStackPointer(let count), .restoreFramePointer(let count):
          let wanted = special.isStackPointer ? 4 : 5
          if restricted == wanted {
            state.start(at: offset, isTarget: false)
          } else {
            if restricted == 4 || restricted == 5 { state.unrestored(restricted, offset, text) }
            state.report(
              special.isStackPointer ? .stackPointerSandboxing : .framePointerSandboxing,
              offset, count, text)
          }
          restricted = nil
          before.append(offset)
          offset += count
          continue
        case .moveBetween(let count):
          if restricted == 4 || restricted == 5 { state.unrestored(restricted, offset, text) }
          state.start(at: offset, isTarget: true)
          restricted = nil
          before.append(offset)
          offset += count
          continue
        case .indirect(let register, let count):
          if restricted == 4 || restricted == 5 { state.unrestored(restricted, offset, text) }
          if Special.isMasked(text, before, offset, register) {
            // Only the mask may be jumped to (RULES.md 9).
            state.start(at: offset, isTarget: false)
            state.forbid(before[before.count - 1])
          } else {
            state.report(.indirectJump, offset, count, text)
          }
          restricted = nil
          before.append(offset)
          offset += count
          continue
        }
      }
      guard let instruction = decoder.decode(text, at: offset, end: end) else {
        if restricted == 4 || restricted == 5 { state.unrestored(restricted, offset, text) }
        // Told apart for people only: both are refused.
        let whole = decoder.decode(text, at: offset, end: min(end + 15, text.count))
        state.report(
          whole == nil ? .unknownInstruction : .bundleStraddle, offset, end - offset, text)
        return
      }
      if restricted == 4 || restricted == 5 { state.unrestored(restricted, offset, text) }
      let count = instruction.byteCount
      var isTarget = true
      if instruction.accessesMemory {
        isTarget = state.checkMemory(instruction, restricted, offset, count, text)
      }
      if instruction.dependsOnClock, profile != .nacl { state.report(.clock, offset, count, text) }
      if instruction.usesSource || instruction.usesDestination {
        if let inside = Special.stringMasks(text, before, instruction) {
          isTarget = false
          for part in inside { state.forbid(part) }
        } else {
          state.report(.stringOperation, offset, count, text)
        }
      }
      if let distance = instruction.jumpDistance {
        state.jump(from: offset, to: offset + count + Int(distance), count)
      }
      state.start(at: offset, isTarget: isTarget)
      restricted = state.checkWrites(instruction, offset, count, text)
      before.append(offset)
      offset += count
    }
    if restricted == 4 || restricted == 5 { state.unrestored(restricted, end, text) }
  }
}
