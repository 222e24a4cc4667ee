import Dispatch
import ELF
import Glibc
import Synchronization
import Wire

/// One launcher process: it holds one module mapped and forks a sandbox per session.
///
/// Thread-safe. Sandboxes never outlive it; `shutDown` or deinit ends it and them.
public final class Launcher: Sendable {
  private let module: ValidatedModule
  private let connection: LauncherConnection

  /// Starts the launcher process for `module`.
  public init(module: ValidatedModule) throws(SandboxError) {
    self.module = module
    connection = try LauncherConnection(module: module)
  }

  /// What of the second wall this host allows beyond the filter, which is always there: one
  /// statement each, such as `landlock: yes`.
  public var protections: [String] { connection.protections }

  /// Process number of the launcher, for tests that kill it.
  package var processIdentifier: Int32 { connection.process.process }

  /// Starts a session. `completion` is called exactly once, on a private queue. The returned
  /// handle's `cancel()` kills the sandbox at once (the completion then says `.cancelled`).
  @discardableResult
  public func start(
    _ session: Session,
    completion: @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void
  ) -> SessionHandle {
    do throws(SandboxError) {
      let (message, descriptors) = try session.message(for: module)
      let identifier = connection.start(message, descriptors, session, completion)
      return SessionHandle(connection: connection, identifier: identifier)
    } catch {
      LauncherConnection.completions.async { completion(.failure(error)) }
      return SessionHandle(connection: connection, identifier: 0)
    }
  }

  /// Runs a session and waits for its report. Cancelling the task kills the sandbox.
  public func run(_ session: Session) async throws(SandboxError) -> SandboxReport {
    let handle = Mutex<SessionHandle?>(nil)
    let result: Result<SandboxReport, SandboxError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let started = start(session) { continuation.resume(returning: $0) }
        handle.withLock { $0 = started }
        if Task.isCancelled { started.cancel() }
      }
    } onCancel: {
      handle.withLock { $0 }?.cancel()
    }
    return try result.get()
  }

  /// Runs a session and blocks this thread until its report is there.
  public func runAndWait(_ session: Session) throws(SandboxError) -> SandboxReport {
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    start(session) { report in
      result.withLock { $0 = report }
      done.signal()
    }
    done.wait()
    guard let result = result.withLock({ $0 }) else {
      preconditionFailure("the completion sets the result before it signals")
    }
    return try result.get()
  }

  /// Kills every sandbox and the launcher process, and reaps it.
  public func shutDown() { connection.shutDown() }

  deinit { connection.shutDown() }
}

/// A running session.
public struct SessionHandle: Sendable {
  fileprivate let connection: LauncherConnection
  fileprivate let identifier: UInt64

  /// Kills the sandbox. Nothing happens when the session is over.
  public func cancel() { connection.cancel(identifier) }
}

/// The engine's side of the control socket. Two locks: `state` for what is pending, held briefly;
/// `sending` so that the packets of one session stay together. `state` is never held while sending.
private final class LauncherConnection: Sendable {
  static let completions = DispatchQueue(label: "zvm.sandbox.completions", attributes: .concurrent)

  private struct Pending {
    let session: Session
    let completion: @Sendable (Result<SandboxReport, SandboxError>) -> Void
  }

  private struct State {
    var nextIdentifier: UInt64 = 1
    var pending: [UInt64: Pending] = [:]
    /// Set when the launcher has ended: why.
    var ended: String?
  }

  let process: LauncherProcess
  let protections: [String]
  private let state = Mutex(State())
  private let sending = Mutex(())
  /// Left when the reader has seen the end and the process is reaped.
  private let reading = DispatchGroup()

