import X86

/// What the CPU at hand has, by the names in /proc/cpuinfo.
public struct HostFeatures: Sendable {
  private let names: Set<Substring>

  /// Reads the `flags` line of a /proc/cpuinfo text.
  public init(cpuInfo: String) {
    let line = cpuInfo.split(separator: "\n").first { $0.hasPrefix("flags") }
    names = Set((line ?? "").split(separator: " "))
  }

  /// Those of `required` that the host lacks, in order.
  public func missing(from required: [String]) -> [String] {
    required.filter { !names.contains(Substring($0)) }
  }
}
