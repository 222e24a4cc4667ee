import Sandbox
import Synchronization

/// The template of a stage's program, made when the first task needs it, and anew when it is gone.
///
/// Its set-up is all that the program does before its first input or output: an interpreter starts, reads
/// its script and tables, once instead of once a task. Tasks are copies of it.
final class StageTemplate: Sendable {
  private enum Choice {
    case open
    case template(Template)
    /// It is not worth while: tasks are to start as others do.
    case none
  }

  private let module: ValidatedModule
  private let isOptional: Bool
  /// Started with the first template; its sandboxes end with it.
  private let launcher: Mutex<Launcher?>
  private let choice = Mutex(Choice.open)

  /// What a set-up must take to be worth a process that is copied: re-arming one that serves shard after
  /// shard is some tenths of a millisecond faster than a copy.
  private static let worthwhile = Duration.milliseconds(2)

  /// Of a launcher that makes templates.
  static var options: Launcher.Options {
    var options = Launcher.Options(templates: true)
    options.measuresMemory = true
    return options
  }

  /// `launcher`: one that makes templates, where there is one already. `isOptional`: there shall be a
  /// template only where that is faster.
  init(_ module: ValidatedModule, _ launcher: Launcher?, isOptional: Bool) {
    self.module = module
    self.launcher = Mutex(launcher)
    self.isOptional = isOptional
  }

  /// Starts a session in a copy; nil when there is to be none. `shared`: how many channels after the
  /// standard three every session of the stage has, with the same behind them; the set-up may read those,
  /// and has nothing behind others. `starting` is told of the set-up, to stop it.
  func start(
    _ session: Session, shared: Int, starting: (SessionHandle) -> Void,
    _ completion: @escaping @Sendable (Result<SandboxReport, SandboxError>) -> Void
  ) throws(SandboxError) -> SessionHandle? {
    let made: Result<Template?, SandboxError> = choice.withLock { choice in
      switch choice {
      case .template(let template): return .success(template)
      case .none: return .success(nil)
      case .open: break
      }
      var setUp = session
      for index in setUp.channels.indices where !(3..<(3 + shared)).contains(index) {
        setUp.channels[index].backing = .null
      }
      do throws(SandboxError) {
        let launcher = try startedLauncher()
        let start = ContinuousClock.now
        let template = try launcher.makeTemplate(setUp, starting: starting)
        if isOptional, .now - start < Self.worthwhile {
          choice = .none
          launcher.shutDown()
          return .success(nil)
        }
        choice = .template(template)
        return .success(template)
      } catch {
        guard isOptional else { return .failure(error) }
        // What is wrong with the program is told better by a session of its own.
        choice = .none
        return .success(nil)
      }
    }
    guard let template = try made.get() else { return nil }
    return template.start(session) { result in
      // The template is gone, or its launcher: whoever tries again gets another.
      if case .failure = result { self.forget(template) }
      completion(result)
    }
  }

  private func startedLauncher() throws(SandboxError) -> Launcher {
    let result: Result<Launcher, SandboxError> = launcher.withLock { launcher in
      if let launcher { return .success(launcher) }
      do throws(SandboxError) {
        let made = try Launcher(module: module, options: Self.options)
        launcher = made
        return .success(made)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func forget(_ gone: Template) {
    choice.withLock { choice in
      if case .template(let template) = choice, template === gone { choice = .open }
    }
  }

  /// Ends the template and its copies.
  func shutDown() { launcher.withLock { $0 }?.shutDown() }
}
