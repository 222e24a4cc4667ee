/// What an instruction reads and writes, as far as it matters for changing the order of two
/// neighbours. Only general-purpose registers are tracked: of two instructions that change places,
/// one has no others.
struct Effects: Equatable {
  /// Bits by register number.
  var reads: UInt32 = 0
  var writes: UInt32 = 0
  var readsFlags = false
  var writesFlags = false
  var readsMemory = false
  var writesMemory = false
  /// Bytes at rsp plus a number, which do not count in the two above.
  var readsStack: Range<Int64>?
  var writesStack: Range<Int64>?
  /// Whether no address but rsp plus a number leads to the stack's bytes (`StackUse.swift`).
  var ownsStack = false
  /// Whether a register that is not tracked takes part: xmm, mm, x87.
  var usesOtherRegisters = false

  /// Whether the two give the same result in either order.
  func commutes(with other: Effects) -> Bool {
    writes & (other.reads | other.writes) == 0 && other.writes & reads == 0
      && !(writesFlags && (other.readsFlags || other.writesFlags))
      && !(other.writesFlags && readsFlags)
      && !overwrites(what: other) && !other.overwrites(what: self)
      && !(usesOtherRegisters && other.usesOtherRegisters)
  }

  /// Whether this writes memory that the other one reads or writes.
  private func overwrites(what other: Effects) -> Bool {
    let othersStack = other.readsStack != nil || other.writesStack != nil
    let apart = ownsStack && other.ownsStack
    if writesMemory, other.readsMemory || other.writesMemory || (othersStack && !apart) {
      return true
    }
    guard let writesStack else { return false }
    return !apart && (other.readsMemory || other.writesMemory)
      || other.readsStack.map(writesStack.overlaps) ?? false
      || other.writesStack.map(writesStack.overlaps) ?? false
  }

  private static func hull(_ one: Range<Int64>?, _ other: Range<Int64>?) -> Range<Int64>? {
    guard let one, let other else { return one ?? other }
    return min(one.lowerBound, other.lowerBound)..<max(one.upperBound, other.upperBound)
  }

  /// Both, one after the other.
  func union(_ other: Effects) -> Effects {
    Effects(
      reads: reads | other.reads, writes: writes | other.writes,
      readsFlags: readsFlags || other.readsFlags, writesFlags: writesFlags || other.writesFlags,
      readsMemory: readsMemory || other.readsMemory,
      writesMemory: writesMemory || other.writesMemory,
      readsStack: Self.hull(readsStack, other.readsStack),
      writesStack: Self.hull(writesStack, other.writesStack),
      ownsStack: ownsStack && other.ownsStack,
      usesOtherRegisters: usesOtherRegisters || other.usesOtherRegisters)
  }
}

extension Instruction {
  private enum Kind {
    /// Writes its last operand without reading it; no flags.
    case move
    /// Writes its last operand, which it also reads; no flags.
    case modify
    /// The same, and sets flags.
    case arithmetic
    /// The same, when it has more than one operand.
    case product
    /// As arithmetic, and needs flags too.
    case carry
    /// Only sets flags.
    case compare
    /// Writes its last operand, if flags say so.
    case conditional
  }

  private static let kinds: [String: Kind] = {
    var table: [String: Kind] = ["not": .modify, "bswap": .modify, "bswapl": .modify]
    for name in ["movl", "movq", "movzbl", "movzwl", "movsbl", "movswl", "movslq", "movabsq"] {
      table[name] = .move
    }
    // Narrow writes leave the rest of the register.
    table["movb"] = .modify
    table["movw"] = .modify
    func add(_ names: [String], _ kind: Kind, suffixes: [String] = ["b", "w", "l", "q"]) {
      for name in names { for suffix in suffixes { table[name + suffix] = kind } }
    }
    add(["lea"], .move, suffixes: ["l", "q"])
    add(["not"], .modify)
    add(["add", "sub", "and", "or", "xor", "inc", "dec", "neg"], .arithmetic)
    add(["imul"], .product, suffixes: ["w", "l", "q"])
    add(["adc", "sbb"], .carry)
    // A shift by nothing leaves the flags as they were.
    add(["shl", "sal", "shr", "sar"], .carry)
    add(["cmp", "test"], .compare)
    for condition in [
      "o", "no", "b", "c", "nae", "ae", "nb", "nc", "e", "z", "ne", "nz", "be", "na", "a", "nbe",
      "s", "ns", "p", "pe", "np", "po", "l", "nge", "ge", "nl", "le", "ng", "g", "nle",
    ] {
      table["set" + condition] = .conditional
      for suffix in ["", "l", "q"] { table["cmov" + condition + suffix] = .conditional }
    }
    return table
  }()

