import CSandbox
import Dispatch
import Glibc
import Synchronization
import Wire

/// Templates and their copies. A template is not believed: which process a copy is, and that it ended,
/// is the kernel's word.
extension SandboxFleet {
  /// Runs a session until its program calls fork; the process is a template then.
  func makeTemplate(_ session: Session, _ starting: (SessionHandle) -> Void)
    throws(SandboxError) -> SandboxProcess
  {
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let (process, number) = try begin(session, .template) { report in
      result.withLock { $0 = report }
      done.signal()
    }
    starting(SessionHandle(fleet: self, number: number))
    listening: while true {
      switch process.receiveReply(to: number, waits: true) {
      case .template:
        // Whoever takes the session out says how it ended: a limit may have been faster.
        let isDoomed = state.withLock { $0.running[number]?.verdict != nil }
        if !isDoomed, take(number) != nil { return process }
      case .forked: continue
      case .notForked(let error):
        end(of: process, notForked: error)
        throw SandboxError("fork", errno: error)
      case .closed, nil:
        switch process.reap(waits: true) {
        case .ended(let end):
          if case .over(let ended, _) = self.end(of: process, end) { throw Self.noTemplate(ended) }
        case .unknown: listenAgain(to: process)
        case .lost:
          if case .over(let ended, _) = endUnseen(of: process) { throw Self.noTemplate(ended) }
        case .running, .gone: break
        }
        break listening
      case .idle, .hello, .nonsense: process.kill()
      }
    }
    done.wait()
    guard let ended = result.withLock({ $0 }) else {
      preconditionFailure("the completion sets the result before it signals")
    }
    throw Self.noTemplate(ended)
  }

  private static func noTemplate(_ ended: Result<SandboxReport, SandboxError>) -> SandboxError {
    switch ended {
    case .success(let report):
      SandboxError("the program did not become a template: \(report.outcome.explanation)")
    case .failure(let error): error
    }
  }

  /// Ends a template. Its copies go on.
  func endTemplate(_ process: SandboxProcess) {
    process.hangUp()
    discard(process)
  }

  /// Has a template fork a copy.
  func copy(_ template: SandboxProcess, _ process: SandboxProcess)
    throws(SandboxError)
  {
    state.withLock { state in
      state.processes[process.identifier] = process
      state.newCopies[process.identifier] = process
    }
    do throws(SandboxError) { try template.copy(process) } catch {
      state.withLock { state in
        state.processes[process.identifier] = nil
        state.newCopies[process.identifier] = nil
      }
      throw error
    }
  }

  /// Whether `key` is a copy's that has not said a word yet. What it says first is that it is there.
  func handleCopy(_ key: UInt64) -> Bool {
    guard let process = state.withLock({ $0.processes[key] }), process.isCopy else { return false }
    guard state.withLock({ $0.newCopies[key] != nil }) else { return false }
    switch process.receiveReply(to: 0, waits: false) {
    case nil: arm(process)
    case .hello(let number):
      let isNew = state.withLock { state -> Bool in
        state.newCopies[key] = nil
        // Two copies that are one process are none: a template lies.
        // Nor is one that is no child any more: its number may be somebody else's.
        guard state.processes[key] != nil, state.copies[number] == nil,
          csb_await_end(number, 0) >= 0
        else { return false }
        state.copies[number] = key
        // Now, so that nobody takes it for a stray.
        process.note(number: number)
        return true
      }
      guard isNew else {
        handleLost(process)
        return true
      }
      arm(process)
    case .closed, .forked, .notForked, .idle, .template, .nonsense: handleLost(process)
    }
    return true
  }

  /// A copy that could not be forked, or did not get as far as saying so.
  func handleLost(_ process: SandboxProcess) {
    let running = state.withLock { state -> Running? in
      state.processes[process.identifier] = nil
      state.newCopies[process.identifier] = nil
      guard let number = state.sessions.removeValue(forKey: process.identifier) else { return nil }
      return state.running.removeValue(forKey: number)
    }
    reapStrays()
    guard let running else { return }
    let end = SessionEnd(
      status: SIGKILL, verdict: running.verdict, userNanoseconds: 0, systemNanoseconds: 0)
    let nothing = SharedMemory.Contents(state: .silent, traps: 0, channels: [], memoryDigest: nil)
    running.completion(
      running.verdict == nil
        ? .failure(SandboxError("the template made no copy"))
        : Result { () throws(SandboxError) in
          try SandboxReport(nothing, end, session: running.session)
        })
  }

  /// Takes children that have ended and that nobody knows: copies that ended before they said a word.
  func reapStrays() {
    while true {
      let number = csb_ended_in(self.process.process)
      guard number > 0, number != self.process.process else { return }
      // It ended before this look at the list: whoever it belongs to is in there, perhaps without its
      // number.
      let isStray = state.withLock { state in
        state.newCopies.isEmpty
          && !state.processes.values.contains { $0.number == number || !$0.isKnown && !$0.isCopy }
      }
      guard isStray else { return }
      var end = csb_end()
      _ = unsafe csb_reap(number, 0, &end)
    }
  }
}
