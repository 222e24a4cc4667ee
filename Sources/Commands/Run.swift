public import ArgumentParser
import Glibc
import Manifest
import Sandbox
import SystemPackage

/// `zvm run`: one session, of a manifest or of a bare program.
public struct Run: ParsableCommand {
  public static let configuration = CommandConfiguration(
    abstract: "Run a program in a sandbox.",
    discussion: """
      TARGET is a nexe, which then runs like any program (standard streams pass through, the exit \
      status is the program's), or a manifest. Exit status otherwise: 124 time is up, 128+N ended \
      by signal N, else the errno of what went wrong.
      """)

  public enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
  }

  @Option(help: "Wall-clock limit, such as 5, 5s or 500ms.")
  var timeout: TimeLimit?

  @Option(help: "Memory for program, heap and stack, such as 256MiB.")
  var memory: ByteCount?

  @Option(
    name: .customLong("env"), help: ArgumentHelp("Environment variable.", valueName: "NAME=VALUE"))
  var environment: [String] = []

  @Option(
    help: ArgumentHelp(
      "Give the program a tarball's content, compressed or not, at a folder. May be repeated.",
      valueName: "FILE=/FOLDER"))
  var mount: [String] = []

  @Option(
    help: ArgumentHelp(
      "Keep a folder of the program's file system as a tarball when it ends well.",
      valueName: "/FOLDER=FILE"))
  var save: [String] = []

  @Option(
    help: ArgumentHelp("What clocks in the sandbox start from, since 1970.", valueName: "SECONDS"))
  var time: UInt32 = 0

  @Option(
    help: "Print a report when the session ends: on standard error for a program, else on output.")
  var report: ReportFormat?

  @Flag(name: .customLong("json"), help: "The same as --report json.")
  var json = false

  @Flag(name: .customShort("F"), help: "Stop before the session: load and validate only.")
  var loadOnly = false

  @Option(name: .customShort("t"), help: "Write the report to this file.")
  var reportPath: String?

  @Argument(help: ArgumentHelp("Manifest or nexe.", valueName: "target"))
  var target: String

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the program.")
  var arguments: [String] = []

  public init() {}

  public func run() throws {
    let format = json ? .json : report
    do {
      if try isProgram(target) {
        try runProgram(format)
      } else {
        try runManifest(format ?? .text)
      }
    } catch let error as SandboxError {
      complain("\(error)")
      throw ExitCode(error.status)
    } catch let error as ManifestError {
      complain("\(target): \(error)")
      throw ExitCode(error.exitStatus)
    }
  }

  /// A nexe by name or by its first bytes; everything else is read as a manifest.
  private func isProgram(_ path: String) throws -> Bool {
    if path.hasSuffix(".nexe") { return true }
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      defer { try? file.close() }
      var magic: [UInt8] = [0, 0, 0, 0]
      let count = unsafe try magic.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
      return count == 4 && magic == [0x7f, 0x45, 0x4c, 0x46]
    } catch let error as Errno {
      throw SandboxError("\(path): \(error)", status: error.rawValue)
    }
  }

  // MARK: A bare program

  private func runProgram(_ format: ReportFormat?) throws {
    let variables = try environment.map { text in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ValidationError("--env \(text): not NAME=VALUE")
      }
      return (name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
    var tarballs = Tarballs()
    defer { tarballs.discard() }
    for text in mount { try tarballs.mount(text) }
    for text in save { try tarballs.save(text) }
    let launcher = try Launcher(module: try ValidatedModule(path: FilePath(target)))
    defer { launcher.shutDown() }
    if loadOnly { return }
    let session = Session.command(
      arguments: [target] + arguments, environment: variables,
      standardInput: .stream(.standardInput), standardOutput: .stream(.standardOutput),
      standardError: .stream(.standardError), mounts: tarballs.mounts, saves: tarballs.saves,
      seconds: time, memoryByteCount: memory?.rawValue ?? 256 << 20,
      timeout: timeout?.duration ?? .seconds(3600))
    let result = try launcher.runAndWait(session)
    if result.outcome == .exited(code: 0) { try tarballs.commit() }
    if let format {
      try publish(RunReport(result, session, launcher.protections), format, to: .standardError)
    } else if let text = result.outcome.problem {
      complain("\(target): \(text)")
    }
    throw ExitCode(result.outcome.exitStatus)
  }

  // MARK: A manifest

  private func runManifest(_ format: ReportFormat) throws {
    let manifest = try Manifest(parsing: try readManifest())
    let module = try ValidatedModule(path: FilePath(manifest.program))
    let launcher = try Launcher(module: module)
    defer { launcher.shutDown() }
    if loadOnly { return }
    var files = ManifestFiles()
    defer { files.discard() }
    var channels: [Channel] = []
    for declaration in manifest.channels { channels.append(try files.open(declaration)) }
    var session = Session(
      channels: channels, memoryByteCount: memory?.rawValue ?? manifest.memoryByteCount,
      timeout: timeout?.duration ?? .seconds(manifest.timeoutSeconds))
    session.memoryDigest = manifest.memoryDigest
    let result = try launcher.runAndWait(session)
    if case .exited = result.outcome { try files.commit() }
    try publish(RunReport(result, session, launcher.protections), format, to: .standardOutput)
    if let text = result.outcome.problem { complain("\(manifest.program): \(text)") }
    throw ExitCode(result.outcome.exitStatus)
  }

  private func readManifest() throws -> String {
    do {
      let file = try FileDescriptor.open(FilePath(target), .readOnly, options: .closeOnExec)
      defer { try? file.close() }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      while bytes.count <= Manifest.maximumByteCount {
        let count = unsafe try buffer.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
        if count == 0 { break }
        bytes += buffer[..<count]
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ManifestError(reason: .notText, line: 0)
      }
      return text
    } catch let error as Errno {
      throw SandboxError("\(target): \(error)", status: error.rawValue)
    }
  }

  private func publish(_ report: RunReport, _ format: ReportFormat, to descriptor: FileDescriptor)
    throws
  {
    let text = format == .json ? report.json : report.classic
    if let reportPath {
      let file = try FileDescriptor.open(
        FilePath(reportPath), .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o644))
      try file.closeAfter { _ = try file.writeAll(text.utf8) }
    } else {
      _ = try descriptor.writeAll(text.utf8)
    }
  }

  private func complain(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll("zvm run: \(text)\n".utf8)
  }
}

/// `256MiB`, `1GiB`, `64k` or plain bytes.
public struct ByteCount: ExpressibleByArgument, Sendable {
  let rawValue: Int

  public init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let units: [String: Int] = [
      "": 1, "b": 1, "k": 1 << 10, "kib": 1 << 10, "m": 1 << 20, "mib": 1 << 20, "g": 1 << 30,
      "gib": 1 << 30,
    ]
    guard let number = Int(digits), let unit = units[argument.dropFirst(digits.count).lowercased()],
      number > 0, !number.multipliedReportingOverflow(by: unit).overflow
    else { return nil }
    rawValue = number * unit
  }
}

/// `5`, `5s`, `500ms` or `2m`.
public struct TimeLimit: ExpressibleByArgument, Sendable {
  let duration: Duration

  public init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let units: [String: Int64] = ["": 1000, "s": 1000, "ms": 1, "m": 60_000]
    guard let number = Int64(digits), number > 0, number < 1 << 40,
      let unit = units[String(argument.dropFirst(digits.count))]
    else { return nil }
    duration = .milliseconds(number * unit)
  }
}
