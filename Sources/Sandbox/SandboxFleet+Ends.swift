import Dispatch
import Glibc
import Synchronization
import Wire

/// How sessions and processes end: what sandboxes and the launcher say, and what is out of time.
extension SandboxFleet {
  /// Listens to a sandbox until its session is over. nil when somebody else says how it ended, or,
  /// where `waits` is false, when there is nothing to hear yet.
  func takeReply(from process: SandboxProcess, to number: UInt64, waits: Bool)
    -> Result<SandboxReport, SandboxError>?
  {
    var isKilled = false
    while true {
      switch process.receiveReply(to: number, waits: waits) {
      case nil, .closed: return nil
      case .forked: continue
      case .over(let message): return end(of: process, message)
      case .nonsense, .template, .hello:
        // Its end comes.
        if !isKilled { kill(process) }
        isKilled = true
      case .idle(let user, let system):
        let running = state.withLock { state -> Running? in
          // Once it is doomed, its end decides.
          guard !isKilled, let running = state.running[number], running.verdict == nil else {
            return nil
          }
          state.running[number] = nil
          state.sessions[process.identifier] = nil
          return running
        }
        guard let running else { continue }
        return report(of: running, userNanoseconds: user, systemNanoseconds: system)
      }
    }
  }

  /// The report of a session whose process waits for the next.
  private func report(of running: Running, userNanoseconds: UInt64, systemNanoseconds: UInt64)
    -> Result<SandboxReport, SandboxError>
  {
    let process = running.process
    let contents = process.memory.contents(channelCount: running.session.channels.count)
    guard case .exited = contents.state else {
      kill(process)
      try? events.arm(process.socket, key: process.identifier)
      return .failure(SandboxError("the sandbox says that it is done, and how it is not"))
    }
    // Read before the process gets another session.
    let peak = options.measuresMemory ? process.peakByteCount() : nil
    let isKept = state.withLock { state in
      guard state.processes[process.identifier] != nil,
        state.idle.count < Self.maximumIdleCount
      else { return false }
      state.idle.append(process)
      return true
    }
    if !isKept {
      process.hangUp()
      try? events.arm(process.socket, key: process.identifier)
    }
    let end = SessionEnd(
      userNanoseconds: userNanoseconds, systemNanoseconds: systemNanoseconds, peakByteCount: peak)
    return Result { () throws(SandboxError) in
      try SandboxReport(contents, end, session: running.session)
    }
  }

  /// Reads what the launcher and the sandboxes say until the launcher ends; then fails what is left.
  func watch() {
    var problem = ""
    do throws(SandboxError) {
      loop: while true {
        for key in events.wait(until: state.withLock { $0.wake }) {
          if key == EventQueue.launcher {
            guard let (header, body) = try process.receive() else { break loop }
            try handle(header, body)
          } else if !handleCopy(key) {
            handleReply(key)
          }
        }
        killOverdue()
      }
    } catch { problem = ": \(error)" }
    // Whoever sends from here on gets an error; the socket stays open until nobody can.
    Glibc.shutdown(process.socket, Int32(SHUT_RDWR))
    let status = process.reap()
    let why = "the launcher ended (\(status))\(problem)"
    let left = state.withLock { state in
      state.ended = why
      defer {
        state.running = [:]
        state.sessions = [:]
        state.idle = []
        state.processes = [:]
        state.newCopies = [:]
        state.copies = [:]
      }
      return Array(state.running.values)
    }
    for running in left { complete(running, .failure(SandboxError(why))) }
  }

  /// Something was said to a process that nobody blocks for.
  private func handleReply(_ key: UInt64) {
    let found = state.withLock { state -> (SandboxProcess, UInt64, Completion?)? in
      guard let process = state.processes[key] else { return nil }
      let number = state.sessions[key] ?? 0
      return (process, number, state.running[number]?.completion)
    }
    guard let (process, number, completion) = found else { return }
    if let result = takeReply(from: process, to: number, waits: false) {
      if let completion { Self.completions.async { completion(result) } }
      fillPool()
    } else if state.withLock({ $0.processes[key] != nil }) {
      try? events.arm(process.socket, key: key)
    }
  }

  /// The launcher has said something.
  private func handle(_ header: PacketHeader, _ body: ByteReader) throws(SandboxError) {
    var body = body
    do throws(WireError) {
      let message = try EndedMessage(from: &body)
      let key: UInt64? =
        switch header.kind {
        case .ended: header.identifier
        case .copyEnded: endedCopy(message)
        default: throw body.error("kind")
        }
      guard let key else { return }
      let (process, completion) = state.withLock { state in
        (state.processes[key], state.sessions[key].flatMap { state.running[$0]?.completion })
      }
      if let process, let result = end(of: process, message), let completion {
        Self.completions.async { completion(result) }
      }
    } catch { throw SandboxError("launcher: \(error)") }
  }

  /// A process is gone; its session's report, if it had one that is still to be told of.
  func end(of process: SandboxProcess, _ message: EndedMessage)
    -> Result<SandboxReport, SandboxError>?
  {
    let running = state.withLock { state -> Running? in
      state.processes[process.identifier] = nil
      state.idle.removeAll { $0 === process }
      guard let number = state.sessions.removeValue(forKey: process.identifier) else { return nil }
      return state.running.removeValue(forKey: number)
    }
    guard let running else { return nil }
    guard message.error == 0 else { return .failure(SandboxError("fork", errno: message.error)) }
    let contents = process.memory.contents(channelCount: running.session.channels.count)
    let end = SessionEnd(
      status: message.status, verdict: running.verdict, userNanoseconds: message.userNanoseconds,
      systemNanoseconds: message.systemNanoseconds, peakByteCount: message.peakByteCount)
    return Result { () throws(SandboxError) in
      try SandboxReport(contents, end, session: running.session)
    }
  }

  /// Calls somebody back, on no thread that anybody waits for.
  static func complete(_ body: @escaping @Sendable () -> Void) { completions.async(execute: body) }

  func complete(_ running: Running, _ result: Result<SandboxReport, SandboxError>) {
    Self.completions.async { running.completion(result) }
  }

  /// Kills what is out of time and finds out when to look next.
  private func killOverdue() {
    let time = monotonicNanoseconds()
    let overdue = state.withLock { state -> [SandboxProcess] in
      guard state.wake <= time else { return [] }
      state.wake = .max
      var overdue: [SandboxProcess] = []
      for (number, running) in state.running where running.verdict == nil {
        var running = running
        if running.deadline <= time {
          running.verdict = .timedOut
        } else if running.processorCheck <= time {
          let left = running.process.processorNanoseconds().map {
            $0 >= running.processorLimit ? 0 : running.processorLimit - $0
          }
          if left == 0 { running.verdict = .cpuTime }
          running.processorCheck = time + max(left ?? 0, 1_000_000)
        }
        state.running[number] = running
        if running.verdict == nil {
          state.wake = min(state.wake, running.wake)
        } else {
          overdue.append(running.process)
        }
      }
      return overdue
    }
    for process in overdue {
      do throws(SandboxError) {
        try sendKill(process, waits: false)
      } catch {
        // No room: the launcher waits for this thread. Its packets first, then again.
        state.withLock { state in
          guard let number = state.sessions[process.identifier] else { return }
          state.running[number]?.verdict = nil
          state.wake = min(state.wake, time + 1_000_000)
        }
      }
    }
  }
}
