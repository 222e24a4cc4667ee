import Dispatch
import Glibc
import Synchronization
import Wire

/// How sessions and processes end: what sandboxes and the launcher say, and what is out of time.
extension SandboxFleet {
  /// Waits for a sandbox's answer. nil when the process's end is to be waited for instead.
  func takeReply(from process: SandboxProcess, to number: UInt64)
    -> Result<SandboxReport, SandboxError>?
  {
    switch process.receiveReply(to: number, waits: true) {
    case .ended, nil: return nil
    case .nonsense, .template, .hello:
      kill(process)
      return nil
    case .idle(let user, let system):
      let running = state.withLock { state -> Running? in
        // Once it is doomed, its end decides.
        guard let running = state.running[number], running.verdict == nil else { return nil }
        state.running[number] = nil
        state.sessions[process.identifier] = nil
        return running
      }
      guard let running else { return nil }
      let contents = process.memory.contents(channelCount: running.session.channels.count)
      guard case .exited = contents.state else {
        kill(process)
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
      if !isKept { process.hangUp() }
      let end = SessionEnd(
        userNanoseconds: user, systemNanoseconds: system, peakByteCount: peak)
      do throws(SandboxError) {
        return .success(try SandboxReport(contents, end, session: running.session))
      } catch { return .failure(error) }
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

  /// A sandbox with a session that nobody blocks for has said something.
  private func handleReply(_ key: UInt64) {
    let found = state.withLock { state -> (SandboxProcess, UInt64, Completion)? in
      guard let process = state.processes[key], let number = state.sessions[key],
        let running = state.running[number]
      else { return nil }
      return (process, number, running.completion)
    }
    guard let (process, number, completion) = found else { return }
    if let result = takeReply(from: process, to: number) {
      Self.completions.async { completion(result) }
    }
  }

  /// The launcher has said something.
  private func handle(_ header: PacketHeader, _ body: ByteReader) throws(SandboxError) {
    var body = body
    do throws(WireError) {
      switch header.kind {
      case .forked:
        let number = Int32(bitPattern: try body.integer("process"))
        state.withLock { $0.processes[header.identifier] }?.note(number: number)
      case .ended:
        let message = try EndedMessage(from: &body)
        if header.identifier != 0 { handleEnd(header.identifier, message) }
        if let copy = endedCopy(message) { handleEnd(copy, message) }
      default: throw body.error("kind")
      }
    } catch { throw SandboxError("launcher: \(error)") }
  }

  /// A process is gone.
  private func handleEnd(_ identifier: UInt64, _ message: EndedMessage) {
    let running = state.withLock { state -> Running? in
      guard let process = state.processes.removeValue(forKey: identifier) else { return nil }
      state.idle.removeAll { $0 === process }
      guard let number = state.sessions.removeValue(forKey: process.identifier) else { return nil }
      return state.running.removeValue(forKey: number)
    }
    guard let running else { return }
    guard message.error == 0 else {
      return complete(running, .failure(SandboxError("fork", errno: message.error)))
    }
    let contents = running.process.memory.contents(channelCount: running.session.channels.count)
    let end = SessionEnd(
      status: message.status, verdict: running.verdict, userNanoseconds: message.userNanoseconds,
      systemNanoseconds: message.systemNanoseconds, peakByteCount: message.peakByteCount)
    do throws(SandboxError) {
      complete(running, .success(try SandboxReport(contents, end, session: running.session)))
    } catch { complete(running, .failure(error)) }
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
