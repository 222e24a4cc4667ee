import Dispatch
import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

/// The built helper, beside the test bundle.
private let program: String? = CommandLine.arguments.lazy
  .filter { $0.hasSuffix(".xctest") }
  .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/false-launcher" }
  .first { access($0, X_OK) == 0 }

/// Launchers that lie (Tests/FalseLauncher): what the engine hears from its children must not make it wait for
/// ever, keep what it is given, or leave anything behind.
@Suite("A launcher that lies", .enabled(if: program != nil, "no false-launcher"))
struct FalseLauncherTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func launcher(_ mode: String, templates: Bool = false, pool: Int = 0) throws -> Launcher {
    let executable = scratch.path + "/" + mode
    try FileManager.default.createSymbolicLink(
      atPath: executable, withDestinationPath: try #require(program))
    return try Launcher(
      module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 0")),
      options: Launcher.Options(pool: pool, templates: templates),
      spare: try SpareLauncher(executable: executable))
  }

  /// Runs a session on a thread of its own; nil when it is not over after a minute.
  private func outcome(of run: @escaping @Sendable () throws -> SandboxReport) -> String? {
    let text = Mutex<String?>(nil)
    let done = DispatchSemaphore(value: 0)
    Thread {
      let words: String
      do { words = "\(try run().outcome)" } catch { words = "\(error)" }
      text.withLock { $0 = words }
      done.signal()
    }.start()
    return done.wait(timeout: .now() + 60) == .success ? text.withLock { $0 } : nil
  }

  @Test("that says late which process has ended keeps nobody waiting")
  func late() throws {
    let launcher = try launcher("late")
    defer { launcher.shutDown() }
    for _ in 0..<3 {
      let heard = try #require(outcome { try launcher.runAndWait(nullSession()) })
      #expect(heard.contains("the sandbox ended without saying why"))
    }
    let done = DispatchSemaphore(value: 0)
    launcher.start(nullSession()) { _ in done.signal() }
    #expect(done.wait(timeout: .now() + 60) == .success)
    #expect(family(of: launcher.processIdentifier).isEmpty)
  }

  /// A socket is used again, and the launcher's word of the process before may come late.
  @Test("that says again whom it forked before is believed of the one that it means")
  func again() throws {
    let launcher = try launcher("again")
    defer { launcher.shutDown() }
    for _ in 0..<3 {
      let heard = try #require(outcome { try launcher.runAndWait(nullSession()) })
      #expect(heard.contains("the sandbox ended without saying why"), "\(heard)")
      #expect(kill(launcher.processIdentifier, 0) == 0)
    }
  }

  @Test("that ends before it says whom it has forked takes it along")
  func dies() throws {
    let launcher = try launcher("dies")
    defer { launcher.shutDown() }
    let group = launcher.processIdentifier
    let heard = try #require(outcome { try launcher.runAndWait(nullSession()) })
    #expect(heard.contains("the launcher ended"))
    #expect(family(of: group).isEmpty)
    #expect(kill(-group, 0) == -1 && errno == ESRCH)
  }

  @Test("that forks nothing for a pool is ended")
  func deaf() throws {
    let executable = scratch.path + "/deaf"
    #expect(throws: SandboxError.self) { _ = try launcher("deaf", pool: 1) }
    let left = children(ofAllThreadsOf: getpid()).filter {
      let command = try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)
      return command?.hasPrefix(executable) == true
    }
    #expect(left.isEmpty)
  }

  @Test("that sends descriptors along gives none")
  func gives() throws {
    let launcher = try launcher("gives")
    defer { launcher.shutDown() }
    let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
    }
    #expect(!files.isEmpty && !files.contains { $0.hasPrefix("/memfd:given") })
  }

  @Test("whose template's copies say nothing: their time is up, and they end with the launcher")
  func mute() throws {
    let launcher = try launcher("mute", templates: true)
    let group = launcher.processIdentifier
    let template = try launcher.makeTemplate(nullSession())
    for _ in 0..<3 {
      let heard = outcome { try template.runAndWait(nullSession(.milliseconds(100))) }
      #expect(heard == "timedOut")
    }
    // The template and three of whom nothing is known.
    #expect(family(of: group).count == 4)
    launcher.shutDown()
    #expect(family(of: group).isEmpty)
    #expect(kill(-group, 0) == -1 && errno == ESRCH)
  }

  @Test("whose template's copies end before they say a word: they are reaped")
  func vanishing() throws {
    let launcher = try launcher("vanishing", templates: true)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(nullSession())
    for _ in 0..<20 {
      let heard = try #require(outcome { try template.runAndWait(nullSession()) })
      #expect(heard.contains("the template made no copy"))
    }
    // The last ones may end later than their sessions, and are reaped after the next.
    waitUntil {
      _ = outcome { try template.runAndWait(nullSession()) }
      return family(of: launcher.processIdentifier).count <= 3
    }
    #expect(family(of: launcher.processIdentifier).count <= 3)
  }
}
