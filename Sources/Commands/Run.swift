public import ArgumentParser
import Glibc
import Manifest
import MapReduce
import PlainRun
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

  @Flag(
    help: "Run the program twice, under different host conditions, and compare all that it did.")
  var verify = false

  @Option(name: .customShort("t"), help: "Write the report to this file.")
  var reportPath: String?

  @Flag(
    name: .customShort("s"),
    help: "Skip validation: only for a program that this machine has validated before.")
  var skipValidation = false

  @Flag(name: .customShort("T"), help: "Print each trap on standard error, with what it took.")
  var trace = false

  @Flag(name: .customShort("v"), help: "Say on standard error what is done.")
  var verbose = false

  @Argument(help: ArgumentHelp("Manifest or nexe.", valueName: "target"))
  var target: String

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the program.")
  var arguments: [String] = []

  public init() {}

  public func run() throws {
    do {
      if let bytes = try readTarget() {
        try runManifest(bytes)
      } else {
        try runProgram()
      }
    } catch let error as SandboxError {
      complain("\(error)")
      throw ExitCode(error.status)
    } catch let error as Errno {
      complain("\(target): \(error)")
      throw ExitCode(error.rawValue)
    }
  }

  /// The manifest's bytes, nil for a nexe: by its name or its first bytes. Read once and in order: a
  /// manifest may come out of a pipe.
  private func readTarget() throws -> [UInt8]? {
    if target.hasSuffix(".nexe") { return nil }
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(FilePath(target), .readOnly, options: .closeOnExec)
    } catch let error as Errno {
      throw SandboxError("\(target): \(error)", status: error.rawValue)
    }
    defer { try? file.close() }
    do {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      while bytes.count <= Manifest.maximumByteCount {
        let count = unsafe try buffer.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
        if count == 0 { break }
        bytes += buffer[..<count]
        if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) { return nil }
      }
      return bytes
    } catch { throw SandboxError("\(target): \(error)", status: EIO) }
  }

  var format: ReportFormat? { json ? .json : report }

  /// Of a program that was loaded.
  private var validatorState: RunReport.ValidatorState { skipValidation ? .skipped : .passed }

  // MARK: A bare program

  private func runProgram() throws {
    let variables = try environment.map { text in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ValidationError("--env \(text): not NAME=VALUE")
      }
      return (name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
    guard !verify || save.isEmpty else {
      throw ValidationError("--verify runs the program twice; what it would --save is not kept")
    }
    let module = try load(target)
    var tarballs = Tarballs()
    defer { tarballs.discard() }
    for text in mount { try tarballs.mount(text) }
    for text in save { try tarballs.save(text) }
    let (mounts, saves) = (tarballs.mounts, tarballs.saves)
    func session(
      _ input: Channel.Backing, _ output: Channel.Backing, _ errors: Channel.Backing
    ) -> Session {
      Session.command(
        arguments: [target] + arguments, environment: variables, standardInput: input,
        standardOutput: output, standardError: errors, mounts: mounts, saves: saves,
        seconds: time, memoryByteCount: memory?.rawValue ?? PlainRun.memoryByteCount,
        timeout: timeout?.duration ?? PlainRun.timeout)
    }
    if verify {
      let result = try RunTwice(module, session: session).run()
      try end(result.report, result.session, result.protections)
    }
    let launcher = try Launcher(module: module)
    defer { launcher.shutDown() }
    note("protections: \(launcher.protections.joined(separator: "; "))")
    if loadOnly { return }
    let only = session(
      .stream(.standardInput), .stream(.standardOutput), .stream(.standardError))
    let result = try run(only, launcher)
    if result.outcome == .exited(code: 0) { try tarballs.commit() }
    try end(result, only, launcher.protections)
  }

  /// Runs a session, traced where that is wanted.
  private func run(_ session: Session, _ launcher: Launcher) throws -> SandboxReport {
    guard trace else { return try launcher.runAndWait(session) }
    let trace = try TrapTrace(to: .standardError)
    defer { trace.finish() }
    var session = session
    session.trace = trace.descriptor
    return try launcher.runAndWait(session)
  }

  /// Says how a program's session ended, and ends with its status.
  private func end(_ result: SandboxReport, _ session: Session, _ protections: [String]) throws
    -> Never
  {
    if format != nil || reportPath != nil {
      try publish(
        RunReport(result, of: target, session, protections, validator: validatorState),
        to: .standardError)
    }
    if PlainRun.isUnread(result.outcome) { throw ExitCode(PlainRun.unreadStatus) }
    if format == nil { explain(result.outcome, of: target) }
    throw ExitCode(result.outcome.exitStatus)
  }

  // MARK: A manifest

  /// Runs the session of a manifest. Whatever happens, there is a report.
  private func runManifest(_ bytes: [UInt8]) throws {
    guard !verify else {
      throw ValidationError(
        "--verify runs a program, not a manifest: its channels cannot be had twice")
    }
    let start = ContinuousClock.now
    var validator = RunReport.ValidatorState.skipped
    do {
      let manifest = try Manifest(parsing: bytes)
      let module = try load(manifest.program)
      validator = validatorState
      let limit = timeout?.duration ?? .seconds(manifest.timeoutSeconds)
      try runSession(manifest, module, limit, until: start + limit)
    } catch let error as SandboxError {
      if error.isRefusal { validator = .failed }
      try publish(RunReport(state: error.description, validator: validator), to: .standardOutput)
      throw error
    } catch let error as ManifestError {
      let text = "\(target): \(error)"
      try publish(RunReport(state: text, validator: validator), to: .standardOutput)
      complain(text)
      throw ExitCode(error.exitStatus)
    }
  }

  private func runSession(
    _ manifest: Manifest, _ module: ValidatedModule, _ limit: Duration,
    until deadline: ContinuousClock.Instant
  ) throws {
    // The contract has jail and unjail.
    let launcher = try Launcher(
      module: module, options: Launcher.Options(jail: true, templates: manifest.job != nil))
    defer { launcher.shutDown() }
    note("protections: \(launcher.protections.joined(separator: "; "))")
    if loadOnly {
      try publish(RunReport(state: "ok", validator: validatorState), to: .standardOutput)
      return
    }
    raiseDescriptorLimit()
    var opened = ManifestChannels(manifest, until: deadline)
    defer { opened.discard() }
    let channels = try opened.open()
    note("\(channels.count) channels are open")
    var session = Session(
      channels: channels, memoryByteCount: memory?.rawValue ?? manifest.memoryByteCount,
      timeout: limit)
    session.memoryDigest = manifest.memoryDigest
    if let job = manifest.job { try serve(job, manifest.program, launcher, session) }
    var result = try run(session, launcher)
    if case .exited = result.outcome {
      if let (alias, message) = opened.finish() {
        result.outcome = .channelFailed(alias: alias, message: message)
      } else {
        try opened.commit()
      }
    }
    let report = RunReport(
      result, of: manifest.program, session, launcher.protections, validator: validatorState,
      network: opened.networkChannels)
    try publish(report, to: .standardOutput)
    explain(result.outcome, of: manifest.program)
    throw ExitCode(result.outcome.exitStatus)
  }

  /// Runs the set-up, whose outputs are discarded, and then copies of it for whoever asks.
  private func serve(_ job: String, _ program: String, _ launcher: Launcher, _ setUp: Session)
    throws
    -> Never
  {
    let template = try launcher.makeTemplate(setUp)
    let socket = try JobSocket(job)
    note("\(program) is a template; requests at \(job)")
    try JobServer(
      template: template, protections: launcher.protections, program: program,
      isJSON: format == .json
    ).serve(socket)
  }

  private func load(_ path: String) throws -> ValidatedModule {
    let start = ContinuousClock.now
    let module = try ValidatedModule(
      path: FilePath(path), validation: skipValidation ? .onlyCached : .once)
    note(
      "\(path): \(module.wasCached ? "validated before, known" : "validated") in "
        + "\(ContinuousClock.now - start); needs "
        + (module.requiredFeatures.isEmpty
          ? "no CPU features" : module.requiredFeatures.joined(separator: " ")))
    return module
  }

  /// Each channel may need a descriptor, and 10915 are allowed.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  // MARK: What is said

  private func publish(_ report: RunReport, to descriptor: FileDescriptor) throws {
    let text = format == .json ? report.json : report.classic
    guard let reportPath else {
      _ = try descriptor.writeAll(text.utf8)
      return
    }
    do {
      var outputs: [OutputFile] = []
      let target = try OpenedSource.open(
        reportPath, 0, read: false, written: true, outputs: &outputs)
      defer { target.close() }
      _ = try target.descriptor?.writeAll(text.utf8)
      for output in outputs {
        try output.sync()
        try output.commit()
      }
    } catch let error as Errno {
      throw SandboxError("report: \(reportPath): \(error)", status: error.rawValue)
    }
  }

  private func explain(_ outcome: SandboxReport.Outcome, of program: String) {
    if let text = outcome.detailedProblem { complain("\(program): \(text)") }
    if let place = outcome.place(in: program) { complain("\(program): \(place)") }
  }

  private func complain(_ text: String) { PlainRun.complain(text) }

  private func note(_ text: @autoclosure () -> String) {
    if verbose { complain(text()) }
  }
}
