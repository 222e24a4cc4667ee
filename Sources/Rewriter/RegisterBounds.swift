/// The largest value that each register can have, as far as the instructions since the last label say.
///
/// An index that is known to be small needs no address computed in 32 bits: added to a symbol or to the
/// stack pointer it cannot wrap at 4 GiB, so it can stand as an index beside r15 or rsp.
struct RegisterBounds {
  private var largest: [Int64?] = Array(repeating: nil, count: 16)

  subscript(register: Int) -> Int64? { largest[register] }

  /// Nothing is known any more: at a label, behind a call, and where an instruction is not understood.
  mutating func forget() {
    for register in largest.indices { largest[register] = nil }
  }

  /// Takes in what an instruction that was written to the output does.
  mutating func pass(_ instruction: Instruction) {
    guard let effects = instruction.effects else { return forget() }
    let bound = result(of: instruction)
    for register in largest.indices where effects.writes & (1 << UInt32(register)) != 0 {
      largest[register] = nil
    }
    if let bound, let destination = instruction.operands.last?.register {
      largest[destination.number] = bound
    }
  }

  /// The largest value of the register that comes out, when the instruction writes all of it.
  private func result(of instruction: Instruction) -> Int64? {
    let operands = instruction.operands
    guard let destination = operands.last?.register, destination.width >= 32, operands.count == 2
    else { return nil }
    switch instruction.mnemonic {
    case "movzbl": return 0xff
    case "movzwl": return 0xffff
    case "andl", "andq":
      guard let mask = operands[0].number, mask >= 0, mask <= Int64(Int32.max) else { return nil }
      return mask
    case "shrl", "shrq":
      guard let count = operands[0].number, count > 0, count < destination.width else { return nil }
      let bits = Int64(destination.width) - count
      return bits <= 31 ? (1 << bits) - 1 : nil
    case "movl":
      if let value = operands[0].number { return value >= 0 ? small(value) : nil }
      guard let source = operands[0].register else { return nil }
      return largest[source.number]
    case "addl":
      guard let before = largest[destination.number] else { return nil }
      if let value = operands[0].number { return value >= 0 ? small(before + value) : nil }
      guard let source = operands[0].register, let added = largest[source.number] else {
        return nil
      }
      return small(before + added)
    default: return nil
    }
  }

  private func small(_ value: Int64) -> Int64? { value <= Int64(Int32.max) ? value : nil }
}
