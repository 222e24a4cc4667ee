import Sandbox
import Synchronization

/// The template of a stage's program, made when the first task needs it, and anew when it is gone.
///
/// Its set-up is all that the program does before its first input or output: an interpreter starts, reads
/// its script and tables, once instead of once a task. Tasks are copies of it.
final class StageTemplate: Sendable {
  private let launcher: Launcher
  private let template = Mutex<Template?>(nil)

  init(_ launcher: Launcher) { self.launcher = launcher }

  /// Starts a session in a copy. `shared`: how many channels after the standard three every session of the
  /// stage has, with the same behind them; the set-up may read those, and has nothing behind others.
  func start(
    _ session: Session, shared: Int,
    _ completion: @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void
  ) throws(SandboxError) -> SessionHandle {
    let made: Result<Template, SandboxError> = template.withLock { template in
      if let template { return .success(template) }
      var setUp = session
      for index in setUp.channels.indices where !(3..<(3 + shared)).contains(index) {
        setUp.channels[index].backing = .null
      }
      do throws(SandboxError) {
        let made = try launcher.makeTemplate(setUp)
        template = made
        return .success(made)
      } catch { return .failure(error) }
    }
    let template = try made.get()
    return template.start(session) { result in
      // The template is gone, or its launcher: whoever tries again gets another.
      if case .failure = result { self.forget(template) }
      completion(result)
    }
  }

  private func forget(_ gone: Template) {
    template.withLock { if $0 === gone { $0 = nil } }
  }
}
