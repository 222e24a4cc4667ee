import Foundation
import Synchronization

/// Why something could not be compiled, linked or found. The text is for people; a tool's own
/// messages have already gone to standard error.
public struct ToolchainError: Error, Sendable, CustomStringConvertible {
  public let description: String
  /// Exit status of the tool that failed, or 1.
  public let status: Int32

  public init(_ description: String, status: Int32 = 1) {
    self.description = description
    self.status = status
  }
}

/// The stock programs that the toolchain drives.
struct Tools: Sendable {
  /// gcc: C to ILP32 assembly with reserved registers, which clang cannot (TOOLCHAIN.md).
  let gcc: String
  /// clang of the Swift toolchain: its integrated assembler knows `align_to_end`.
  let clang: String
  let lld: String

  /// g++, with the folders of its library's headers; only C++ needs it.
  static func cxx() throws(ToolchainError) -> (program: String, headers: [String]) {
    guard let program = search("g++"), let version = capture(program, ["-dumpversion"]) else {
      throw ToolchainError("g++ is not installed: apt-get install g++")
    }
    let headers = [
      "/usr/include/c++/\(version)", "/usr/include/x86_64-linux-gnu/c++/\(version)",
      "/usr/include/c++/\(version)/backward",
    ]
    guard FileManager.default.fileExists(atPath: headers[0] + "/vector") else {
      throw ToolchainError("\(headers[0]): there is no C++ library: apt-get install g++")
    }
    return (program, headers)
  }

  /// The first line that a program prints.
  private static func capture(_ program: String, _ arguments: [String]) -> String? {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).split(separator: "\n").first.map(String.init)
  }

  init() throws(ToolchainError) {
    guard let gcc = Self.search("gcc") else {
      throw ToolchainError("gcc is not installed: apt-get install gcc")
    }
    self.gcc = gcc
    // Debian's own clang is too old for the bundle directives of calls: the Swift toolchain's is
    // the one that was tried.
    let swift = Self.search("swift").map {
      URL(filePath: $0).resolvingSymlinksInPath().deletingLastPathComponent().path
    }
    guard let folder = swift, Self.isExecutable(folder + "/clang"),
      Self.isExecutable(folder + "/ld.lld")
    else {
      throw ToolchainError(
        "clang and ld.lld of the Swift toolchain were not found: its usr/bin must be on the PATH")
    }
    clang = folder + "/clang"
    lld = folder + "/ld.lld"
  }

  private static func isExecutable(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path)
  }

  static func search(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: isExecutable)
  }

  /// Runs a program to its end with our standard streams; answers its exit status (128 + signal
  /// when it was killed).
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    output: FileHandle? = nil
  ) throws(ToolchainError) -> Int32 {
    let variables =
      environment.isEmpty
      ? nil : ProcessInfo.processInfo.environment.merging(environment) { $1 }
    return try Subprocess.run(
      program, arguments, environment: variables, output: output?.fileDescriptor)
  }
}

/// A folder that is removed when its owner is done with it.
final class TemporaryFolder: Sendable {
  let path: String

  init(in parent: String = NSTemporaryDirectory()) throws(ToolchainError) {
    path = parent + (parent.hasSuffix("/") ? "" : "/") + ".zvm-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw ToolchainError("\(path): cannot be made: \(error.localizedDescription)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
