import CSandbox
import Dispatch
import Glibc
import Synchronization
import Wire

/// How sessions and processes end: what sandboxes and the launcher say, and what is out of time.
extension SandboxFleet {
  /// What was heard of a session.
  enum Heard {
    /// Nothing yet.
    case nothing
    /// And who is to be told of it, where nobody waits for it in here.
    case over(Result<SandboxReport, SandboxError>, Completion)
    /// Its process is gone or about to go; somebody else says how it ended.
    case elsewhere
  }

  /// Listens to a sandbox until its session is over, or, where `waits` is false, until there is nothing
  /// to hear yet.
  func takeReply(from process: SandboxProcess, to number: UInt64, waits: Bool) -> Heard {
    var isKilled = false
    let looking = Looking(until: waits ? lookEnd() : 0)
    while true {
      // What a process says that has one session only does not matter: how it ends does.
      if waits, !options.reuse, process.isKnown {
        let hasEnded = looking.look { process.hasEnded ? true : nil } ?? false
        if !hasEnded, let processors, process.isNoted.load(ordering: .relaxed) {
          process.run(on: processors)
        }
        return takeEnd(of: process, waits: !hasEnded)
      }
      let looked = looking.look { () -> SandboxProcess.Reply? in
        if let known = note?.number(of: process.identifier) {
          process.note(number: known)
          return .forked
        }
        return process.receiveReply(to: number, waits: false)
      }
      switch looked ?? process.receiveReply(to: number, waits: waits) {
      case nil: return .nothing
      case .closed: return takeEnd(of: process, waits: waits)
      case .forked: continue
      case .notForked(let error): return end(of: process, notForked: error)
      case .idle where !options.reuse || process.isCopy, .nonsense, .template, .hello:
        // Who has one session only has nothing to say. Its end comes.
        if !isKilled { process.kill() }
        isKilled = true
        // Whoever floods must not keep the fleet's thread from hearing, over the launcher's socket, whom to
        // kill.
        if !waits, !process.isKnown { return .nothing }
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
        return .over(
          report(of: running, userNanoseconds: user, systemNanoseconds: system), running.completion)
      }
    }
  }

  /// Until when this thread looks for what comes next in a session, of which there is no other meanwhile: launcher and
  /// sandbox share the other processor, and to be woken from there takes longer than most of a short session. 0: not at
  /// all, where sessions are not short, or the pool is filled meanwhile.
  private func lookEnd() -> UInt64 {
    guard !isPooled, state.withLock({ $0.running.count == 1 }),
      lookPatience.withLock({ $0.mayLook() })
    else { return 0 }
    return monotonicNanoseconds() + Self.lookNanoseconds
  }

  /// Twice what a short session takes, from its request to its end.
  private static let lookNanoseconds: UInt64 = 400_000

  /// Takes the end of a process that has one session, or whose socket is closed, which is about the last
  /// thing that a process does.
  private func takeEnd(of process: SandboxProcess, waits: Bool) -> Heard {
    // Who closed the socket and goes on is a liar; to who is about to end it makes no difference.
    if options.reuse || process.isCopy { process.kill() }
    for _ in 0..<100 {
      switch process.reap(waits: waits) {
      case .ended(let end): return self.end(of: process, end)
      case .gone: return .elsewhere
      case .lost: return endUnseen(of: process)
      case .unknown:
        listenAgain(to: process)
        return .elsewhere
      case .running: sched_yield()
      }
    }
    // It waits for a disk, perhaps. The fleet's thread does not.
    lookLater(at: process)
    return .elsewhere
  }

  /// A process has closed its socket, and what the launcher says of it comes over the launcher's own, since
  /// that one was full. The fleet's thread reads it, and looks at the process until it has.
  func listenAgain(to process: SandboxProcess) {
    if !process.isCopy { arm(process) }
  }

