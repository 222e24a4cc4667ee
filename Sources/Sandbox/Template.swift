/// A process that waits after its program's set-up; every session is a copy of it.
///
/// ```swift
/// let launcher = try Launcher(module: interpreter)
/// let template = try launcher.makeTemplate(setUp)
/// let report = try await template.run(session)
/// ```
///
/// A session must have the set-up's channels: as many, with the same aliases and types; what is behind
/// them, their limits and the session's are its own. Heap and stack are the set-up's, whatever
/// `memoryByteCount` says. A sequential channel whose read limit the set-up used up stays used up.
/// Thread-safe. Ends with deinit or its launcher; sessions that run then go on, unless the launcher
/// ends.
public final class Template: Sendable {
  private let fleet: SandboxFleet
  private let process: SandboxProcess

  init(fleet: SandboxFleet, process: SandboxProcess) {
    self.fleet = fleet
    self.process = process
  }

  deinit { fleet.endTemplate(process) }

  /// Starts a session; as `Launcher.start`.
  @discardableResult
  public func start(
    _ session: Session,
    completion: @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void
  ) -> SessionHandle {
    SessionHandle(fleet: fleet, number: fleet.start(session, in: process, completion))
  }

  /// Runs a session and waits for its report. Cancelling the task kills the sandbox.
  public func run(_ session: Session) async throws(SandboxError) -> SandboxReport {
    try await SessionHandle.run { start(session, completion: $0) }
  }

  /// Runs a session and blocks this thread until its report is there.
  public func runAndWait(_ session: Session) throws(SandboxError) -> SandboxReport {
    try fleet.runAndWait(session, in: process)
  }
}
