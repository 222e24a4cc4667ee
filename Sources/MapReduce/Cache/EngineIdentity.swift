import Foundation
import SystemPackage

/// Which engine made a result.
enum EngineIdentity {
  /// Version of this program, for people.
  static let version = "0.1.0"

  /// The launcher beside this executable: its bytes are the engine's identity, since it holds the
  /// decoders, the traps and the rest of what a result depends on. nil when it cannot be told.
  static let launcherPath: String? = {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    return FilePath(path).removingLastComponent().appending("zvm-launcher").string
  }()
}
