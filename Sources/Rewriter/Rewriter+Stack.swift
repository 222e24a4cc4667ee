/// Writes of rsp and rbp, which always hold a sandbox address (RULES.md 8).
extension Rewriter {
  /// Instructions whose last operand is only read.
  private static let readers: Set<String> = [
    "cmp", "cmpl", "cmpq", "cmpw", "cmpb", "test", "testl", "testq", "testw", "testb", "push",
    "pushq", "pushl", "bt", "btl", "btq", "mul", "mull", "mulq", "div", "divl", "divq", "idiv",
    "idivl", "idivq", "nop", "nopw", "nopl",
  ]

  func writesStackOrFramePointer(_ instruction: Instruction) -> Bool {
    guard let last = instruction.operands.last?.register else { return false }
    if instruction.mnemonic.hasPrefix("xchg") || instruction.mnemonic.hasPrefix("xadd") {
      return instruction.operands.contains { $0.register?.isStackOrFramePointer ?? false }
    }
    return last.isStackOrFramePointer && !Self.readers.contains(instruction.mnemonic)
      && !(instruction.operands.count == 1 && instruction.mnemonic.hasPrefix("imul"))
  }

  /// A 32-bit write followed by the base, in one bundle. `lea` leaves the flags alone, which code
  /// may still want after a mov.
  mutating func setStackOrFramePointer(_ number: Int, with write: [String], byteCount: Int) {
    let register = Register.quad(number)
    writer.group(
      write + ["leaq (\(register),%r15,1), \(register)"], byteCount: byteCount + 5)
    writer.flush()
  }

  /// `leave`: rsp from rbp as it is; rbp from the stack, made a sandbox address again.
  mutating func rewriteLeave() {
    writer.one("movq %rbp, %rsp")
    popFramePointer()
  }

  private mutating func popFramePointer() {
    writer.one("popq %r11")
    setStackOrFramePointer(Register.framePointer, with: ["movl %r11d, %ebp"], byteCount: 3)
  }

  mutating func rewriteStackWrite(_ instruction: Instruction) throws(RewriteError) {
    guard let last = instruction.operands.last?.register, last.width >= 32 else {
      throw fail("only whole writes of the stack and frame pointer", instruction.source)
    }
    let number = last.number
    let name = Register.long(number)
    switch instruction.mnemonic {
    case "pop", "popq":
      guard number == Register.framePointer else {
        throw fail("the stack pointer cannot be popped", instruction.source)
      }
      return popFramePointer()
    case "mov", "movl", "movq":
      if let source = instruction.operands[0].register, source.isStackOrFramePointer,
        source.number != number
      {
        return writer.one("movq \(Register.quad(source.number)), \(Register.quad(number))")
      }
    case "add", "addl", "addq", "sub", "subl", "subq", "and", "andl", "andq", "or", "orl", "orq",
      "xor", "xorl":
      break
    default:
      throw fail(
        "this write of the stack or frame pointer has no sandboxed form",
        instruction.source)
    }
    guard instruction.operands.count == 2 else {
      throw fail("two operands expected", instruction.source)
    }
    let operation =
      instruction.mnemonic.last == "q" || instruction.mnemonic.last == "l"
      ? String(instruction.mnemonic.dropLast()) : instruction.mnemonic
    switch instruction.operands[0] {
    case .register(let source, _) where source.width >= 32:
      setStackOrFramePointer(
        number, with: ["\(operation)l \(Register.long(source.number)), \(name)"], byteCount: 3)
    case .immediate(let value):
      setStackOrFramePointer(
        number, with: ["\(operation)l \(value), \(name)"], byteCount: 6)
    case .memory(let memory):
      let address = try sandboxed(memory, instruction)
      setStackOrFramePointer(
        number, with: address.setup + ["\(operation)l \(address.operand), \(name)"],
        byteCount: address.setupByteCount + 9)
    default:
      throw fail(
        "this write of the stack or frame pointer has no sandboxed form",
        instruction.source)
    }
  }
}
