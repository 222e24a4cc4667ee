import Dispatch
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import Sandbox

/// What must hold of a fleet whatever goes wrong around it: each session is over once, and its time is looked at.
@Suite("A fleet")
struct FleetTests {
  /// Starts a session; what its completions said comes out of `heard`.
  private final class Session: Sendable {
    private let words = Mutex<[String]>([])
    private let done = DispatchSemaphore(value: 0)
    let handle = Mutex<SessionHandle?>(nil)

    init(_ launcher: Launcher, _ session: Sandbox.Session) {
      let handle = launcher.start(session) { [self] result in
        let text: String
        switch result {
        case .success(let report): text = "\(report.outcome)"
        case .failure(let error): text = "\(error)"
        }
        words.withLock { $0.append(text) }
        done.signal()
      }
      self.handle.withLock { $0 = handle }
    }

    /// Waits for the first; nil after a minute.
    func heard() -> [String]? {
      done.wait(timeout: .now() + 60) == .success ? words.withLock { $0 } : nil
    }
  }

  @Test(
    "where nothing more can be listened to, sessions are over once, and time and cancelling count",
    arguments: [
      Launcher.Options(), Launcher.Options(pool: 2), Launcher.Options(reuse: true),
      Launcher.Options(pool: 2, looksAhead: .milliseconds(10)),
    ])
  func noRoom(options: Launcher.Options) throws {
    let scratch = try Scratch()
    let quick = try Launcher(
      module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")), options: options)
    defer { quick.shutDown() }
    quick.refuseToListen()
    for _ in 0..<10 { #expect(Session(quick, nullSession()).heard() == ["exited(code: 7)"]) }
    for _ in 0..<10 {
      #expect(try quick.runAndWait(nullSession()).outcome == .exited(code: 7))
    }
    let endless = try Launcher(
      module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")), options: options)
    defer { endless.shutDown() }
    endless.refuseToListen()
    #expect(Session(endless, nullSession(.milliseconds(50))).heard() == ["timedOut"])
    #expect(try endless.runAndWait(nullSession(.milliseconds(50))).outcome == .timedOut)
    let session = Session(endless, nullSession())
    session.handle.withLock { $0 }?.cancel()
    #expect(session.heard() == ["cancelled"])
  }

  /// Of a program whose copies do this.
  private func forkingLauncher(then body: String) throws -> Launcher {
    let scratch = try Scratch()
    return try Launcher(
      module: try ValidatedModule(
        path: try scratch.nexe(".set FORK, 0x6b726f46\n TRAP FORK\n " + body)),
      options: Launcher.Options(templates: true))
  }

  @Test("where nothing more can be listened to, so it is with copies of a template")
  func noRoomForCopies() throws {
    let launcher = try forkingLauncher(then: "1: jmp 1b")
    defer { launcher.shutDown() }
    launcher.refuseToListen()
    let template = try launcher.makeTemplate(nullSession())
    for _ in 0..<3 {
      #expect(try template.runAndWait(nullSession(.milliseconds(50))).outcome == .timedOut)
    }
  }

  @Test("a launcher that hears nothing keeps nobody from looking at the time")
  func stoppedLauncher() throws {
    let scratch = try Scratch()
    // Exits when it reads a byte, else it spins.
    let module = try ValidatedModule(
      path: try scratch.nexe(
        """
          TRAP READ, 0, buffer, 1, 0
          cmpl $1, %eax
          jne 1f
          TRAP EXIT, 7
        1: jmp 1b
        """))
    // More than the launcher's socket has room for requests.
    let pool = 400
    let launcher = try Launcher(module: module, options: Launcher.Options(pool: pool))
    defer { launcher.shutDown() }
    // With the first process of their namespace.
    waitUntil { family(of: launcher.processIdentifier).count > pool }
    let pipe = try FileDescriptor.pipe()
    defer {
      try? pipe.readEnd.close()
      try? pipe.writeEnd.close()
    }
    var quick = nullSession()
    quick.channels[0].backing = .stream(pipe.readEnd)
    let sessions = (1..<pool).map { _ in Session(launcher, quick) }
    let endless = Session(launcher, nullSession(.seconds(4)))
    kill(launcher.processIdentifier, SIGSTOP)
    defer { kill(launcher.processIdentifier, SIGCONT) }
    try pipe.writeEnd.writeAll(Array(repeating: UInt8(1), count: sessions.count))
    // All of them are to be forked anew.
    for session in sessions { #expect(session.heard() == ["exited(code: 7)"]) }
    #expect(endless.heard() == ["timedOut"])
  }

  @Test("any number of Dispatch's threads may block for sessions of a template")
  func blocked() throws {
    let launcher = try forkingLauncher(then: "TRAP EXIT, 7")
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(nullSession())
    let count = 1000
    let good = Mutex(0)
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<count {
      DispatchQueue.global().async {
        let outcome = try? template.runAndWait(nullSession()).outcome
        if outcome == .exited(code: 7) { good.withLock { $0 += 1 } }
        done.signal()
      }
    }
    for _ in 0..<count {
      guard done.wait(timeout: .now() + 60) == .success else {
        Issue.record("they block one another")
        return
      }
    }
    #expect(good.withLock { $0 } == count)
  }

  @Test("who is called back may have the last reference to the launcher")
  func lastReference() throws {
    let scratch = try Scratch()
    let module = try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7"))
    for _ in 0..<50 {
      let done = DispatchSemaphore(value: 0)
      let number: Int32
      do {
        let launcher = try Launcher(module: module)
        number = launcher.processIdentifier
        launcher.start(nullSession()) { [launcher] _ in
          _ = launcher.protections
          done.signal()
        }
      }
      #expect(done.wait(timeout: .now() + 60) == .success)
      waitUntil { kill(number, 0) != 0 }
      guard kill(number, 0) != 0 else {
        Issue.record("the launcher is still there")
        return
      }
    }
  }

  @Test(
    "a session is over, too, where somebody else has waited for its process",
    arguments: [false, true])
  func stolen(isAwaited: Bool) throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")))
    defer { launcher.shutDown() }
    // So that it comes after the thief.
    if !isAwaited { launcher.refuseToListen() }
    var count = 0
    for _ in 0..<200 where count < 3 {
      let outcome = Mutex<String?>(nil)
      let done = DispatchSemaphore(value: 0)
      Thread {
        let text: String
        if isAwaited {
          do {
            text = "\(try launcher.runAndWait(nullSession()).outcome)"
          } catch { text = "\(error)" }
        } else {
          text = Session(launcher, nullSession()).heard()?.first ?? "it does not end"
        }
        outcome.withLock { $0 = text }
        done.signal()
      }.start()
      waitUntil { !sandboxes(of: launcher).isEmpty }
      let process = try #require(sandboxes(of: launcher).first.flatMap { pid_t($0) })
      kill(process, SIGKILL)
      if waitpid(process, nil, 0) == process { count += 1 }
      guard done.wait(timeout: .now() + 60) == .success else {
        Issue.record("it does not end")
        return
      }
      let text = outcome.withLock { $0 }
      #expect(
        text == "killed(signal: 9)" || text?.contains("somebody else has waited for it") == true,
        "\(text ?? "")")
    }
    #expect(count > 0)
  }
}
