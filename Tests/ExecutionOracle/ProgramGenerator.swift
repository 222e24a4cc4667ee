import COracle
import SlowChecker
import Validator

/// Random code that the validator accepts, made to be run: registers start as full addresses of memory
/// that no guest may touch, so that an instruction that uses one as it is is seen.
struct ProgramGenerator {
  private var pieces: TextGenerator
  private var state: UInt64
  private let validator = Validator(profile: .zerovm)
  /// Addresses outside the guest, and the guest's edges.
  private let places: [UInt64]

  static let base: UInt64 = 0x440A_0000_0000

  init(seed: UInt64, places: [UInt64]) {
    pieces = TextGenerator(seed: seed)
    state = seed ^ 0x5eed_0f0f
    // As they are, and as far from r15, which an index that is not made small would be added to.
    self.places =
      places + places.map { $0 &- Self.base } + [
        Self.base - 8, Self.base + (4 << 30) - 4, Self.base + 0x2_0000, Self.base + 0x3_1000,
        0x3_0000, 0xffff_fffc, 0x1_0000_0000, .max, 8, 0x8000_0000,
      ]
  }

  private mutating func random() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) ^ (state << 15)
  }
  private mutating func below(_ count: Int) -> Int { Int(random() >> 8 % UInt64(count)) }
  private mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
  private mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: random() >> 20) }

  /// As a nexe's text is judged: jumps out of it go to trampolines only.
  private func accepts(_ text: [UInt8]) -> Bool {
    validator.accepts(text.span, outside: -0x1_0000..<0)
  }

  /// A program that the validator accepts: registers, some bundles of random code, halts.
  mutating func program() -> [UInt8] {
    while true {
      var text = registers()
      let body = text.count
      for _ in 0...below(6) { text += bundle() }
      text += [UInt8](repeating: 0xf4, count: 32)
      aimJumps(&text, from: body)
      if oneIn(2) {
        // Damage that the validator does not mind is the most interesting code there is.
        for _ in 0..<40 {
          var part = Array(text[body...])
          pieces.damage(&part)
          let damaged = text[..<body] + part
          if accepts(Array(damaged)) { text = Array(damaged) }
        }
      }
      if accepts(text) { return text }
    }
  }

  /// Loads all registers but rsp, rbp and r15, three a bundle.
  private mutating func registers() -> [UInt8] {
    var text: [UInt8] = []
    for (number, register) in [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14].enumerated() {
      var value = places[below(places.count)]
      if oneIn(4) { value = random() & 0xffff }
      // movabs
      text += [register < 8 ? 0x48 : 0x49, 0xB8 | UInt8(register & 7)]
      for shift in 0..<UInt64(8) { text.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
      if number % 3 == 2 { text += [0x66, 0x90] }
    }
    while text.count % 32 != 0 { text.append(0x90) }
    return text
  }

  /// Whole pieces for as long as there is room, each only if the validator takes it there.
  private mutating func bundle() -> [UInt8] {
    var bytes: [UInt8] = []
    var misses = 0
    while bytes.count < 32, misses < 12 {
      let next = bytes + nextPiece()
      if next.count <= 32,
        accepts(next + [UInt8](repeating: 0x90, count: 32 - next.count))
      {
        bytes = next
      } else {
        misses += 1
      }
    }
    return bytes + [UInt8](repeating: 0x90, count: 32 - bytes.count)
  }

  private mutating func nextPiece() -> [UInt8] {
    switch below(9) {
    case 0..<3: return pieces.piece()
    case 3, 4: return oneIn(4) ? Self.bare[below(Self.bare.count)] : indexed()
    case 8: return pieces.sequence()
    case 5: return vector()
    case 6: return near()
    default: return Self.jumps[below(Self.jumps.count)]
    }
  }

  /// A register made small, then some instruction at r15 + register.
  private mutating func indexed() -> [UInt8] {
    let register = UInt8(below(16))
    let high = register >> 3
    let low = register & 7
    let mov: [UInt8] = [0x40 | high << 2 | high, 0x89, 0xC0 | low << 3 | low]
    let rex: UInt8 = 0x41 | high << 1 | byte() & 0x0C
    let opcode: [UInt8] = oneIn(3) ? [0x0F, byte()] : [byte()]
    let mode = UInt8(below(3)) << 6
    var code: [UInt8] = oneIn(4) ? [Self.prefixes[below(4)]] : []
    code.append(rex)
    code += opcode
    code.append(mode | byte() & 0x38 | 4)
    code.append(byte() & 0xC0 | low << 3 | 7)
    return whole(mov, code)
  }

  private static let prefixes: [UInt8] = [0x66, 0xF2, 0xF3, 0xF0]

  /// An instruction with a VEX prefix: profile zerovm has them.
  private mutating func vector() -> [UInt8] {
    let start: [UInt8] =
      oneIn(2) ? [0xC5, byte()] : [0xC4, byte() & 0xE0 | UInt8(1 + below(3)), byte()]
    let modrm: UInt8 = oneIn(2) ? byte() | 0xC0 : byte() & 0xF8 | 4
    let sib: UInt8 = byte() & 0xC0 | 0x24
    return whole([], start + [byte(), modrm, sib])
  }

  /// Any instruction at a small distance from rsp, rbp, r15 or rip.
  private mutating func near() -> [UInt8] {
    let operands: [[UInt8]] = [
      [0x44, 0x24, byte()], [0x45, byte()], [0x05, byte(), byte(), 1, 0],
    ]
    var operand = operands[below(3)]
    operand[0] |= byte() & 0x38
    let rex: [UInt8] = oneIn(2) ? [0x40 | byte() & 0x0C] : []
    let opcode: [UInt8] = oneIn(2) ? [0x0F, byte()] : [byte()]
    let prefix: [UInt8] = oneIn(4) ? [0x66] : []
    return whole([], prefix + rex + opcode + operand)
  }

  /// As many more bytes behind `code` as the validator says it has.
  private mutating func whole(_ before: [UInt8], _ code: [UInt8]) -> [UInt8] {
    let long = code + (0..<8).map { _ in oneIn(2) ? 0 : byte() }
    return before + long.prefix(validator.probe(Array(long))?.byteCount ?? code.count)
  }

  /// Writes of esp and ebp that want a restore behind them.
  private static let bare: [[UInt8]] = [
    [0x89, 0xC4], [0x89, 0xD5], [0x83, 0xEC, 8], [0x8D, 0x65, 0], [0x31, 0xE4], [0x94],
  ]

  /// Jumps and calls to the next instruction: `aimJumps` sends them elsewhere.
  private static let jumps: [[UInt8]] = [
    [0xEB, 0], [0x74, 0], [0x75, 0], [0x72, 0], [0xE9, 0, 0, 0, 0], [0x0F, 0x84, 0, 0, 0, 0],
    [0x0F, 0x85, 0, 0, 0, 0], [0xE8, 0, 0, 0, 0], [0xE3, 0],
  ]

  /// Gives distances to jumps that have none, to any byte of the text, where the validator allows it.
  private mutating func aimJumps(_ text: inout [UInt8], from start: Int) {
    for at in start..<text.count - 5 {
      let long = [0xE8, 0xE9].contains(text[at]) || text[at] & 0xF0 == 0x80 && text[at - 1] == 0x0F
      let short = text[at] == 0xEB || text[at] == 0xE3 || text[at] & 0xF0 == 0x70
      let width = long ? 4 : short ? 1 : 0
      guard width > 0, text[at + 1..<at + 1 + width].allSatisfy({ $0 == 0 }) else { continue }
      for _ in 0..<4 {
        // Forwards mostly: what loops is stopped by the clock.
        let target = oneIn(6) ? below(text.count) : at + below(text.count - at)
        let distance = target - (at + 1 + width)
        guard width == 4 || (-128..<128).contains(distance) else { continue }
        var aimed = text
        for index in 0..<width {
          aimed[at + 1 + index] = UInt8(truncatingIfNeeded: distance >> (8 * index))
        }
        if accepts(aimed) {
          text = aimed
          break
        }
      }
    }
  }
}
