import SlowChecker
import Validator

/// The vector loop beside the scalar one: all that the first pass finds must be equal.
public struct LoopComparison {
  private let pairs: [(scalar: Validator, vector: Validator)] =
    [Profile.nacl, .zerovm, .portable].map {
      (Validator(profile: $0, loop: .scalar), Validator(profile: $0, loop: .vector))
    }
  public private(set) var texts = 0
  public private(set) var bundles = 0
  public private(set) var accepted = 0
  public private(set) var disagreements = 0
  private var generator: TextGenerator
  private var state: UInt64

  /// Only where `Loop.isVectorSupported`.
  public init(seed: UInt64) {
    precondition(Loop.isVectorSupported, "this processor cannot run the vector loop")
    generator = TextGenerator(seed: seed)
    state = seed &* 2 | 1
  }

  private mutating func below(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % count
  }

  /// With a bundle more, since the last one of a text is never the vector loop's.
  public mutating func compare(_ code: [UInt8], profile: Int) {
    let pair = pairs[profile]
    let text = code + [UInt8](repeating: 0xF4, count: 32)
    let scalar = pair.scalar.firstPass(over: text.span)
    let vector = pair.vector.firstPass(over: text.span)
    texts += 1
    bundles += text.count / 32
    if !scalar.failed { accepted += 1 }
    guard scalar != vector else { return }
    disagreements += 1
    if disagreements <= 10 {
      print("profile \(profile): \(text)\n  scalar \(scalar)\n  vector \(vector)")
    }
  }

  /// Generated texts of four to eleven bundles.
  public mutating func generated(texts count: Int) {
    for number in 0..<count {
      compare(generator.text(bundles: 4 + below(8)), profile: number % 3)
    }
  }

  /// Pieces of a real text with changed bytes, instructions shifted inside their bundle or moved.
  public mutating func damaged(_ real: [UInt8], texts count: Int) {
    for number in 0..<count {
      let start = below(max(1, real.count / 32 - 4)) * 32
      var text = Array(real[start..<min(start + 128, real.count)])
      guard text.count == 128 else { continue }
      for _ in 0..<below(4) {
        let at = below(128)
        switch below(6) {
        case 0: text[at] = UInt8(truncatingIfNeeded: below(256))
        case 1: text[at] ^= 1 << UInt8(below(8))
        case 2: text[at] = text[below(128)]
        case 3:
          text.remove(at: at | 31)
          text.insert(UInt8(truncatingIfNeeded: below(256)), at: at)
        case 4:
          text.insert(0x90, at: (at | 31) + 1)
          text.remove(at: at)
        default: text[at] = [0x40, 0x4A, 0x66, 0xF3, 0x0F, 0x8D, 0x00, 0xE0, 0x41, 0x83][below(10)]
        }
      }
      compare(text, profile: number % 3)
    }
  }

  private mutating func one(of choices: [UInt8]) -> UInt8 { choices[below(choices.count)] }

  /// Something that writes a register, in any of the ways that restrict it or do not, or does not.
  private mutating func writer() -> [UInt8] {
    var code: [UInt8] = []
    if below(8) == 0 { code.append(one(of: [0x66, 0xF2, 0xF3])) }
    if below(2) == 0 { code.append(0x40 | UInt8(below(16))) }
    if below(4) == 0 {
      code += [
        0x0F,
        one(of: [0xB6, 0xBE, 0xB7, 0xAF, 0x44, 0xC8, 0xCC, 0xBC, 0xBA, 0xA3, 0x2D, 0x7E, 0xD7]),
      ]
    } else {
      code.append(
        one(of: [
          0x89, 0x8B, 0x88, 0x8A, 0xB8, 0xBC, 0xB0, 0xB4, 0x83, 0x80, 0x81, 0xC7, 0xC6, 0x8D, 0x31,
          0x63,
          0xF7, 0xF6, 0xD1, 0xD0, 0xC1, 0xFF, 0xFE, 0x05, 0x04, 0x25, 0x90, 0x91, 0x87, 0x50, 0x5C,
          0x98,
        ]))
    }
    let modrm = UInt8(below(256))
    code.append(below(3) > 0 ? modrm | 0xC0 : modrm)
    if modrm & 7 == 4 { code.append(one(of: [0x24, 0x25, 0x65, 0x3C, 0x0F])) }
    for _ in 0..<one(of: [0, 0, 0, 1, 2, 4, 4, 8]) { code.append(one(of: [0, 1, 0x24, 0xF4])) }
    return code
  }

  /// Something that uses an index, or the second half of a pair.
  private mutating func user() -> [UInt8] {
    if below(4) == 0 {
      return [
        0x48 | UInt8(below(8)), 0x8D, one(of: [0x24, 0x24, 0x64, 0x2C, 0x04]),
        one(of: [0x3C, 0x24, 0x3D]),
      ]
    }
    var code: [UInt8] = below(8) == 0 ? [0x66] : []
    if below(8) > 0 { code.append(0x40 | UInt8(below(16))) }
    code += [
      one(of: [0x8B, 0x89, 0x88, 0x8D, 0x03, 0x39]), one(of: [0x04, 0x44, 0x84, 0x0C, 0x3C, 0x24]),
    ]
    code.append(UInt8(below(256)) & 0xF8 | one(of: [4, 5, 7, 7, 7, UInt8(below(8))]))
    for _ in 0..<one(of: [0, 0, 0, 1, 4, 4]) { code.append(0) }
    return code
  }

