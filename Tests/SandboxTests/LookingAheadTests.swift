import Dispatch
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import Sandbox

/// `Launcher.Options.looksAhead`: the process that is handed out next looks for its session before that is there.
@Suite(
  "A pool that looks ahead", .serialized,
  .enabled(if: (Processors(of: getpid())?.count ?? 0) > 1, "one processor is for who asks"))
struct LookingAheadTests {
  private func launcher(
    _ body: String = "TRAP EXIT, 7", pool: Int = 4, _ looksAhead: Duration = .seconds(1)
  ) throws -> Launcher {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(path: try scratch.nexe(body)),
      options: Launcher.Options(pool: pool, looksAhead: looksAhead))
    // Other tests do.
    launcher.ignoreOthers()
    return launcher
  }

  /// CPU time of a process so far, in nanoseconds; 0: it is gone.
  private func used(_ process: Int32) -> UInt64 {
    var time = timespec()
    guard clock_gettime(~process << 3 | 2, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private func numbers(_ launcher: Launcher) -> [Int32] {
    sandboxes(of: launcher).compactMap { Int32($0) }
  }

  /// R while it looks or waits for its turn, S while it sleeps.
  private func state(_ process: Int32) -> Character? {
    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    return text.split(separator: " ").dropFirst(2).first?.first
  }

  /// A process that looks and has used so much of the processor: it gets little while others want that.
  private func looker(_ launcher: Launcher, for time: UInt64) throws -> Int32 {
    for _ in 0..<200 {
      usleep(5000)
      while let front = launcher.lookingProcess {
        if used(front) >= time { return front }
        usleep(1000)
      }
      _ = try launcher.runAndWait(nullSession(.seconds(1)))
    }
    throw SandboxError("no process looks")
  }

  @Test("sessions end as their own, one after the other and at once", arguments: [1, 4])
  func results(pool: Int) throws {
    // Ends with the first byte of its input.
    let launcher = try launcher(
      "TRAP READ, 0, buffer, 1, 0\n movzbl buffer(%rip), %eax\n EXIT_EAX", pool: pool)
    defer { launcher.shutDown() }
    func session(_ byte: UInt8) -> Session {
      var session = nullSession()
      session.channels[0].backing = .bytes([byte])
      return session
    }
    for byte in UInt8(0)..<50 {
      if byte % 3 == 0 { usleep(2000) }
      let report = try launcher.runAndWait(session(byte))
      #expect(report.outcome == .exited(code: Int32(byte)))
    }
    let wrong = Mutex<[String]>([])
    let group = DispatchGroup()
    for byte in UInt8(0)..<200 {
      group.enter()
      launcher.start(session(byte)) { result in
        if case .success(let report) = result, report.outcome == .exited(code: Int32(byte)) {
        } else {
          wrong.withLock { $0.append("\(byte): \(result)") }
        }
        group.leave()
      }
    }
    #expect(group.wait(timeout: .now() + 60) == .success)
    #expect(wrong.withLock { $0 } == [])
  }

  /// On how many processors a process may run.
  private func count(_ process: Int32) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let mask = text.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") } ?? ""
    return mask.dropFirst(13).split(separator: ",").reduce(0) {
      $0 + (UInt32($1.trimmingCharacters(in: .whitespaces), radix: 16)?.nonzeroBitCount ?? 0)
    }
  }

  @Test("who looks leaves one processor alone, and may run on all with its session")
  func processors() throws {
    let launcher = try launcher("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 7")
    defer { launcher.shutDown() }
    let all = count(getpid())
    try #require(all > 1)
    let front = try looker(launcher, for: 1_000_000)
    waitUntil { launcher.lookingProcess != front || count(front) == all - 1 }
    let pipe = try FileDescriptor.pipe()
    var session = nullSession()
    session.channels[0].backing = .stream(pipe.readEnd)
    let done = DispatchSemaphore(value: 0)
    launcher.start(session) { _ in done.signal() }
    waitUntil { numbers(launcher).allSatisfy { $0 == launcher.lookingProcess || count($0) == all } }
    #expect(
      numbers(launcher).allSatisfy { $0 == launcher.lookingProcess || count($0) == all })
    try pipe.writeEnd.close()
    #expect(done.wait(timeout: .now() + 60) == .success)
    try pipe.readEnd.close()
  }

  @Test("one process looks at a time, and the others sleep")
  func oneLooks() throws {
    let launcher = try launcher()
    defer { launcher.shutDown() }
    for _ in 0..<3 {
      var front: Int32 = 0
      var isAlone = false
      for _ in 0..<20 where !isAlone {
        front = try looker(launcher, for: 1_000_000)
        while launcher.lookingProcess == front, !isAlone {
          // Those that are new get ready first. Who looks never sleeps.
          isAlone =
            numbers(launcher).allSatisfy { $0 == front || state($0) == "S" } && state(front) == "R"
          usleep(1000)
        }
      }
      #expect(isAlone)
      #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
      #expect(!numbers(launcher).contains(front), "it was not handed out")
    }
  }

  @Test("one that has looked in vain sleeps, and has the next session all the same")
  func sleeps() throws {
    let launcher = try launcher(pool: 2, .milliseconds(200))
    defer { launcher.shutDown() }
    for _ in 0..<3 {
      let front = try looker(launcher, for: 1_000_000)
      waitUntil { launcher.lookingProcess == nil && state(front) == "S" }
      #expect(state(front) == "S")
      let before = used(front)
      usleep(100_000)
      #expect(used(front) - before < 1_000_000)
      #expect(launcher.lookingProcess == nil)
      #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
      #expect(!numbers(launcher).contains(front), "it was not handed out")
    }
  }

  @Test("one that was killed has no session, and another looks")
  func killed() throws {
    let launcher = try launcher()
    defer { launcher.shutDown() }
    for isSoon in [true, false, true, false] {
      let front = try looker(launcher, for: 1_000_000)
      kill(front, SIGKILL)
      // Until then it can still be given a session, which ends with it.
      waitUntil { state(front) == "Z" || state(front) == nil }
      if !isSoon {
        waitUntil { launcher.lookingProcess.map { $0 != front } ?? false }
        #expect(launcher.lookingProcess.map { $0 != front } ?? false)
      }
      for _ in 0..<5 {
        #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
      }
    }
  }

  @Test("a session that is cancelled as soon as it is handed over ends alone")
  func cancelled() throws {
    let launcher = try launcher("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 7")
    defer { launcher.shutDown() }
    let pipe = try FileDescriptor.pipe()
    defer {
      try? pipe.readEnd.close()
      try? pipe.writeEnd.close()
    }
    var endless = nullSession()
    endless.channels[0].backing = .stream(pipe.readEnd)
    for _ in 0..<5 {
      let front = try looker(launcher, for: 1_000_000)
      let handoff = Handoff<Result<SandboxReport, SandboxError>>()
      launcher.start(endless) { handoff.give($0) }.cancel()
      #expect(try handoff.take().get().outcome == .cancelled)
      waitUntil { !numbers(launcher).contains(front) }
      #expect(!numbers(launcher).contains(front))
    }
  }

  @Test("one that was given back goes on looking")
  func givenBack() throws {
    let launcher = try launcher()
    defer { launcher.shutDown() }
    let front = try looker(launcher, for: 1_000_000)
    var wrong = nullSession()
    wrong.channels.removeLast(wrong.channels.count - 2)
    for _ in 0..<10 { #expect(throws: SandboxError.self) { _ = try launcher.runAndWait(wrong) } }
    // Unless it had to stop.
    let now = launcher.lookingProcess
    #expect(now == nil || now == front)
    #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
    if now != nil { #expect(!numbers(launcher).contains(front), "it was not handed out") }
  }

  private func fleet(_ looksAhead: Duration) throws -> SandboxFleet {
    let scratch = try Scratch()
    let fleet = try SandboxFleet(
      module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")),
      options: Launcher.Options(pool: 4, looksAhead: looksAhead))
    fleet.state.withLock { $0.foresight.ignoresOthers = true }
    return fleet
  }

  /// Takes the one that looks.
  private func takeLooker(_ fleet: SandboxFleet) throws -> SandboxFleet.Waiting {
    for _ in 0..<100 {
      _ = try fleet.runAndWait(nullSession())
      // Not longer: nobody looks after sessions that came late.
      usleep(5000)
      guard let waiting = fleet.takeIdle() else { continue }
      // One of which the launcher had not told yet could not be kept off a processor.
      if waiting.front != nil, count(waiting.process.number) < count(getpid()) { return waiting }
      fleet.giveBack(waiting)
    }
    throw SandboxError("no process looks")
  }

  @Test("one that is given back when another looks sleeps, and may run on all processors")
  func givenBackLate() throws {
    let fleet = try fleet(.seconds(1))
    defer { fleet.shutDown() }
    let all = count(getpid())
    try #require(all > 1)
    let first = try takeLooker(fleet)
    let process = first.process.number
    #expect(count(process) == all - 1)
    fleet.state.withLock { $0.isFrontDue = true }
    fleet.events.wake()
    waitUntil { fleet.lookingProcess != nil }
    #expect(fleet.lookingProcess.map { $0 != process } ?? false)
    fleet.giveBack(first)
    #expect(count(process) == all)
    waitUntil { state(process) == "S" }
    #expect(state(process) == "S")
    waitUntil { fleet.state.withLock { $0.readyCount } == 4 }
    #expect(fleet.state.withLock { $0.readyCount } == 4)
  }

  @Test("one that is given back when it has looked long enough sleeps")
  func givenBackTooLate() throws {
    let fleet = try fleet(.milliseconds(100))
    defer { fleet.shutDown() }
    let front = try takeLooker(fleet)
    // By then the fleet's thread has nothing to look at any more.
    usleep(300_000)
    fleet.giveBack(front)
    waitUntil { fleet.lookingProcess == nil }
    #expect(fleet.lookingProcess == nil)
    #expect(count(front.process.number) == count(getpid()))
  }

  @Test("a session that is given to a process while its end is being heard is told of")
  func givenWhileItEnds() throws {
    let fleet = try fleet(.seconds(1))
    defer { fleet.shutDown() }
    let process = try takeLooker(fleet).process
    // The fleet's thread would hear its end now, and has found no session.
    fleet.state.withLock { state in
      state.processes[process.identifier] = nil
      state.idle = [process]
      state.front = nil
    }
    kill(process.number, SIGSTOP)
    let result = Mutex<Result<SandboxReport, SandboxError>?>(nil)
    let (given, _) = try fleet.begin(nullSession(), .plain) { report in
      result.withLock { $0 = report }
    }
    try #require(given === process)
    kill(process.number, SIGKILL)
    waitUntil { state(process.number) == "Z" }
    fleet.hear(process, 0)
    #expect(
      try result.withLock { try $0?.get() }?.outcome == .killed(signal: SIGKILL), "nobody is told")
  }

  @Test("where sandboxes have one processor nobody looks")
  func oneProcessor() throws {
    let scratch = try Scratch()
    let program = try scratch.write(
      Data("#!/bin/sh\nexec /usr/bin/taskset -c 0 \(try LauncherProcess.locate()) \"$@\"\n".utf8),
      "launcher")
    chmod(program, 0o700)
    let launcher = try Launcher(
      module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")),
      options: Launcher.Options(pool: 2, looksAhead: .seconds(1)),
      spare: try SpareLauncher(executable: program))
    defer { launcher.shutDown() }
    launcher.ignoreOthers()
    #expect(count(launcher.processIdentifier) == 1)
    for _ in 0..<20 {
      #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
      usleep(5000)
      #expect(launcher.lookingProcess == nil)
    }
  }

  @Test("nobody looks for sessions because copies of a template end")
  func copies() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(
        path: try scratch.nexe(".set FORK, 0x6b726f46\n TRAP FORK\n TRAP EXIT, 7")),
      options: Launcher.Options(pool: 2, templates: true, looksAhead: .milliseconds(100)))
    defer { launcher.shutDown() }
    launcher.ignoreOthers()
    let template = try launcher.makeTemplate(nullSession())
    waitUntil { launcher.lookingProcess == nil }
    for _ in 0..<10 {
      #expect(try template.runAndWait(nullSession()).outcome == .exited(code: 7))
      usleep(5000)
      #expect(launcher.lookingProcess == nil)
    }
    #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
    waitUntil { launcher.lookingProcess != nil }
    #expect(launcher.lookingProcess != nil)
  }

  @Test("what it used while it looked is in no report")
  func report() throws {
    let launcher = try launcher()
    defer { launcher.shutDown() }
    for isAwaited in [true, false] {
      // A session uses less than a millisecond.
      let front = try looker(launcher, for: 5_000_000)
      let before = used(front)
      let report: SandboxReport
      if isAwaited {
        report = try launcher.runAndWait(nullSession())
      } else {
        let handoff = Handoff<Result<SandboxReport, SandboxError>>()
        launcher.start(nullSession()) { handoff.give($0) }
        report = try handoff.take().get()
      }
      #expect(report.outcome == .exited(code: 7))
      #expect(report.userTime + report.systemTime < .nanoseconds(before))
    }
  }

  @Test("the limit of CPU time is the session's")
  func limit() throws {
    // Exits when it reads a byte, else it spins.
    let launcher = try launcher(
      """
        TRAP READ, 0, buffer, 1, 0
        cmpl $1, %eax
        jne 1f
        TRAP EXIT, 7
      1: jmp 1b
      """)
    defer { launcher.shutDown() }
    let pipe = try FileDescriptor.pipe()
    defer {
      try? pipe.readEnd.close()
      try? pipe.writeEnd.close()
    }
    var session = nullSession()
    session.channels[0].backing = .stream(pipe.readEnd)
    session.cpuTimeLimit = .milliseconds(5)
    _ = try looker(launcher, for: 6_000_000)
    let handoff = Handoff<Result<SandboxReport, SandboxError>>()
    launcher.start(session) { handoff.give($0) }
    // The engine looks at its time after 5 ms.
    usleep(200_000)
    try pipe.writeEnd.writeAll([1])
    #expect(try handoff.take().get().outcome == .exited(code: 7))
    var spinning = nullSession()
    spinning.cpuTimeLimit = .milliseconds(5)
    _ = try looker(launcher, for: 1_000_000)
    let report = try launcher.runAndWait(spinning)
    #expect(report.outcome == .limitReached(.cpuTime))
    #expect(report.userTime + report.systemTime >= .milliseconds(5))
  }

  @Test("options that make no sense are refused")
  func refused() throws {
    let scratch = try Scratch()
    let module = try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7"))
    for options in [
      Launcher.Options(pool: 2, looksAhead: .seconds(1) + .nanoseconds(1)),
      Launcher.Options(pool: 2, looksAhead: .nanoseconds(-1)),
      Launcher.Options(pool: 0, looksAhead: .milliseconds(1)),
      Launcher.Options(reuse: true, pool: 2, looksAhead: .milliseconds(1)),
    ] {
      #expect(throws: SandboxError.self) { _ = try Launcher(module: module, options: options) }
    }
  }
}
