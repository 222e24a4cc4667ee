import Glibc

/// Why a session could not be started, or its report not be had.
public struct SandboxError: Error, Sendable, CustomStringConvertible {
  /// What was being done, to what, and what the system said.
  public let description: String
  /// The exit status that the contract asks for: an errno (CONTRACT.md, "Manifest").
  public let status: Int32
  /// Whether the validator looked at the program and refused it.
  public let isRefusal: Bool

  public init(_ description: String, status: Int32 = 1, isRefusal: Bool = false) {
    self.description = description
    self.status = status
    self.isRefusal = isRefusal
  }

  init(_ action: String, errno code: Int32) {
    self.init(unsafe "\(action): \(String(cString: strerror(code)))", status: code)
  }
}
