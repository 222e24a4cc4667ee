/// Families of texts that differ in one thing: what a checker of many bytes at once can get wrong.
extension TextGenerator {
  /// What `next` makes texts of.
  public enum Family: Int, CaseIterable, Sendable {
    /// Instructions at random, 1 to 5 bundles.
    case random
    /// One instruction or sequence at every offset, also across the end of a bundle.
    case everyOffset
    /// A 32-bit write of every register, then its use as an index, in one bundle or not.
    case everyIndex
    /// A write of esp or ebp and its restore, likewise.
    case everyRestore
    /// A jump to every byte of a text and around it.
    case everyTarget
    /// and, add, jmp or call with registers that are mostly the same.
    case everyMask
    /// String instructions with their masks, all or not all.
    case everyString
    /// Prefixes, opcodes and operands counted through, in a bundle of nops.
    case everyByte
  }

  /// The next text, of 0 to 6 bundles. Every other one is cut out of a sample, where there are any.
  public mutating func next() -> [UInt8] {
    if !samples.isEmpty, oneIn(2) { return cut() }
    while queue.isEmpty { fill(Family(rawValue: below(Family.allCases.count)) ?? .random) }
    var text = queue.removeLast()
    if oneIn(16), !text.isEmpty { damage(&text) }
    return text
  }

  /// A masked jump or a string instruction, right or almost.
  public mutating func sequence() -> [UInt8] { oneIn(2) ? masked() : string() }

  /// All texts of one family's turn.
  public mutating func texts(of family: Family) -> [[UInt8]] {
    queue = []
    fill(family)
    defer { queue = [] }
    return queue
  }

  private mutating func fill(_ family: Family) {
    switch family {
    case .random: for _ in 0..<24 { queue.append(text(bundles: below(6))) }
    case .everyOffset: everyOffset()
    case .everyIndex: everyIndex()
    case .everyRestore: everyRestore()
    case .everyTarget: everyTarget()
    case .everyMask: for _ in 0..<24 { put(masked(), at: below(24)) }
    case .everyString: for _ in 0..<24 { put(string(), at: below(24)) }
    case .everyByte: everyByte()
    }
  }

  /// 1 to 5 bundles of real code, as they are or damaged. Jumps out of them go anywhere: where one goes
  /// to no multiple of 32 the text is refused, so most are sent elsewhere.
  private mutating func cut() -> [UInt8] {
    let sample = samples[below(samples.count)]
    let bundles = min(1 + below(5), sample.count / 32)
    let start = 32 * below(sample.count / 32 - bundles + 1)
    var text = Array(sample[start..<start + 32 * bundles])
    if !oneIn(4) { sendCalls(&text) }
    if !oneIn(3) {
      for _ in 0...below(3) { damage(&text) }
    }
    return text
  }

  /// Makes the distances of what look like calls and long jumps such that they hit a multiple of 32.
  private mutating func sendCalls(_ text: inout [UInt8]) {
    for at in text.indices.dropLast(4) {
      let isJump =
        text[at] & 0xFE == 0xE8 || at > 0 && text[at - 1] == 0x0F && text[at] & 0xF0 == 0x80
      guard isJump, at + 5 <= text.count, text[at + 4] == 0 || text[at + 4] == 0xFF else {
        continue
      }
      let distance = 32 * (below(8) + 1) - (at + 5)
      for index in 0..<4 {
        text[at + 1 + index] = UInt8(truncatingIfNeeded: distance >> (8 * index))
      }
    }
  }

  // MARK: Surroundings