  /// SSE instructions that touch nothing but their operands, and no flags.
  private static let plainVector: Set<String> = [
    "movss", "movsd", "movaps", "movups", "movapd", "movupd", "movdqa", "movdqu", "movd", "movq",
    "addss", "addsd", "subss", "subsd", "mulss", "mulsd", "divss", "divsd", "addps", "addpd",
    "subps", "subpd", "mulps", "mulpd", "divps", "divpd", "sqrtsd", "sqrtss", "andps", "andpd",
    "orps", "xorps", "xorpd", "pxor", "por", "pand", "pandn", "paddb", "paddw", "paddd", "paddq",
    "psubb", "psubw", "psubd", "psubq", "pcmpeqb", "pcmpeqw", "pcmpeqd", "pcmpgtd", "pmovmskb",
    "unpcklps", "unpcklpd", "unpckhpd", "punpcklbw", "punpcklwd", "punpckldq", "punpcklqdq",
    "punpckhbw", "punpckhwd", "punpckhdq", "punpckhqdq", "pshufd", "pshuflw", "pshufhw", "shufps",
    "pslld", "psrld", "psllq", "psrlq", "psrldq", "pslldq", "pmuludq", "pmullw", "pmulhw",
    "cvtsi2sd", "cvtsi2sdl", "cvtsi2sdq", "cvttsd2si", "cvttsd2sil", "cvtsi2ss", "cvtss2sd",
    "cvtsd2ss", "cvttss2si", "maxsd", "minsd", "pextrw",
  ]

  /// How many bytes of memory it can access at most.
  private var mostBytesAccessed: Int64 {
    guard let kind = Self.kinds[mnemonic], kind != .conditional,
      !operands.contains(where: { if case .otherRegister = $0 { true } else { false } })
    else { return 16 }
    // An extension reads less than its last letter says.
    return ["b": 1, "w": 2, "l": 4, "q": 8][mnemonic.last ?? " "] ?? 16
  }

  /// nil for what is not known to the last bit: nothing changes places with it.
  var effects: Effects? {
    guard prefixes.isEmpty, let last = operands.last else { return nil }
    var result = Effects()
    let vector = operands.contains { if case .otherRegister = $0 { true } else { false } }
    let kind: Kind
    if vector {
      guard Self.plainVector.contains(mnemonic) else { return nil }
      result.usesOtherRegisters = true
      kind = .modify
    } else {
      // With one operand, imul works on rdx:rax.
      guard let known = Self.kinds[mnemonic], known != .product || operands.count > 1 else {
        return nil
      }
      kind = known
    }
    for operand in operands {
      switch operand {
      case .register(let register, _): result.reads |= 1 << UInt32(register.number)
      case .memory(let memory):
        if let base = memory.base { result.reads |= 1 << UInt32(base) }
        if let index = memory.index { result.reads |= 1 << UInt32(index) }
        if mnemonic.hasPrefix("lea") { break }
        if let bytes = memory.stackBytes(mostBytes: mostBytesAccessed) {
          result.readsStack = bytes
        } else {
          result.readsMemory = true
        }
      case .immediate, .otherRegister: break
      case .indirect: return nil
      }
    }
    switch kind {
    case .move, .modify: break
    case .arithmetic, .compare, .product: result.writesFlags = true
    case .carry:
      result.writesFlags = true
      result.readsFlags = true
    case .conditional: result.readsFlags = true
    }
    guard kind != .compare else { return result }
    switch last {
    case .register(let register, _):
      let bit: UInt32 = 1 << UInt32(register.number)
      result.writes |= bit
      // A pure move reads its destination only where it also stands as a source.
      if kind == .move, operands.count == 2, !operands[0].names(register.number) {
        result.reads &= ~bit
      }
    case .memory:
      if let bytes = result.readsStack {
        result.writesStack = bytes
      } else {
        result.writesMemory = true
      }
    case .otherRegister: break
    case .immediate, .indirect: return nil
    }
    return result
  }
}

extension MemoryOperand {
  /// The bytes above rsp that an access of so many can touch; nil for any other address.
  fileprivate func stackBytes(mostBytes: Int64) -> Range<Int64>? {
    guard base == Register.stackPointer, index == nil, !isThreadLocal,
      let start = displacement.isEmpty ? 0 : integer(displacement), abs(start) < 1 << 31
    else { return nil }
    return start..<start + mostBytes
  }
}

extension Operand {
  /// Whether the register takes part in this operand.
  func names(_ number: Int) -> Bool {
    switch self {
    case .register(let register, _): register.number == number
    case .memory(let memory): memory.base == number || memory.index == number
    case .indirect(let target): target.names(number)
    case .immediate, .otherRegister: false
    }
  }
}
