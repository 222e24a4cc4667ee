/// What a CPU must have for an instruction, by the names that Linux prints in /proc/cpuinfo.
public struct FeatureSet: OptionSet, Sendable, Hashable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The names, in the order of their bits. `base` is what every x86-64 CPU has beyond a flag.
  public static let names = [
    "base", "fpu", "tsc", "cx8", "cmov", "clflush", "mmx", "sse", "sse2", "pni", "ssse3", "cx16",
    "sse4_1", "sse4_2", "movbe", "popcnt", "aes", "avx", "f16c", "lahf_lm", "abm", "sse4a",
    "3dnowprefetch", "3dnow", "3dnowext", "fma", "bmi1", "avx2", "bmi2", "pclmulqdq", "aes+avx",
    "pclmulqdq+avx",
  ]

  /// The feature of that name, or nil if no instruction needs it.
  public init?(named name: some StringProtocol) {
    guard let index = Self.names.firstIndex(where: { $0 == name }) else { return nil }
    self.init(rawValue: 1 << UInt64(index))
  }

  /// Names of the members, without `base`, in a fixed order.
  public var memberNames: [String] {
    var result: [String] = []
    for (offset, name) in Self.names.enumerated()
    where offset > 0 && rawValue >> UInt64(offset) & 1 != 0 {
      for part in name.split(separator: "+") where !result.contains(String(part)) {
        result.append(String(part))
      }
    }
    return result
  }
}

/// A level of the x86-64 psABI: what `portable` code may count on. What MMX and x87 have is in all.
public enum Baseline: String, Sendable, CaseIterable {
  case v1 = "x86-64"
  case v2 = "x86-64-v2"
  case v3 = "x86-64-v3"

  /// The features that every CPU of this level has.
  public var features: FeatureSet {
    let v1 = ["base", "fpu", "tsc", "cx8", "cmov", "mmx", "sse", "sse2"]
    let v2 = v1 + ["pni", "ssse3", "cx16", "sse4_1", "sse4_2", "popcnt", "lahf_lm"]
    let v3 = v2 + ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"]
    let names =
      switch self {
      case .v1: v1
      case .v2: v2
      case .v3: v3
      }
    return names.reduce(into: []) { set, name in set.formUnion(FeatureSet(named: name) ?? []) }
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