  init(module: ValidatedModule) throws(SandboxError) {
    process = try LauncherProcess.spawn(LauncherProcess.locate())
    do throws(SandboxError) {
      var writer = ByteWriter()
      PacketHeader(kind: .module).encode(into: &writer)
      ModuleMessage(
        entry: module.image.entry,
        segments: module.image.segments.map {
          ModuleMessage.Segment(
            address: $0.address, memoryByteCount: $0.memoryByteCount,
            fileOffset: UInt64($0.fileOffset), fileByteCount: $0.fileByteCount,
            permissions: $0.permissions.rawValue)
        }, filtered: module.filtered
      ).encode(into: &writer)
      try process.send(writer.bytes, [module.file])
      guard let (header, body) = try process.receive(), header.kind == .ready else {
        throw SandboxError("\(module.path): the launcher ended before it was ready")
      }
      do throws(WireError) {
        var reader = ByteReader(body)
        let failed = try reader.integer("status", as: UInt8.self) != 0
        let text = try reader.string("text", atMost: 4096)
        if failed { throw WireError(field: text, offset: 0) }
        protections = text.split(separator: "\n").map(String.init)
      } catch {
        throw SandboxError("\(module.path): launcher: \(error.field)")
      }
    } catch {
      close(process.socket)
      _ = process.reap()
      throw error
    }
    reading.enter()
    // A serial queue of its own: the loop blocks for as long as the launcher lives.
    DispatchQueue(label: "zvm.sandbox.reader").async { [self] in
      readReports()
      reading.leave()
    }
  }

  func start(
    _ message: SessionMessage, _ descriptors: [Int32], _ session: Session,
    _ completion: @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void
  ) -> UInt64 {
    let identifier: UInt64? = state.withLock { state in
      guard state.ended == nil else { return nil }
      defer { state.nextIdentifier += 1 }
      state.pending[state.nextIdentifier] = Pending(session: session, completion: completion)
      return state.nextIdentifier
    }
    guard let identifier else {
      let why = state.withLock { $0.ended ?? "" }
      Self.completions.async { completion(.failure(SandboxError(why))) }
      return 0
    }
    do throws(SandboxError) {
      try send { connection throws(SandboxError) in
        try connection.send(session: message, descriptors, identifier: identifier)
      }
    } catch {
      finish(identifier, .failure(error))
    }
    return identifier
  }

  func cancel(_ identifier: UInt64) {
    guard state.withLock({ $0.pending[identifier] != nil }) else { return }
    var writer = ByteWriter()
    PacketHeader(kind: .cancel, identifier: identifier).encode(into: &writer)
    let bytes = writer.bytes
    // When it cannot be sent the launcher is gone, and the sandbox with it.
    try? send { connection throws(SandboxError) in try connection.send(bytes) }
  }

  func shutDown() {
    Glibc.shutdown(process.socket, Int32(SHUT_RDWR))
    reading.wait()
  }

  private func send(_ body: (LauncherProcess) throws(SandboxError) -> Void) throws(SandboxError) {
    let result: Result<Void, SandboxError> = sending.withLock { _ in
      do throws(SandboxError) {
        try body(process)
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Hands out reports until the launcher ends; then fails what is left.
  private func readReports() {
    var problem = ""
    while true {
      do throws(SandboxError) {
        guard let (header, body) = try process.receive() else { break }
        guard header.kind == .report else { throw SandboxError("launcher: unexpected packet") }
        do throws(WireError) {
          var reader = ByteReader(body)
          finish(header.identifier, .success(try ReportMessage(from: &reader)))
        } catch { throw SandboxError("launcher: \(error)") }
      } catch {
        problem = ": \(error)"
        break
      }
    }
    // Whoever sends from here on gets an error; the socket stays open until nobody can.
    Glibc.shutdown(process.socket, Int32(SHUT_RDWR))
    let status = process.reap()
    let why = "the launcher ended (\(status))\(problem)"
    let left = state.withLock { state in
      state.ended = why
      defer { state.pending = [:] }
      return Array(state.pending.values)
    }
    for pending in left {
      Self.completions.async { pending.completion(.failure(SandboxError(why))) }
    }
  }

  private func finish(_ identifier: UInt64, _ result: Result<ReportMessage, SandboxError>) {
    guard let pending = state.withLock({ $0.pending.removeValue(forKey: identifier) }) else {
      return
    }
    Self.completions.async {
      do throws(SandboxError) {
        let message = try result.get()
        pending.completion(
          .success(try SandboxReport(message, session: pending.session)))
      } catch {
        pending.completion(.failure(error))
      }
    }
  }

  deinit { close(process.socket) }
}
