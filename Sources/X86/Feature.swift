/// What a CPU must have for an instruction, by the names that Linux prints in /proc/cpuinfo.
public struct FeatureSet: OptionSet, Sendable, Hashable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The names, in the order of their bits. `base` is what every x86-64 CPU has beyond a flag.
  public static let names = [
    "base", "fpu", "tsc", "cx8", "cmov", "clflush", "mmx", "sse", "sse2", "pni", "ssse3", "cx16",
    "sse4_1", "sse4_2", "movbe", "popcnt", "aes", "avx", "f16c", "lahf_lm", "abm", "sse4a",
    "3dnowprefetch", "3dnow", "3dnowext", "fma", "bmi1", "avx2", "bmi2", "pclmulqdq", "fxsr",
  ]

  /// The feature of that name, or nil if no instruction needs it.
  public init?(named name: some StringProtocol) {
    guard let index = Self.names.firstIndex(where: { $0 == name }) else { return nil }
    self.init(rawValue: 1 << UInt64(index))
  }

  /// Names of the members, without `base`, in a fixed order.
  public var memberNames: [String] {
    Self.names.enumerated().filter { $0.offset > 0 && rawValue >> UInt64($0.offset) & 1 != 0 }
      .map(\.element)
  }
}

/// Which of the three rule sets of RULES.md, "Profiles", an instruction belongs to.
public struct ProfileSet: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let nacl = ProfileSet(rawValue: 1)
  public static let zerovm = ProfileSet(rawValue: 2)
  public static let portable = ProfileSet(rawValue: 4)
  public static let any: ProfileSet = [.nacl, .zerovm, .portable]
}
