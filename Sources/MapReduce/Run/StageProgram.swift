import Digest
import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// A program of a stage, ready to run: validated, with a launcher, and a session whose channels only
/// need their backings.
struct StageProgram: Sendable {
  let program: JobFile.Program
  private let module: ValidatedModule
  private let launcher: Launcher
  /// SHA-256 of the program file.
  let digest: String
  private let session: Session
  /// Of which sessions are copies, where the job wants that or it is faster.
  private let template: StageTemplate?
  /// argv and further channels: a script's text is one of them.
  private let command: CommandLine

  /// Most bytes of a guest's standard error that are kept for each task.
  static let errorByteCount: Int64 = 64 << 10
  /// Most bytes of rejected records of one task.
  static let rejectByteCount: Int64 = 16 << 20

  /// `inOrder`: its input comes in order of keys, and it is told so (libzmr then keeps nothing).
  init(
    _ resolved: ResolvedProgram, sides: SideInputs, tasks: Int, concurrency: Int,
    inOrder: Bool = false
  ) throws(JobError) {
    program = resolved.program
    digest = resolved.digest
    module = resolved.module
    do throws(SandboxError) {
      // Shards of one stage of one job, one program: a process may serve one after the other.
      let wish = resolved.program.template
      if wish == .always {
        launcher = try Launcher(module: resolved.module, options: StageTemplate.options)
        template = StageTemplate(resolved.module, launcher, isOptional: false)
      } else {
        var options = Launcher.Options(
          reuse: resolved.program.reuse, pool: min(tasks, concurrency, 16))
        options.measuresMemory = true
        launcher = try Launcher(module: resolved.module, options: options)
        // With few tasks there is nothing to gain.
        template =
          wish == .whereFaster && tasks > 2
          ? StageTemplate(resolved.module, nil, isOptional: true) : nil
      }
    } catch {
      throw JobError("\(program.path): \(error)")
    }
    command = try ProgramResolver().commandLine(of: program)
    var environment = program.environment.map { (name: $0.name, value: $0.value) }
    if inOrder { environment.append((name: "ZVM_SHUFFLE", value: "sort")) }
    var session = Session.command(
      arguments: command.arguments, environment: environment,
      standardInput: .null, standardOutput: .null, standardError: .null,
      mounts: sides.mounts, memoryByteCount: program.memoryByteCount,
      timeout: .seconds(program.timeoutSeconds), forksLate: program.template != .never)
    session.outputByteLimit = program.outputByteCount == .max ? nil : program.outputByteCount
    session.cpuTimeLimit = program.cpuSeconds.map { .seconds($0) }
    session.channels[2].limits.putBytes = Self.errorByteCount
    session.channels += command.channels
    self.session = session
  }

  /// What the program's result depends on besides its input, for the cache.
  func describe(into hash: inout SHA256) {
    var words = [digest, "\(program.arguments.count)"] + program.arguments
    for variable in program.environment { words += [variable.name, variable.value] }
    words += ["\(program.memoryByteCount)", "\(program.outputByteCount)"]
    // The program can see that in its nvram.
    if program.template != .never { words.append("template") }
    for word in words { hash.add(word) }
    for channel in command.channels {
      hash.add(channel.alias)
      if case .bytes(let bytes) = channel.backing { hash.update(bytes.span) }
    }
  }

  /// A session with these standard channels; `further` come behind the others.
  func session(
    input: Channel.Backing, output: Channel.Backing, errors: SpoolFile, further: [Channel] = []
  ) -> Session {
    var session = session
    session.channels[0].backing = input
    session.channels[1].backing = output
    session.channels[2].backing = .file(errors.descriptor, offset: 0, length: nil)
    session.channels += further
    return session
  }

  /// Runs a session in a slot and waits. The report is of a program that exited with 0; anything
  /// else is a failure.
  func run(_ session: Session, _ space: SlotSpace, _ phase: PhaseRunner, _ work: Work)
    -> Result<(report: SandboxReport, errorByteCount: Int), TaskFailure>
  {
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let completion = { @Sendable (report: Result<SandboxReport, SandboxError>) in
      result.withLock { $0 = report }
      done.signal()
    }
    let copy: SessionHandle?
    do throws(SandboxError) {
      copy = try template?.start(
        session, shared: self.session.channels.count - 3,
        starting: { if phase.queue.register($0, space.slot) { $0.cancel() } }, completion)
    } catch { return .failure(TaskFailure("template: \(error)", isTransient: true)) }
    let handle = copy ?? launcher.start(session, completion: completion)
    if phase.queue.register(handle, space.slot) { handle.cancel() }
    done.wait()
    switch result.withLock({ $0 }) {
    case nil: return .failure(TaskFailure("no report"))
    case .failure(let error): return .failure(TaskFailure("\(error)", isTransient: true))
    case .success(let report):
      let written = phase.keepErrors(report, space, work)
      if let failure = failure(report) {
        var failure = TaskFailure(failure.0, isTransient: failure.1, report: report)
        failure.errorByteCount = written
        return .failure(failure)
      }
      return .success((report, written))
    }
  }

  /// Runs a session by itself, beside any stage.
  func runAlone(_ session: Session) throws(SandboxError) -> SandboxReport {
    try launcher.runAndWait(session)
  }

  func shutDown() {
    template?.shutDown()
    launcher.shutDown()
  }

  /// Why a report is not that of a good end, and whether another try may end otherwise.
  private func failure(_ report: SandboxReport) -> (String, Bool)? {
    switch report.outcome {
    case .exited(code: 0):
      guard let limit = program.cpuSeconds,
        report.userTime + report.systemTime > .seconds(limit)
      else { return nil }
      return ("the CPU limit of \(limit) s was exceeded", false)
    case .faulted:
      let place = report.outcome.place(in: "/proc/self/fd/\(module.file)")
      return ([report.outcome.explanation, place].compactMap { $0 }.joined(separator: "; "), false)
    case .timedOut:
      return ("\(report.outcome.explanation) (timeout: \(program.timeoutSeconds)s)", true)
    case .limitReached(.cpuTime):
      return ("\(report.outcome.explanation) (cpu: \(program.cpuSeconds ?? 0)s)", false)
    case .limitReached(.outputBytes):
      return ("\(report.outcome.explanation) (output_limit: \(program.outputByteCount))", false)
    case .killed: return (report.outcome.explanation, true)
    default: return (report.outcome.explanation, false)
    }
  }
}

extension PhaseRunner {
  /// Keeps what the guest wrote to its standard error; answers how many bytes.
  func keepErrors(_ report: SandboxReport, _ space: SlotSpace, _ work: Work) -> Int {
    let count = report.accounting.count > 2 ? report.accounting[2].putBytes : 0
    let written = Int(min(count, StageProgram.errorByteCount))
    guard written > 0, report.outcome != .cancelled,
      let bytes = readBytes(space.errors.descriptor, at: 0, count: written)
    else { return 0 }
    context.options.guestError(label(work.task), bytes)
    let path = "\(context.folder.errorsPath)/\(stage.name)-\(phase.rawValue)-\(work.task).log"
    if let file = try? FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    {
      _ = writeBytes(bytes.span, file, at: 0)
      try? file.close()
    }
    return bytes.count
  }
}

extension SHA256 {
  /// Takes a text in so that no two lists of texts look alike.
  mutating func add(_ text: String) {
    let bytes = Array(text.utf8)
    update(Array("\(bytes.count):".utf8).span)
    update(bytes.span)
  }
}
