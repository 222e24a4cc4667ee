public import SystemPackage

/// Why a session could not be started, or its report not be had.
public struct SandboxError: Error, Sendable, CustomStringConvertible {
  /// What was being done, to what, and what the system said.
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}

/// A nexe that the validator accepted, held as a sealed copy of the very bytes that were checked.
public final class ValidatedModule: Sendable {
  /// Reads, validates and seals the program at `path`.
  public init(path: FilePath) throws(SandboxError) {
    throw SandboxError("lands with the sandbox")
  }
}

/// One launcher process: it holds one module mapped and forks a sandbox per session.
///
/// Thread-safe. Sandboxes never outlive it; `shutDown` or deinit ends it and them.
public final class Launcher: Sendable {
  /// Starts the launcher process for `module`.
  public init(module: ValidatedModule) throws(SandboxError) {
    throw SandboxError("lands with the sandbox")
  }

  /// Starts a session. `completion` is called exactly once, on a private queue. The returned
  /// handle's `cancel()` kills the sandbox at once (the completion then says `.cancelled`).
  @discardableResult
  public func start(
    _ session: Session,
    completion: @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void
  ) -> SessionHandle {
    fatalError("lands with the sandbox")
  }

  /// Runs a session and waits for its report.
  public func run(_ session: Session) async throws(SandboxError) -> SandboxReport {
    fatalError("lands with the sandbox")
  }

  /// Kills every sandbox and the launcher process, and reaps it.
  public func shutDown() {}
}

/// A running session.
public struct SessionHandle: Sendable {
  public func cancel() {}
}
