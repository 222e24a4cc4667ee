import Digest
import Foundation
import Synchronization

/// A program of other people's that is built, unmodified, for the sandbox, from its distribution
/// source package: `guest/ports/NAME.port` says how. Built once per machine and content.
public struct SourcePort: Sendable {
  public let name: String
  /// One line, from the port file.
  public let summary: String
  /// What it installs; the first is the one that the port is named for.
  public let programs: [String]
  /// The folder that holds the programs, once they are built.
  public let path: String
  private let folder: String
  private let sysroot: Sysroot

  /// For whom to build.
  public enum Kind: String, Sendable {
    case guest
    /// The same source by the machine's compiler: what tests compare with.
    case native
  }

  private let kind: Kind

  /// All ports, in order of their names.
  public static func all() throws(ToolchainError) -> [SourcePort] {
    let folder = try Sysroot().guest + "/ports"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var ports: [SourcePort] = []
    for name in names.sorted() where name.hasSuffix(".port") {
      ports.append(try SourcePort(String(name.dropLast(5))))
    }
    return ports
  }

  /// The port of this name. Throws when there is none; it may not have been built yet.
  public init(_ name: String, kind: Kind = .guest) throws(ToolchainError) {
    self.name = name
    self.kind = kind
    sysroot = try Sysroot()
    folder = sysroot.guest + "/ports"
    let plain =
      !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    guard plain, let recipe = FileManager.default.contents(atPath: "\(folder)/\(name).port") else {
      throw ToolchainError("there is no port '\(name)'; zvm port list shows what there is")
    }
    let text = String(decoding: recipe, as: UTF8.self)
    summary = Self.value("summary", text).trimmingCharacters(in: ["\""])
    programs = Self.value("programs", text).trimmingCharacters(in: ["(", ")"])
      .split(separator: " ").map(String.init)
    guard !summary.isEmpty, !programs.isEmpty else {
      throw ToolchainError("\(folder)/\(name).port: summary= or programs= is missing")
    }
    var hash = SHA256()
    var parts = [recipe]
    for file in ["build", "fetch"] {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(file)") else {
        throw ToolchainError("\(folder)/\(file): cannot be read")
      }
      parts.append(data)
    }
    if kind == .guest { parts.append(Data(sysroot.path.utf8)) }
    for part in parts {
      let bytes = [UInt8]("\(part.count)\n".utf8) + [UInt8](part)
      hash.update(bytes.span)
    }
    let key = SHA256.hexadecimal(hash.finalize()).prefix(16)
    let infix = kind == .native ? "native-" : ""
    path = "\(Self.cache(sysroot))/port-\(name)-\(infix)\(key)"
  }

  public var isBuilt: Bool { FileManager.default.fileExists(atPath: path) }

  /// Path of one of the programs, once it is built.
  public func program(_ name: String) -> String {
    "\(path)/\(name)\(kind == .guest ? ".nexe" : "")"
  }

  /// Builds the port unless it is there: under a temporary name, renamed when complete. Two builds
  /// at once do no harm; one of the results is kept.
  public func build(log: (String) -> Void) throws(ToolchainError) {
    if isBuilt { return }
    if kind == .guest { try sysroot.build(log: log) }
    // Of two threads one builds.
    try Self.building.withLock { _ throws(ToolchainError) in try buildAlone(log: log) }
  }

  private static let building = Mutex(())

  private func buildAlone(log: (String) -> Void) throws(ToolchainError) {
    if isBuilt { return }
    log("zvm: building \(name) (\(summary)\(kind == .native ? ", native" : ""))")
    let work = try TemporaryFolder(in: Self.cache(sysroot))
    let status = try Tools.run(
      "/bin/bash", [folder + "/build", name, kind.rawValue, work.path + "/out"],
      environment: [
        "ZVM": Sysroot.compilerExecutable(), "ZVM_SOURCE_CACHE": Self.cache(sysroot) + "/sources",
      ])
    guard status == 0 else {
      throw ToolchainError("building the port \(name) failed", status: status)
    }
    do {
      try FileManager.default.moveItem(atPath: work.path + "/out", toPath: path)
    } catch {
      // Somebody else was faster with the same content.
      guard isBuilt else {
        throw ToolchainError("\(path): cannot be renamed: \(error.localizedDescription)")
      }
    }
  }

  /// Runs the port's tests: its own suite where that can run, else real work, each result compared
  /// with the native build's. Answers the exit status of `guest/ports/check`.
  public func test(log: (String) -> Void) throws(ToolchainError) -> Int32 {
    let native = try SourcePort(name, kind: .native)
    try build(log: log)
    try native.build(log: log)
    return try Tools.run(
      "/bin/bash", [folder + "/check", name, path, native.path],
      environment: [
        "ZVM": Sysroot.compilerExecutable(), "ZVM_SOURCE_CACHE": Self.cache(sysroot) + "/sources",
      ])
  }

  private static func cache(_ sysroot: Sysroot) -> String {
    URL(filePath: sysroot.path).deletingLastPathComponent().path
  }

  /// What stands behind `name=` in a port file; empty when it is not there.
  private static func value(_ name: String, _ text: String) -> String {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + "=") }
    return line.map { String($0.dropFirst(name.utf8.count + 1)) } ?? ""
  }
}
