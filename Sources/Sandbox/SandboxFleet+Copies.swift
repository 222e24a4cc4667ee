import Dispatch
import Glibc
import Synchronization
import Wire

/// Templates and their copies. A template is not believed: which process a copy is, and that it ended,
/// is the kernel's and the launcher's word.
extension SandboxFleet {
  /// Runs a session until its program calls fork; the process is a template then.
  func makeTemplate(_ session: Session) throws(SandboxError) -> SandboxProcess {
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let (process, number) = try begin(session, .template) { report in
      result.withLock { $0 = report }
      done.signal()
    }
    switch process.receiveReply(to: number, waits: true) {
    case .template:
      // Whoever takes the session out says how it ended: a limit may have been faster.
      let isDoomed = state.withLock { $0.running[number]?.verdict != nil }
      if !isDoomed, take(number) != nil { return process }
    case .ended, nil: break
    case .idle, .hello, .nonsense: kill(process)
    }
    done.wait()
    switch result.withLock({ $0 }) {
    case .success(let report):
      throw SandboxError("the program did not become a template: \(report.outcome)")
    case .failure(let error): throw error
    case nil: preconditionFailure("the completion sets the result before it signals")
    }
  }

  /// Ends a template. Its copies go on.
  func endTemplate(_ process: SandboxProcess) {
    process.hangUp()
    kill(process)
  }

  /// Has a template fork a copy.
  func copy(_ template: SandboxProcess, _ process: SandboxProcess, _ control: Int32)
    throws(SandboxError)
  {
    state.withLock { state in
      state.processes[process.identifier] = process
      state.newCopies[process.identifier] = process
    }
    do throws(SandboxError) { try template.copy(process, control) } catch {
      state.withLock { state in
        state.processes[process.identifier] = nil
        state.newCopies[process.identifier] = nil
      }
      throw error
    }
  }

  /// Whether `key` is a copy's. What it says first is that it is there; what comes then is its end.
  func handleCopy(_ key: UInt64) -> Bool {
    guard let process = state.withLock({ $0.processes[key] }), process.isCopy else { return false }
    guard state.withLock({ $0.newCopies[key] != nil }) else { return true }
    switch process.receiveReply(to: 0, waits: false) {
    case nil: try? events.arm(process.socket, key: key)
    case .hello:
      let isDoomed = state.withLock { state -> Bool? in
        state.newCopies[key] = nil
        // Two copies that are one process are none: a template lies.
        guard let number = process.copyNumber, state.copies[number] == nil else { return nil }
        state.copies[number] = key
        return state.sessions[key].flatMap { state.running[$0]?.verdict } != nil
      }
      guard let isDoomed else {
        handleLost(process)
        return true
      }
      if isDoomed { try? sendKill(process, waits: false) }
    case .ended, .idle, .template, .nonsense: handleLost(process)
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
    guard let running else { return }
    let end = SessionEnd(
      status: SIGKILL, verdict: running.verdict, userNanoseconds: 0, systemNanoseconds: 0)
    let nothing = SharedMemory.Contents(state: .silent, traps: 0, channels: [], memoryDigest: nil)
    complete(
      running,
      running.verdict == nil
        ? .failure(SandboxError("the template made no copy"))
        : Result { () throws(SandboxError) in
          try SandboxReport(nothing, end, session: running.session)
        })
  }

  /// The engine's number of a copy, by the number of a process that ended; nil when it was none.
  func endedCopy(_ message: EndedMessage) -> UInt64? {
    func find() -> UInt64? { state.withLock { $0.copies.removeValue(forKey: message.process) } }
    if let known = find() { return known }
    // It may have said that it is there, and nobody has listened yet.
    for key in state.withLock({ Array($0.newCopies.keys) }) { _ = handleCopy(key) }
    return find()
  }
}
