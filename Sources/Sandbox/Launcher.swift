import Glibc
import Synchronization
import Wire

/// Runs sessions of one module, each in a sandbox process of its own.
///
/// Behind it stands one launcher process, which holds the module mapped and forks a sandbox for a
/// session; the session itself goes straight to the sandbox. Thread-safe. Sandboxes never outlive the
/// launcher process; `shutDown` or deinit ends it and them. When the launcher process dies, the
/// sessions it had fail, and the next session gets a new one.
public final class Launcher: Sendable {
  /// How sandbox processes come about.
  public struct Options: Sendable, Hashable {
    /// Whether a process whose session ended by the program's own exit is given another session
    /// instead of ending: guest memory, registers, channels, limits and descriptors are made anew in
    /// place, both walls stay up. What separates one session from the next is then wall one and
    /// `zvm`'s code in the process, not the process; so only for shards of one stage of one job.
    public var reuse: Bool
    /// How many sandboxes are forked and locked in ahead of need.
    public var pool: Int
    /// Whether programs may use the traps `jail` and `unjail`: heap memory that the validator accepts
    /// becomes executable, and is then not writable. The filter of such sandboxes allows memory that
    /// is readable and executable.
    public var jail: Bool

    /// Whether reports of sessions in processes that go on say how much memory they used. Where the
    /// kernel does not let it be reset (who is not root), it counts from the process's start.
    public var measuresMemory = false

    /// Whether templates can be made (`makeTemplate`). The filter of such a launcher's sandboxes also
    /// allows what a template needs.
    public var templates: Bool

    /// How long the next sandbox of a pool looks for its session before it sleeps: sessions that come within this time
    /// of the last one's end start sooner, since nobody has to wake a process and its processor. At most a second.
    ///
    /// It costs the time of one processor for as long as it looks. Every few microseconds it lets others run that want
    /// this processor. It is not tried where sessions come later than that, where others want the processor, or where
    /// sessions in progress leave only one for who asks for the next. Only for a pool whose sandboxes have one session
    /// each.
    public var looksAhead: Duration

    public init(
      reuse: Bool = false, pool: Int = 0, jail: Bool = false, templates: Bool = false,
      looksAhead: Duration = .zero
    ) {
      self.looksAhead = looksAhead
      self.templates = templates
      self.reuse = reuse
      self.pool = pool
      self.jail = jail
    }

    var powers: Powers {
      var powers: Powers = []
      if jail { powers.insert(.jail) }
      if templates { powers.insert(.fork) }
      return powers
    }
  }

  private struct State {
    var fleet: SandboxFleet
    var isShutDown = false
  }

  private let module: ValidatedModule
  private let options: Options
  private let state: Mutex<State>

  /// Starts the launcher process for `module`.
  public convenience init(module: ValidatedModule, options: Options = Options())
    throws(SandboxError)
  {
    try self.init(module: module, options: options, spare: nil)
  }

  /// `spare`: a launcher process that was started before the module was there.
  package init(module: ValidatedModule, options: Options = Options(), spare: SpareLauncher?)
    throws(SandboxError)
  {
    guard (0...1024).contains(options.pool) else {
      throw SandboxError("a pool of \(options.pool) sandboxes; 0 to 1024 are possible")
    }
    let looksAhead = options.looksAhead
    guard (.zero ... .seconds(1)).contains(looksAhead) else {
      throw SandboxError("a sandbox that looks ahead for \(looksAhead); 0 to 1 second are possible")
    }
    guard looksAhead == .zero || options.pool > 0 && !options.reuse else {
      throw SandboxError("looksAhead without a pool of sandboxes for one session each")
    }
    self.module = module
    self.options = options
    state = Mutex(State(fleet: try SandboxFleet(module: module, options: options, spare: spare)))
  }

  /// What of the second wall this host allows beyond the filter, which is always there: one
  /// statement each, such as `landlock: yes`.
  public var protections: [String] { state.withLock { $0.fleet.protections } }

