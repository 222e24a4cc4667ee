import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

/// What a session may leave behind for those after it, and what happens while one is being started.
@Suite("Attacks on a pool")
struct PoolAttackTests {
  /// Runs a session as who does not block for it; nil when it is not over after a minute.
  private func outcome(_ session: Session, _ launcher: Launcher) -> String? {
    let text = Mutex<String?>(nil)
    let done = DispatchSemaphore(value: 0)
    launcher.start(session) { result in
      let words: String
      switch result {
      case .success(let report): words = "\(report.outcome)"
      case .failure(let error): words = "\(error)"
      }
      text.withLock { $0 = words }
      done.signal()
    }
    return done.wait(timeout: .now() + 60) == .success ? text.withLock { $0 } : nil
  }

  /// The shared memory of a session is a later one's: a process that is forked ahead of need rehearses in it.
  @Test("counters that a guest has left are nothing to the next process with that shared memory")
  func counters() throws {
    // struct csb_shared, then channel 0's: gets, get bytes, puts, put bytes.
    let body = """
      movabs $0x5f0200, %rax
      movabs $0x8000000000000000, %rcx
      movq %rcx, (%rax)
      movq %rcx, 8(%rax)
      movq %rcx, 16(%rax)
      movq %rcx, 24(%rax)
      TRAP EXIT, 3
      """
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(unvalidatedForTests: try scratch.nexe(body)),
      options: Launcher.Options(pool: 2))
    defer { launcher.shutDown() }
    for _ in 0..<100 {
      let heard = outcome(nullSession(), launcher)
      #expect(heard == "exited(code: 3)")
    }
    // Those that wait now have such memory, and live.
    waitUntil { sandboxes(of: launcher).count == 2 }
    #expect(sandboxes(of: launcher).count == 2)
  }

  /// The shared memory of a session is a later one's, which may have fewer channels.
  @Test("what a session's channels have counted cannot be read in the next session")
  func countersOfMoreChannels() throws {
    // Ends with the bytes that channel 4 has read: struct csb_shared, then 72 bytes a channel.
    let body = """
      TRAP READ, 4, buffer, 1, 0
      movabs $0x5f0328, %rax
      movl (%rax), %eax
      EXIT_EAX
      """
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(unvalidatedForTests: try scratch.nexe(body)))
    defer { launcher.shutDown() }
    for _ in 0..<5 {
      var session = nullSession()
      for index in 3...4 {
        session.channels.append(
          Channel(alias: "/dev/more\(index)", backing: .bytes([7]), limits: .readOnly))
      }
      #expect(try launcher.runAndWait(session).outcome == .exited(code: 1))
      #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 0))
    }
  }

  @Test("a session whose time is up while it is started is killed", arguments: [0, 2])
  func early(pool: Int) throws {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")),
      options: Launcher.Options(pool: pool))
    defer { launcher.shutDown() }
    for nanoseconds in 0..<100 {
      let heard = outcome(nullSession(.nanoseconds(1000 * nanoseconds)), launcher)
      guard heard == "timedOut" else {
        Issue.record("\(nanoseconds): \(heard ?? "it runs on")")
        return
      }
    }
  }

  @Test("sessions that cannot be leave room for one that can, however slow the process")
  func manyWrong() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")),
      options: Launcher.Options(pool: 1))
    defer { launcher.shutDown() }
    waitUntil { sandboxes(of: launcher).count == 1 }
    let process = try #require(sandboxes(of: launcher).first.flatMap { pid_t($0) })
    kill(process, SIGSTOP)
    var wrong = nullSession()
    wrong.channels.removeAll()
    for _ in 0..<2000 { #expect(throws: SandboxError.self) { try launcher.runAndWait(wrong) } }
    #expect(sandboxes(of: launcher).count == 1)
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { kill(process, SIGCONT) }
    #expect(outcome(nullSession(), launcher) == "exited(code: 7)")
  }
}
