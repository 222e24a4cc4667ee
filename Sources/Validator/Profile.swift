import X86

/// A set of rules that code is validated against (RULES.md, "Profiles").
public enum Profile: String, Sendable, CaseIterable {
  /// What Native Client accepts.
  case nacl
  /// `nacl` with AVX, AVX2, FMA, BMI, F16C and AES, without what depends on time or on the machine.
  /// The default.
  case zerovm
  /// `zerovm` without results that differ between CPU makers and without anything above x86-64-v2.
  case portable

  /// The instructions that this profile accepts. Compiled from the tables when first asked for.
  var instructions: InstructionSet {
    switch self {
    case .nacl: .nacl
    case .zerovm: .zerovm
    case .portable: .portable
    }
  }
}
