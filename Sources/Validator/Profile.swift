import X86

/// A set of rules that code is validated against (RULES.md, "Profiles").
public enum Profile: String, Sendable, CaseIterable {
  /// What Native Client accepts.
  case nacl
  /// `nacl` with AVX, AVX2, FMA, BMI, F16C and AES, without what depends on time or on the machine.
  /// The default.
  case zerovm
  /// `zerovm` without results that differ between CPU makers and without anything above a baseline.
  case portable

  /// The instructions that this profile accepts; the baseline matters only in `portable`. Compiled
  /// from the tables when first asked for.
  func instructions(_ baseline: Baseline) -> InstructionSet {
    switch self {
    case .nacl: .nacl
    case .zerovm: .zerovm
    case .portable: .portable(baseline)
    }
  }
}
