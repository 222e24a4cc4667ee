import Foundation
import Glibc
import SystemPackage

/// A copy of a template that wrote a byte, and its engine, a process of its own (`template-holder`) that
/// may make no process namespaces.
struct OrphanedCopy {
  /// The launcher, the template, the copy.
  let family: [Int32]
  private let engine: Process

  /// The built helper, beside the test bundle.
  private static let holder: String? = {
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
      let folder = URL(fileURLWithPath: argument).deletingLastPathComponent().path
      if access(folder + "/template-holder", X_OK) == 0 { return folder + "/template-holder" }
    }
    return nil
  }()

  private static func words(_ command: String) -> [String] {
    ["unshare", "-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_pid_namespaces && \(command)"]
  }

  static var isPossible: Bool {
    holder != nil && (try? tool(words("true")).status) == 0
  }

  init(nexe: FilePath) throws {
    engine = Process()
    engine.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    engine.arguments = Self.words("exec \(Self.holder!) \(nexe)")
    let output = Pipe()
    engine.standardOutput = output
    try engine.run()
    _ = try output.fileHandleForReading.read(upToCount: 1)
    family = children(ofAllThreadsOf: engine.processIdentifier)
  }

  /// Whether it is in another process namespace than this one.
  static func hasNamespace(_ process: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
    return line?.split(separator: "\t").count != 2
  }

  func killEngine() {
    kill(engine.processIdentifier, SIGKILL)
    engine.waitUntilExit()
  }

  /// Leaves nothing behind where the test fails.
  func end() {
    for process in family where access("/proc/\(process)/exe", F_OK) == 0 { kill(process, SIGKILL) }
  }
}