  /// Pairs of a writer and a user of registers, at any place of a bundle.
  public mutating func paired(texts count: Int) {
    for number in 0..<count {
      var text: [UInt8] = []
      for _ in 0..<4 {
        var bundle: [UInt8] = []
        // A user right behind the bundle's start, a writer right before its end.
        if below(4) == 0 { bundle += user() }
        if below(2) == 0 {
          bundle +=
            [UInt8](repeating: 0x90, count: below(4) == 0 ? below(20) : 0) + writer() + user()
        }
        let last = below(4) == 0 ? writer() : []
        bundle += [UInt8](repeating: 0xF4, count: max(0, 32 - bundle.count - last.count)) + last
        text += bundle[..<32]
      }
      compare(text, profile: number % 3)
    }
  }

  /// Something like the long paddings: how many 66, whether 2E, which nop.
  private mutating func padding() -> [UInt8] {
    let nops: [[UInt8]] = [
      [0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0], [0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0],
      [0x0F, 0x1F, 0x44, 0, 0],
      [0x0F, 0x1F, 0x80, 0, 0, 0, 0], [0x0F, 0x1F, 0x40, 0], [0x90], [0x0F, 0x10, 0xC1], [],
    ]
    // The byte before may be one of these and yet belong to another instruction.
    var code: [UInt8] = below(4) == 0 ? [0x04, one(of: [0x66, 0x2E, 0x0F])] : []
    code += [UInt8](repeating: 0x66, count: below(9))
    if below(4) > 0 { code.append(0x2E) }
    if below(8) == 0 { code.append(0x40 | UInt8(below(16))) }
    return code + nops[below(nops.count)]
  }

  /// Something like a masked jump or call; the three instructions mostly name the same register.
  private mutating func maskedJump() -> [UInt8] {
    let first = UInt8(below(16))
    func byte(_ value: UInt8, _ register: UInt8) -> UInt8 { value | register & 7 }
    func register(_ comparison: inout Self) -> UInt8 {
      comparison.below(8) == 0 ? UInt8(comparison.below(16)) : first
    }
    let mask = register(&self)
    let add = register(&self)
    let jump = register(&self)
    var code: [UInt8] =
      mask >= 8 || below(8) == 0 ? [0x40 | mask >> 3 | one(of: [0, 0, 2, 4, 8])] : []
    code += [
      one(of: [0x83, 0x83, 0x83, 0x81, 0xC1]), byte(0xE0, mask), one(of: [0xE0, 0xE0, 0xE0, 0xF0]),
    ]
    if code[code.count - 3] == 0x81 { code += [0, 0, 0] }
    if below(8) == 0 { code.append(0x90) }
    code +=
      below(4) == 0
      ? [0x49 | (add >> 3) << 2, 0x03, 0xC7 | (add & 7) << 3]
      : [one(of: [0x4C, 0x4C, 0x4C, 0x4E, 0x48, 0x44]) | add >> 3, 0x01, byte(0xF8, add)]
    if below(8) == 0 { code.append(0x90) }
    if jump >= 8 || below(8) == 0 { code.append(0x40 | jump >> 3 | one(of: [0, 0, 2, 4, 8])) }
    return below(8) == 0 ? code : code + [0xFF, byte(one(of: [0xE0, 0xE0, 0xD0, 0xF0]), jump)]
  }

  /// Paddings and masked jumps, right and nearly right, at any place of a bundle.
  public mutating func sequences(texts count: Int) {
    for number in 0..<count {
      var bundle = [UInt8](repeating: one(of: [0x90, 0xF4]), count: below(3) == 0 ? below(24) : 0)
      repeat {
        var piece = below(2) == 0 ? padding() : maskedJump()
        if below(4) == 0, !piece.isEmpty {
          let at = below(piece.count)
          switch below(3) {
          case 0: piece[at] = one(of: [0, 0x66, 0x2E, 0x90, UInt8(below(256))])
          case 1: piece.remove(at: at)
          default: piece.insert(one(of: [0x40, 0x41, 0x66, 0x2E, 0x90]), at: at)
          }
        }
        bundle += piece
      } while below(3) == 0
      var text = [UInt8](repeating: one(of: [0x90, 0xF4]), count: 128)
      let start = 32 * below(4)
      text.replaceSubrange(start..<start + min(32, bundle.count), with: bundle.prefix(32))
      compare(text, profile: number % 3)
    }
  }

  /// Every beginning of three bytes in one part of the space, at some place in a bundle, among
  /// instructions that give or take a register.
  public mutating func enumerated(part: Int, parts: Int) {
    let before: [[UInt8]] = [[], [0x89, 0xC0], [0x83, 0xEC, 0x08], [0x45, 0x89, 0xDB]]
    let after: [[UInt8]] = [
      [0x24, 0x3C, 0x24, 0x3C], [0x00, 0x00, 0x00, 0x00], [0x44, 0x1F, 0x04, 0x90],
      [0x8D, 0x24, 0x3C, 0xF4], [0xC0, 0x4A, 0x8D, 0x24], [0x04, 0x05, 0x90, 0x90],
    ]
    for start in stride(from: part, to: 1 << 24, by: parts) {
      let opener = before[below(before.count)]
      let code =
        opener + [UInt8(start & 255), UInt8(start >> 8 & 255), UInt8(start >> 16)]
        + after[below(after.count)]
      var text = [UInt8](repeating: below(2) == 0 ? 0xF4 : 0x90, count: 128)
      let place = 32 * below(4) + (below(3) == 0 ? below(33 - code.count) : 0)
      text.replaceSubrange(place..<place + code.count, with: code)
      compare(text, profile: start / parts % 3)
    }
  }
}
