/// A second opinion on texts in profile `nacl`: RULES.md again, written for clarity alone. It shares
/// neither code nor tables with the validator, so that a mistake has to be made twice to go unseen.
///
/// It reads one bundle after the other, one instruction after the other, and keeps what the rules
/// speak of: which register was just zero-extended, where instructions start, where jumps go.
public struct SlowChecker: Sendable {
  public init() {}

  /// Whether the text obeys the rules.
  public func accepts(_ text: [UInt8]) -> Bool {
    guard text.count % 32 == 0 else { return false }
    var mayJumpTo = [Bool](repeating: false, count: text.count)
    var jumps: [Int] = []
    for start in stride(from: 0, to: text.count, by: 32) {
      var bundle = Bundle(bytes: Array(text[start..<start + 32]))
      guard bundle.check() else { return false }
      for offset in 0..<32 where bundle.mayJumpTo[offset] { mayJumpTo[start + offset] = true }
      jumps += bundle.jumps.map { start + $0 }
    }
    return jumps.allSatisfy { target in
      // RULES 3: outside only to multiples of 32; inside only to starts.
      target >= 0 && target < text.count ? mayJumpTo[target] : target % 32 == 0
    }
  }
}

/// RULES 1, 2 and 5 to 12 for one bundle.
struct Bundle {
  let bytes: [UInt8]
  var mayJumpTo = [Bool](repeating: false, count: 32)
  /// Targets of direct jumps, relative to the bundle.
  var jumps: [Int] = []
  /// Where the next instruction starts.
  private var offset = 0
  /// Starts and bytes of the instructions so far.
  private var history: [(start: Int, bytes: [UInt8])] = []
  /// The register whose upper half the instruction before has cleared.
  private var restricted: Int?

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func check() -> Bool {
    take(bytes) && offset == 32 && restricted != rsp && restricted != rbp
  }

  /// Goes on with whole instructions.
  mutating func take(_ more: [UInt8]) -> Bool {
    var rest = more
    while !rest.isEmpty {
      guard let it = Instruction(rest), offset + it.byteCount <= 32 else { return false }
      let code = Array(rest[..<it.byteCount])
      rest.removeFirst(it.byteCount)
      mayJumpTo[offset] = true
      guard follow(it, code, offset) else { return false }
      history.append((offset, code))
      offset += it.byteCount
    }
    return true
  }

  private mutating func follow(_ it: Instruction, _ code: [UInt8], _ offset: Int) -> Bool {
    let before = restricted
    restricted = nil
    if let restored = Self.restores(code) {
      // RULES 8: the second half of a pair, and no place to jump to.
      mayJumpTo[offset] = false
      return before == restored
    }
    guard before != rsp, before != rbp else { return false }
    if Self.isStackMove(code) { return true }
    if it.needs != .nothing {
      guard let first = superinstructionStart(it, code, offset) else { return false }
      for inside in first + 1...offset { mayJumpTo[inside] = false }
    }
    if let memory = it.memory, it.accessesMemory {
      // RULES 7.
      let bases: [Instruction.Base] = [.rip, .register(rsp), .register(rbp), .register(r15)]
      guard bases.contains(memory.base) else { return false }
      if let index = memory.index {
        guard index == before else { return false }
        mayJumpTo[offset] = false
      }
    }
    if let distance = it.jump { jumps.append(offset + it.byteCount + distance) }
    for (position, write) in it.writes.enumerated() {
      // RULES 6 and 8. ah, ch, dh, bh are not spl, bpl, sil, dil.
      let zeroExtends = write.bits == 32 && it.zeroExtends && position == 0
      if write.register == r15 { return false }
      if write.register == rsp || write.register == rbp, !zeroExtends { return false }
      if zeroExtends { restricted = write.register }
    }
    return true
  }

