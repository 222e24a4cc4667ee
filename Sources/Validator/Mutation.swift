#if ZVM_MUTATIONS
  import Glibc
#endif

/// Rules that a test may switch off, to see that some other test notices: `Tests/ValidatorProof/mutations`.
/// In every build without ZVM_MUTATIONS, `isOff` is the constant false and leaves no trace.
enum Mutation: String {
  /// A place reached with a restricted index, the second half of a pair, the inside of a
  /// superinstruction: no jump target.
  case indexIsTarget, restoreIsTarget, insideIsTarget
  /// A restricted esp or ebp at the end of a bundle or before another instruction.
  case openAtBundleEnd
  /// A jump out of the text to any place.
  case outsideJumpAligned
  /// The spelled-out conditions of superinstructions.
  case maskRegister, stringREX

  #if ZVM_MUTATIONS
    private static let chosen =
      unsafe getenv("ZVM_RULE_OFF").map { unsafe String(cString: $0) } ?? ""

    /// Whether this rule is switched off.
    static func isOff(_ mutation: Mutation) -> Bool { chosen == mutation.rawValue }
    static func isOff(_ rule: Rule) -> Bool { chosen == rule.rawValue }
  #else
    @inline(__always) static func isOff(_ mutation: Mutation) -> Bool { false }
    @inline(__always) static func isOff(_ rule: Rule) -> Bool { false }
  #endif
}
