/// A rule of RULES.md that code breaks.
public enum Rule: String, Sendable, CaseIterable {
  case unknownInstruction = "unknown-instruction"
  case bundleStraddle = "bundle-straddle"
  case badBase = "bad-base"
  case badIndex = "bad-index"
  case baseRegisterWritten = "r15-written"
  case stackPointerWritten = "rsp-written"
  case framePointerWritten = "rbp-written"
  case stackPointerSandboxing = "rsp-sandboxing"
  case framePointerSandboxing = "rbp-sandboxing"
  case indirectJump = "unmasked-jump"
  case stringOperation = "unmasked-string"
  case badJumpTarget = "bad-jump-target"
  case jumpOutOfRange = "jump-out-of-range"
  case notInProfile = "not-in-profile"
  case textSize = "text-size"
  case textTooLarge = "text-too-large"

  /// What is wrong, and the section of RULES.md that says so.
  public var explanation: String {
    switch self {
    case .unknownInstruction: "not an instruction that a guest may use (RULES 5, 11-13)"
    case .bundleStraddle: "an instruction crosses a 32-byte bundle (RULES 1)"
    case .badBase: "memory base is not rip, rsp, rbp or r15 (RULES 7)"
    case .badIndex: "memory index was not just zero-extended (RULES 7)"
    case .baseRegisterWritten: "r15 is written (RULES 6)"
    case .stackPointerWritten: "rsp is written (RULES 8)"
    case .framePointerWritten: "rbp is written (RULES 8)"
    case .stackPointerSandboxing:
      "a 32-bit write of esp and the restore of rsp must be a pair (RULES 8)"
    case .framePointerSandboxing:
      "a 32-bit write of ebp and the restore of rbp must be a pair (RULES 8)"
    case .indirectJump: "indirect jump or call without its mask (RULES 9)"
    case .stringOperation: "string instruction without its masks (RULES 10)"
    case .badJumpTarget: "jump to the inside of an instruction or superinstruction (RULES 2, 3)"
    case .jumpOutOfRange: "jump out of the text that is not to a trampoline (RULES 3)"
    case .notInProfile: "another profile has this instruction, this one refuses it (Profiles)"
    case .textTooLarge: "the text is larger than 256 MiB"
    case .textSize: "the text is not a whole number of 32-byte bundles (RULES 1)"
    }
  }
}

/// One place where code breaks a rule.
public struct Violation: Error, Sendable, Equatable, CustomStringConvertible {
  /// Byte offset in the text.
  public let offset: Int
  /// The bytes there: the instruction, or what remains of its bundle.
  public let bytes: [UInt8]
  public let rule: Rule

  public var description: String {
    let hex = bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return "\(String(offset, radix: 16)): \(rule.rawValue): \(rule.explanation): "
      + hex.joined(separator: " ")
  }
}