  /// RULES 8. A REX.X that names nothing is free where there is no index.
  private static func restores(_ code: [UInt8]) -> Int? {
    var code = code
    let hasIndex = code.count > 3
    if !hasIndex, code[0] & 0xF0 == 0x40 { code[0] &= ~2 }
    return stackRestores.contains(code) ? rsp : frameRestores.contains(code) ? rbp : nil
  }

  private static let stackRestores: [[UInt8]] = [
    [0x4C, 0x01, 0xFC], [0x49, 0x03, 0xE7], [0x4C, 0x09, 0xFC], [0x49, 0x0B, 0xE7],
    [0x4A, 0x8D, 0x24, 0x3C], [0x4A, 0x8D, 0x64, 0x3C, 0], [0x4A, 0x8D, 0xA4, 0x3C, 0, 0, 0, 0],
  ]
  private static let frameRestores: [[UInt8]] = [
    [0x4C, 0x01, 0xFD], [0x49, 0x03, 0xEF], [0x4A, 0x8D, 0x6C, 0x3D, 0],
    [0x4A, 0x8D, 0xAC, 0x3D, 0, 0, 0, 0],
  ]

  private static func isStackMove(_ code: [UInt8]) -> Bool {
    if code.count == 4, code[..<3] == [0x48, 0x83, 0xE4] { return code[3] >= 0x80 }
    guard code.count == 3, code[0] == 0x48 || code[0] == 0x4A else { return false }
    return [[0x89, 0xE5], [0x8B, 0xEC], [0x89, 0xEC], [0x8B, 0xE5]].contains(Array(code[1...]))
  }

  /// RULES 9 and 10: where the instructions that make this one safe start, right before it.
  private func superinstructionStart(_ it: Instruction, _ code: [UInt8], _ offset: Int) -> Int? {
    var earlier = history[...]
    func isPair(_ mov: [UInt8], _ lea: [UInt8], _ register: UInt8, _ sib: UInt8) -> Bool {
      var mov = mov
      if mov.first == 0x40 || mov.first == 0x42 { mov.removeFirst() }
      let modrm = 0xC0 | register << 3 | register
      return (mov == [0x89, modrm] || mov == [0x8B, modrm])
        && lea == [0x49, 0x8D, register << 3 | 4, sib]
    }
    func takePair(_ register: UInt8, _ sib: UInt8) -> Int? {
      guard let lea = earlier.popLast(), let mov = earlier.popLast(),
        isPair(mov.bytes, lea.bytes, register, sib)
      else { return nil }
      return mov.start
    }
    switch it.needs {
    case .nothing: return offset
    case .rsi: return takePair(6, 0x37)
    case .rdi: return takePair(7, 0x3F)
    case .rsiAndRDI:
      guard takePair(7, 0x3F) != nil else { return nil }
      return takePair(6, 0x37)
    case .mask(let register):
      guard register != r15, let add = earlier.popLast(), let and = earlier.popLast(),
        let mask = Instruction(and.bytes), let sum = Instruction(add.bytes)
      else { return nil }
      // and $-32,%eXX, with the imm8 form and no prefix but REX.
      let plain = and.bytes.count == 3 ? and.bytes : Array(and.bytes.dropFirst())
      guard plain.count == 3, plain[0] == 0x83, plain[1] & 0xF8 == 0xE0, plain[2] == 0xE0,
        and.bytes.count == 3 || and.bytes[0] & 0xF8 == 0x40,
        mask.writes.map(\.register) == [register], mask.writes[0].bits == 32
      else { return nil }
      // add %r15,%rXX in either encoding.
      guard add.bytes.count == 3, add.bytes[0] & 0xF8 == 0x48,
        add.bytes[1] == 0x01 && sum.modrmReg == r15 || add.bytes[1] == 0x03 && sum.modrmRM == r15,
        add.bytes[2] >= 0xC0, sum.writes.map(\.register) == [register]
      else { return nil }
      return and.start
    }
  }
}

let rsp = 4
let rbp = 5
let r15 = 15
