// Unsafe: uname fills a local variable, which is read as bytes.
import Foundation
import Glibc
import SystemPackage

/// Which engine made a result.
enum EngineIdentity {
  /// Version of this program, for people.
  static let version = "0.1.0"

  /// The machine's own name. Nobody is asked for it: a name server may take long to answer.
  static var hostName: String {
    var names = utsname()
    guard unsafe uname(&names) == 0 else { return "" }
    return unsafe withUnsafeBytes(of: &names.nodename) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The launcher beside this executable: its bytes are the engine's identity, since it holds the
  /// decoders, the traps and the rest of what a result depends on. nil when it cannot be told.
  static let launcherPath: String? = {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    return FilePath(path).removingLastComponent().appending("zvm-launcher").string
  }()
}
