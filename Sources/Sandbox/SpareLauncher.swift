import Dispatch
import Glibc
import Synchronization

/// A launcher process without a module: it starts, and locks itself in as far as it can without, while
/// the engine still reads and validates the program. Unused, it ends when nobody refers to it any more.
package final class SpareLauncher: Sendable {
  private let spawned = Handoff<Result<LauncherProcess, SandboxError>>()
  private let watch = Handoff<(@Sendable () -> Void)?>()
  private let ended = Handoff<Bool>()
  private let isTaken = Atomic(false)

  /// `isForOne`: for a single session, which starts sooner: the launcher does without what makes the next
  /// ones cheap, and the sandbox is the first process of its namespace.
  /// `executable`: another program in the place of ours, for tests.
  package init(isForOne: Bool = false, executable: String? = nil) throws(SandboxError) {
    let executable = if let executable { executable } else { try LauncherProcess.locate() }
    // One thread that lives as long as the launcher, which is its child: it spawns, watches and reaps.
    DispatchQueue(label: "zvm.sandbox.fleet").async { [spawned, watch, ended] in
      let result = Result { () throws(SandboxError) in
        try LauncherProcess.spawn(executable, isForOne: isForOne)
      }
      spawned.give(result)
      if let watch = watch.take() { return watch() }
      defer { ended.give(true) }
      guard case .success(let process) = result else { return }
      close(process.socket)
      _ = process.reapAll()
    }
  }

  /// Ends the launcher, which nobody has taken, and waits for its end.
  package func end() {
    guard !isTaken.exchange(true, ordering: .relaxed) else { return }
    watch.give(nil)
    _ = ended.take()
  }

  deinit { if !isTaken.exchange(true, ordering: .relaxed) { watch.give(nil) } }

  /// Waits until the process is there. Once.
  func process() throws(SandboxError) -> LauncherProcess {
    try spawned.take().get()
  }

  /// Has the thread that the launcher is a child of watch it, and reap it at the end.
  func serve(_ body: @escaping @Sendable () -> Void) {
    if !isTaken.exchange(true, ordering: .relaxed) { watch.give(body) }
  }
}
