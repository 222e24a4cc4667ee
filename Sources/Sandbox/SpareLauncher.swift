// Unsafe: sets of signals are handed to the C library for the length of one call.
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
  /// Whether it has one session.
  let isForOne: Bool

  /// `isForOne`: for a single session, which starts sooner: the launcher does without what makes the next
  /// ones cheap, and the sandbox is the first process of its namespace.
  /// `executable`: another program in the place of ours, for tests.
  package convenience init(isForOne: Bool = false, executable: String? = nil) throws(SandboxError) {
    let executable = if let executable { executable } else { try LauncherProcess.locate() }
    // The thread lives as long as the launcher, which is its child.
    self.init(isForOne: isForOne) { () throws(SandboxError) in
      try LauncherProcess.spawn(executable, isForOne: isForOne)
    }
  }

  /// One that this process's first thread, which lives as long as the process, has started for one session.
  package convenience init(process: Int32, socket: Int32) {
    self.init(isForOne: true) { LauncherProcess(process: process, socket: socket) }
  }

  /// One thread spawns, watches and reaps.
  private init(
    isForOne: Bool, spawn: @escaping @Sendable () throws(SandboxError) -> LauncherProcess
  ) {
    self.isForOne = isForOne
    DispatchQueue(label: "zvm.sandbox.fleet").async { [spawned, watch, ended] in
      let mask = Self.takeEnds()
      defer { Self.restore(mask) }
      let result = Result { () throws(SandboxError) in try spawn() }
      spawned.give(result)
      if let watch = watch.take() { return watch() }
      defer { ended.give(true) }
      guard case .success(let process) = result else { return }
      close(process.socket)
      _ = process.reapAll()
    }
  }

  /// Unblocks SIGCHLD in this thread, whose children launcher and sandboxes are; the mask as it was. Dispatch's
  /// threads have all signals blocked, and one that is blocked is not ignored, though nobody handles it: the
  /// kernel would wake another thread for it each time a sandbox ends.
  private static func takeEnds() -> sigset_t {
    var ends = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&ends)
    unsafe sigaddset(&ends, SIGCHLD)
    unsafe pthread_sigmask(SIG_UNBLOCK, &ends, &before)
    return before
  }

  private static func restore(_ mask: sigset_t) {
    var mask = mask
    unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
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