  /// The report of a session whose process waits for the next.
  private func report(of running: Running, userNanoseconds: UInt64, systemNanoseconds: UInt64)
    -> Result<SandboxReport, SandboxError>
  {
    let process = running.process
    let contents = process.memory.contents(channelCount: running.session.channels.count)
    guard case .exited = contents.state else {
      discard(process)
      return .failure(SandboxError("the sandbox says that it is done, and how it is not"))
    }
    let elapsed = monotonicNanoseconds() - running.start
    let used = userNanoseconds + systemNanoseconds
    process.note(elapsed: elapsed, used: used)
    note(elapsed: elapsed, used: used)
    // Read before the process gets another session.
    let peak = options.measuresMemory ? process.peakByteCount() : nil
    if !makeIdle(process, atMost: Self.maximumIdleCount) {
      process.hangUp()
      arm(process)
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
        for key in events.wait(until: state.withLock { min($0.wake, $0.front?.check ?? .max) }) {
          if key == EventQueue.launcher {
            guard let (header, body) = try process.receive() else { break loop }
            try handle(header, body)
          } else if key == EventQueue.initProcess {
            throw SandboxError("the first process of the sandboxes' namespace is gone")
          } else if !handleCopy(key) {
            handleReply(key)
          }
        }
        killOverdue()
        if takeRefill() {
          fillPool()
          chooseFront()
        }
        keepFront()
      }
    } catch { problem = ": \(error)" }
    // Whoever sends from here on gets an error; the socket stays open until nobody can.
    Glibc.shutdown(process.socket, Int32(SHUT_RDWR))
    let processes = state.withLock { state in
      state.ended = "the launcher ended\(problem)"
      return Array(state.processes.values)
    }
    for process in processes { process.disown() }
    let why = "the launcher ended (\(process.reapAll()))\(problem)"
    let left = state.withLock { state in
      state.ended = why
      defer {
        state.running = [:]
        state.sessions = [:]
        state.idle = []
        state.front = nil
        state.processes = [:]
        state.newCopies = [:]
        state.copies = [:]
        state.later = [:]
      }
      return Array(state.running.values)
    }
    for running in left { running.completion(.failure(SandboxError(why))) }
  }

  /// Something was said to a process that nobody blocks for: its session is over, perhaps.
  private func handleReply(_ key: UInt64) {
    let found = state.withLock { state -> (SandboxProcess, UInt64)? in
      state.processes[key].map { ($0, state.sessions[key] ?? 0) }
    }
    if let (process, number) = found { hear(process, number) }
  }

  /// One that waits for a session may be given one meanwhile, and end: whoever is to be told of that is known when
  /// the session is taken out, not before.
  func hear(_ process: SandboxProcess, _ number: UInt64) {
    switch takeReply(from: process, to: number, waits: false) {
    case .nothing: listen(to: process)
    case .elsewhere: break
    case .over(let result, let completion):
      // A template's copies are none of the pool's.
      if !process.isCopy { noteEnd() }
      completion(result)
    }
  }

  /// The launcher has said something that it could not say over a sandbox's socket.
  private func handle(_ header: PacketHeader, _ body: ByteReader) throws(SandboxError) {
    var body = body
    do throws(WireError) {
      guard header.kind == .forked else { throw body.error("kind") }
      let message = try ForkedMessage(from: &body)
      let key = header.identifier
      guard let process = state.withLock({ $0.processes[key] }) else { return }
      defer { process.stopListening() }
      if case .notForked(let error) = process.take(message),
        case .over(let result, let completion) = end(of: process, notForked: error)
      {
        completion(result)
      }
    } catch { throw SandboxError("launcher: \(error)") }
  }

  /// Takes out a process that is gone; what is known of its session, if it had one that is still to be
  /// told of.
  private func takeOut(_ process: SandboxProcess) -> Running? {
    let running = state.withLock { state -> Running? in
      state.processes[process.identifier] = nil
      state.idle.removeAll { $0 === process }
      if state.front?.process === process {
        state.front = nil
        state.isFrontDue = true
      }
      if process.isCopy { state.copies[process.number] = nil }
      let number = state.sessions.removeValue(forKey: process.identifier)
      return number.flatMap { state.running.removeValue(forKey: $0) }
    }
    if process.isCopy { reapStrays() }
    return running
  }

  /// A process that was never forked.
  @discardableResult
  func end(of process: SandboxProcess, notForked error: Int32) -> Heard {
    takeOut(process).map {
      .over(.failure(SandboxError("fork", errno: error)), $0.completion)
    } ?? .elsewhere
  }

  /// A process is gone, and how it ended somebody else has heard: this process's program waits for children that
  /// it did not start.
  func endUnseen(of process: SandboxProcess) -> Heard {
    takeOut(process).map {
      .over(
        .failure(
          SandboxError("how the sandbox ended is unknown: somebody else has waited for it")),
        $0.completion)
    } ?? .elsewhere
  }

  /// A process is gone; its session's report, if it had one that is still to be told of.
  func end(of process: SandboxProcess, _ end: csb_end) -> Heard {
    guard let running = takeOut(process) else { return .elsewhere }
    // Killed, and not by us: by whoever killed the launcher, mostly.
    if end.status & 0x7f == SIGKILL, running.verdict == nil, self.process.isEnding() {
      return .over(.failure(SandboxError("the launcher ended")), running.completion)
    }
    // It takes as long to end as the report to be made.
    if isForOne { Glibc.shutdown(self.process.socket, Int32(SHUT_RDWR)) }
    note(
      elapsed: monotonicNanoseconds() - running.start,
      used: end.user_nanoseconds + end.system_nanoseconds)
    let contents = process.memory.contents(channelCount: running.session.channels.count)
    let end = SessionEnd(
      status: end.status, verdict: running.verdict, userNanoseconds: end.user_nanoseconds,
      systemNanoseconds: end.system_nanoseconds, peakByteCount: end.peak_bytes)
    return .over(
      Result { () throws(SandboxError) in
        try SandboxReport(contents, end, session: running.session)
      }, running.completion)
  }

  /// Calls somebody back, on no thread that anybody waits for.
  static func complete(_ body: @escaping @Sendable () -> Void) { completions.async(execute: body) }

  /// Kills what is out of time and finds out when to look next.
  private func killOverdue() {
    let time = monotonicNanoseconds()
    let (overdue, later) = state.withLock { state -> ([SandboxProcess], [UInt64: Bool]) in
      guard state.wake <= time else { return ([], [:]) }
      state.wake = .max
      defer { state.later = [:] }
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
      return (overdue, state.later)
    }
    for process in overdue { kill(process) }
    for (key, words) in later {
      if !words, let process = state.withLock({ $0.processes[key] }), !process.hasHungUp() {
        lookLater(at: process, words: false)
      } else if !handleCopy(key) {
        handleReply(key)
      }
    }
  }
}