  /// One-byte and longer instructions of exactly that many bytes that break no rule.
  private mutating func filler(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let next = Self.fillers[below(oneIn(2) ? 2 : Self.fillers.count)]
      if bytes.count + next.count <= count { bytes += next }
    }
    return bytes
  }

  private static let fillers: [[UInt8]] = [
    [0x90], [0xF4], [0x89, 0xD8], [0x31, 0xC0], [0x83, 0xC0, 1], [0x48, 0x63, 0xC7], [0x66, 0x90],
    [0x8B, 0x44, 0x24, 8], [0x41, 0x8B, 0x07], [0xB8, 1, 2, 3, 4], [0x0F, 0x1F, 0x40, 0],
    [0x66, 0x2E, 0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0], [0x48, 0xB8, 1, 2, 3, 4, 5, 6, 7, 8],
    [0xC7, 0x44, 0x24, 8, 1, 2, 3, 4], [0x0F, 0x58, 0xC1], [0xD9, 0xC0],
  ]

  /// Puts a text into the queue that has `code` at `offset` of one of its 1 to 5 bundles, whole
  /// instructions around it, and nothing that keeps `code` from crossing the end of the bundle.
  private mutating func put(_ code: [UInt8], at offset: Int) {
    let bundles = 1 + below(5)
    let place = 32 * below(bundles) + offset
    var text: [UInt8] = []
    while text.count < place / 32 * 32 { text += filler(32) }
    text += filler(place - text.count) + code
    // As far as a bundle goes, and on.
    text += filler((32 - text.count % 32) % 32)
    while text.count < 32 * bundles { text += filler(32) }
    queue.append(text)
  }

  // MARK: Families

  private mutating func everyOffset() {
    let code = piece()
    for offset in 0..<32 { put(code, at: offset) }
  }

  /// A write of `register`: 32 bits wide and zero-extending, mostly.
  private mutating func write(_ register: Int) -> [UInt8] {
    let low = UInt8(register & 7)
    let high = UInt8(register >> 3)
    // mov %eax,%reg; mov %reg,%reg; lea; xor; movzbl; add imm8; mov imm32; movabs; 8 and 16 bits;
    // cmov; bsf; xchg with eax
    let forms: [[UInt8]] = [
      [0x40 | high, 0x89, 0xC0 | low], [0x40 | high * 5, 0x89, 0xC0 | low << 3 | low],
      [0x40 | high << 2, 0x8D, 0x44 | low << 3, 0x24, 8],
      [0x40 | high * 5, 0x31, 0xC0 | low << 3 | low],
      [0x40 | high << 2, 0x0F, 0xB6, 0xC0 | low << 3], [0x40 | high, 0x83, 0xC0 | low, 8],
      [0x40 | high, 0xB8 | low, 1, 2, 3, 4], [0x48 | high, 0xB8 | low, 1, 2, 3, 4, 0, 0, 0, 0],
      [0x40 | high, 0xB0 | low, 7], [0x66, 0x40 | high, 0x89, 0xC0 | low],
      [0x40 | high << 2, 0x0F, 0x44, 0xC0 | low << 3],
      [0x40 | high << 2, 0x0F, 0xBC, 0xC0 | low << 3], [0x40 | high, 0x90 | low],
      [0x48 | high, 0x89, 0xC0 | low],
    ]
    var code = forms[below(oneIn(3) ? forms.count : 7)]
    // Often without the REX that means nothing.
    if code[0] == 0x40, oneIn(2), code.count > 2 { code.removeFirst() }
    return code
  }

  private mutating func everyIndex() {
    let base = [5, 7, 4][below(3)]
    let opcode: [UInt8] = [[0x8B], [0x89], [0x0F, 0xB6], [0x0F, 0x6F], [0x03], [0xFF]][below(6)]
    for register in 0..<16 {
      let used = oneIn(4) ? below(16) : register
      let mode = UInt8(base == 5 ? 1 + below(2) : below(3))
      var rex: UInt8 = 0x40 | UInt8(used >> 3) << 1
      if base == 7 { rex |= 1 }
      if oneIn(4) { rex |= 8 }
      var use: [UInt8] = [rex]
      use += opcode
      use.append(mode << 6 | UInt8(below(4)) << 3 | 4)
      use.append(byte() & 0xC0 | UInt8(used & 7) << 3 | UInt8(base))
      use += Self.displacements[Int(mode)]
      let between = oneIn(5) ? filler(1 + below(3)) : []
      put(write(register) + between + use, at: below(32))
      // The write is the last of its bundle, the use the first of the next.
      let first = write(register)
      put(first + use, at: 32 - first.count)
    }
  }

  private static let displacements: [[UInt8]] = [[], [8], [8, 0, 0, 0]]

  private mutating func everyRestore() {
    let restores: [[UInt8]] = [
      [0x4C, 0x01, 0xFC], [0x49, 0x03, 0xE7], [0x4C, 0x09, 0xFC], [0x4A, 0x8D, 0x24, 0x3C],
      [0x4A, 0x8D, 0x64, 0x3C, 0], [0x4C, 0x01, 0xFD], [0x49, 0x03, 0xEF],
      [0x4A, 0x8D, 0x6C, 0x3D, 0], [0x4A, 0x8D, 0xAC, 0x3D, 0, 0, 0, 0],
    ]
    for restore in restores {
      // lea names the register in ModRM.reg, the others in one or the other.
      let isLEA = restore[1] == 0x8D
      let isFrame = isLEA ? restore[2] & 0x38 == 0x28 : [0xFD, 0xEF].contains(restore[2])
      let register = oneIn(5) ? below(16) : isFrame ? 5 : 4
      let first = write(register)
      let between = oneIn(6) ? filler(1) : []
      put(first + between + restore, at: below(32))
      put(first + restore, at: 32 - first.count)
      put(first + restore, at: (64 - first.count - restore.count) % 32)
    }
  }

  private mutating func everyTarget() {
    let bundles = 1 + below(5)
    let whole = sound(bundles: bundles)
    let at = 32 * below(bundles)
    let long = oneIn(2)
    let opcodes: [[UInt8]] = [[0xE9], [0xE8], [0x0F, 0x8C], [0xEB], [0x7F], [0xE3]]
    var jump = opcodes[below(3) + (long ? 0 : 3)]
    let width = long ? 4 : 1
    jump += [UInt8](repeating: 0, count: width)
    let start = at + below(32 - jump.count + 1)
    var text = whole
    // Its bundle is made of fillers; all others stay.
    text.replaceSubrange(
      at..<at + 32,
      with: filler(start - at) + jump + filler(at + 32 - start - jump.count))
    for target in -35...text.count + 35 {
      let distance = target - start - jump.count
      guard long || (-128...127).contains(distance) else { continue }
      for index in 0..<width {
        text[start + jump.count - width + index] = UInt8(
          truncatingIfNeeded: distance >> (8 * index))
      }
      queue.append(text)
    }
  }

  /// A masked jump or call; its three registers are the same, mostly.
  private mutating func masked() -> [UInt8] {
    let register = below(16)
    var registers = [register, register, register]
    if oneIn(3) { registers[below(3)] = below(16) }
    let low = registers.map { UInt8($0 & 7) }
    let high = registers.map { UInt8($0 >> 3) }
    var and: [UInt8] = [0x83, 0xE0 | low[0], oneIn(8) ? byte() : 0xE0]
    let spare: UInt8 = oneIn(4) ? byte() & 6 : 0
    if high[0] == 1 || oneIn(4) { and.insert(0x40 | high[0] | spare, at: 0) }
    let add: [UInt8] =
      oneIn(2)
      ? [0x4C | high[1], 0x01, 0xF8 | low[1]] : [0x49 | high[1] << 2, 0x03, 0xC7 | low[1] << 3]
    var jump: [UInt8] = [0xFF, (oneIn(2) ? 0xE0 : 0xD0) | low[2]]
    let rex: UInt8 = oneIn(4) ? 0x48 : 0x40
    if high[2] == 1 || oneIn(6) { jump.insert(rex | high[2], at: 0) }
    let between = oneIn(12) ? filler(1) : []
    return oneIn(12) ? add + jump : and + add + between + jump
  }

  private mutating func string() -> [UInt8] {
    let rex = 0x40 | byte() & 15
    func pair(_ register: UInt8, _ form: Int) -> [UInt8] {
      let mov: [UInt8] = [form & 1 == 0 ? 0x89 : 0x8B, 0xC0 | register << 3 | register]
      let lea: [UInt8] = [0x49, 0x8D, register << 3 | 4, register << 3 | 7]
      // Any REX: most name other registers, or another size.
      return (form & 2 == 0 ? mov : [form & 4 == 0 ? 0x40 : rex] + mov) + lea
    }
    let uses: [[UInt8]] = [
      [0xA4], [0xA5], [0xA6], [0xAC], [0xAA], [0xAB], [0xAE], [0x0F, 0xF7, 0xC1],
    ]
    let prefixes: [[UInt8]] = [[], [0xF3], [0xF2], [0x66], [0x48], [0xF3, 0x48], [0x66, 0xF3]]
    var pieces = [pair(6, below(8)), pair(7, below(8))]
    if oneIn(3) { pieces.swapAt(0, 1) }
    if oneIn(2) { pieces.remove(at: below(pieces.count)) }
    if oneIn(8) { pieces.insert([0x90], at: below(pieces.count + 1)) }
    return pieces.flatMap(\.self) + prefixes[below(7)] + uses[below(8)]
  }

  /// All values of one byte of an instruction, at one offset.
  private mutating func everyByte() {
    var code = instruction()
    guard !code.isEmpty else { return }
    if oneIn(4) { code.insert(Self.prefixes[below(Self.prefixes.count)], at: 0) }
    let place = below(min(3, code.count))
    let offset = below(32)
    for value in UInt8.min...UInt8.max {
      code[place] = value
      put(code, at: offset)
    }
  }
}
