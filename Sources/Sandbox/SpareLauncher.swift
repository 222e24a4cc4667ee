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
  /// Where no thread of ours started it.
  private let started: LauncherProcess?

  private static func onThread(_ body: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "zvm.sandbox.fleet").async {
      let mask = takeEnds()
      defer { restore(mask) }
      body()
    }
  }

  /// `isForOne`: for a single session, which starts sooner: the launcher does without what makes the next
  /// ones cheap, and the sandbox is the first process of its namespace.
  /// `executable`: another program in the place of ours, for tests.
  package init(isForOne: Bool = false, executable: String? = nil) throws(SandboxError) {
    let executable = if let executable { executable } else { try LauncherProcess.locate() }
    started = nil
    // One thread that lives as long as the launcher, which is its child: it spawns, watches and reaps.
    Self.onThread { [spawned, watch, ended] in
      let result = Result { () throws(SandboxError) in
        try LauncherProcess.spawn(executable, isForOne: isForOne)
      }
      spawned.give(result)
      if let watch = watch.take() { return watch() }
      defer { ended.give(true) }
      if case .success(let process) = result { Self.end(process) }
    }
  }

  /// One that this process has started already, for one session: from its first thread, which lives as long as
  /// the process, so that the thread that watches need not be there yet.
  package init(process: Int32, socket: Int32) {
    let started = LauncherProcess(process: process, socket: socket)
    spawned.give(.success(started))
    self.started = started
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
    if let started { return Self.end(started) }
    watch.give(nil)
    _ = ended.take()
  }

  private static func end(_ process: LauncherProcess) {
    close(process.socket)
    _ = process.reapAll()
  }

  deinit {
    guard !isTaken.exchange(true, ordering: .relaxed) else { return }
    if let started { Self.end(started) } else { watch.give(nil) }
  }

  /// Waits until the process is there. Once.
  func process() throws(SandboxError) -> LauncherProcess {
    try spawned.take().get()
  }

  /// Has the thread that the launcher is a child of watch it, and reap it at the end.
  func serve(_ body: @escaping @Sendable () -> Void) {
    guard !isTaken.exchange(true, ordering: .relaxed) else { return }
    guard started != nil else { return watch.give(body) }
    Self.onThread(body)
  }
}
