/// Why an assembly file cannot be made to obey the rules, and where.
public struct RewriteError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Name of the file as given, or from the debug information when there is some.
  public let file: String
  /// Line in that file, from 1.
  public let line: Int
  /// The instruction or directive, as it stands in the assembly.
  public let source: String
  public let reason: String

  public var description: String { "\(file):\(line): error: \(reason): `\(source)`" }
}