  /// Process number of the launcher: to watch it with the system's tools.
  public var processIdentifier: Int32 { state.withLock { $0.fleet.process.process } }

  /// The living launcher; a dead one is replaced.
  private func fleet() throws(SandboxError) -> SandboxFleet {
    let result: Result<SandboxFleet, SandboxError> = state.withLock { state in
      guard let why = state.fleet.ended else { return .success(state.fleet) }
      if state.isShutDown { return .failure(SandboxError(why)) }
      do throws(SandboxError) {
        state.fleet = try SandboxFleet(module: module, options: options)
        return .success(state.fleet)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Starts a session. `completion` is called exactly once, on a private queue. The returned
  /// handle's `cancel()` kills the sandbox at once (the completion then says `.cancelled`).
  @discardableResult
  public func start(
    _ session: Session,
    completion: @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void
  ) -> SessionHandle {
    do throws(SandboxError) {
      let fleet = try fleet()
      return SessionHandle(fleet: fleet, number: fleet.start(session, completion))
    } catch {
      SandboxFleet.complete { completion(.failure(error)) }
      return SessionHandle(fleet: nil, number: 0)
    }
  }

  /// Runs a session and waits for its report. Cancelling the task kills the sandbox.
  public func run(_ session: Session) async throws(SandboxError) -> SandboxReport {
    try await SessionHandle.run { start(session, completion: $0) }
  }

  /// Runs a session and blocks this thread until its report is there.
  public func runAndWait(_ session: Session) throws(SandboxError) -> SandboxReport {
    try fleet().runAndWait(session)
  }

  /// For tests: the process that looks for its session (`Options.looksAhead`); nil: none does.
  var lookingProcess: Int32? { state.withLock { $0.fleet }.lookingProcess }

  /// For tests: from here on one looks, whatever others want.
  func ignoreOthers() {
    state.withLock { $0.fleet }.state.withLock { $0.foresight.ignoresOthers = true }
  }

  /// For tests: from here on no socket can be listened to.
  func refuseToListen() {
    state.withLock { $0.fleet.events.isFull.store(true, ordering: .relaxed) }
  }

  /// Runs `setUp` until its program calls `fork`, which makes that process a template.
  ///
  /// The program's own set-up (an interpreter that warms up) is done once; each session of the
  /// template starts after the call, in a fork of the process. What the set-up wrote to channels
  /// stays written there; sessions have channels of their own. An error when the program ends without
  /// calling `fork`, or the session's limits end it. `starting` is called with the session's handle.
  /// Needs `Options.templates`.
  public func makeTemplate(
    _ setUp: Session, starting: (SessionHandle) -> Void = { _ in }
  ) throws(SandboxError) -> Template {
    guard options.templates else { throw SandboxError("a launcher without the option templates") }
    let fleet = try fleet()
    return Template(fleet: fleet, process: try fleet.makeTemplate(setUp, starting))
  }

  /// Kills every sandbox and the launcher process, and reaps it.
  public func shutDown() {
    let fleet = state.withLock { state in
      state.isShutDown = true
      return state.fleet
    }
    fleet.shutDown()
  }

  deinit { shutDown() }
}

/// A running session.
public struct SessionHandle: Sendable {
  let fleet: SandboxFleet?
  let number: UInt64

  /// Kills the sandbox. Nothing happens when the session is over.
  public func cancel() { fleet?.cancel(number) }

  /// Waits for what `start` started; cancelling the task cancels it.
  static func run(
    _ start: (@escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void) -> SessionHandle
  ) async throws(SandboxError) -> SandboxReport {
    let handle = Mutex<SessionHandle?>(nil)
    let result: Result<SandboxReport, SandboxError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let started = start { continuation.resume(returning: $0) }
        handle.withLock { $0 = started }
        if Task.isCancelled { started.cancel() }
      }
    } onCancel: {
      handle.withLock { $0 }?.cancel()
    }
    return try result.get()
  }
}
