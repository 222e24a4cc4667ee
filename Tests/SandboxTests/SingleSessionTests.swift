import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Sandbox

/// Launchers that are started for one session, as `zvm run` starts them: the sandbox is the first process of
/// its namespace, and the launcher spares itself what is for later sessions. Neither wall may miss anything.
@Suite("A launcher for one session")
struct SingleSessionTests {
  private func launcher(_ code: String, isForOne: Bool = true) throws -> Launcher {
    let scratch = try Scratch()
    return try Launcher(
      module: try ValidatedModule(path: try scratch.nexe(code)),
      spare: try SpareLauncher(isForOne: isForOne))
  }

  private func status(_ key: String, of process: Int32) throws -> String {
    let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return String(try #require(line).dropFirst(key.count + 1)).trimmingCharacters(in: .whitespaces)
  }

  /// A sandbox that spins, looked at by `body`, and cancelled.
  private func whileSpinning(_ body: (Launcher, Int32) throws -> Void) throws {
    let launcher = try launcher("1: jmp 1b")
    defer { launcher.shutDown() }
    let done = DispatchSemaphore(value: 0)
    let handle = launcher.start(nullSession()) { _ in done.signal() }
    waitUntil { !family(of: launcher.processIdentifier).isEmpty }
    let process = try #require(family(of: launcher.processIdentifier).first)
    waitUntil { (try? status("Seccomp", of: process)) == "2" }
    try body(launcher, process)
    handle.cancel()
    done.wait()
    waitUntil { kill(process, 0) != 0 }
    #expect(kill(process, 0) != 0)
  }

  @Test("states, and has, the protections of every other")
  func protections() throws {
    let usual = try launcher("TRAP EXIT, 0", isForOne: false)
    defer { usual.shutDown() }
    try whileSpinning { launcher, process in
      #expect(launcher.protections == usual.protections)
      #expect(try status("Seccomp", of: process) == "2")
      #expect(try status("NoNewPrivs", of: process) == "1")
      #expect(family(of: launcher.processIdentifier) == [process])
      guard launcher.protections.contains(where: { $0.contains("process: yes") }) else { return }
      #expect(try status("NSpid", of: process).split(separator: "\t").last == "1")
      for name in ["mnt", "net", "ipc", "uts", "pid", "user"] {
        let files = FileManager.default
        let theirs = try files.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/\(name)")
        #expect(
          try files.destinationOfSymbolicLink(atPath: "/proc/self/ns/\(name)") != theirs, "\(name)")
      }
    }
  }

  @Test("its sandbox has neither its secret nor a clock", .enabled(if: geteuid() == 0))
  func secret() throws {
    try whileSpinning { launcher, process in
      let parent = Memory(process: "\(launcher.processIdentifier)")
      let wiped = try #require(parent.wiped)
      let secret = parent.bytes(wiped.start, 16)
      #expect(secret.count == 16 && secret.contains { $0 != 0 })
      let child = Memory(process: "\(process)")
      #expect(child.ranges.contains { $0.start == wiped.start && $0.isWipedOnFork })
      for half in [secret.prefix(8), secret.suffix(8)] {
        #expect(parent.places(of: half).count == 1)
        #expect(child.places(of: half) == [])
      }
      let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
      #expect(maps.contains("memfd:") && !maps.contains("[vdso]") && !maps.contains("[vvar"))
    }
  }

  @Test("killed, it takes its sandbox along")
  func killed() throws {
    let launcher = try launcher("1: jmp 1b")
    defer { launcher.shutDown() }
    let done = DispatchSemaphore(value: 0)
    launcher.start(nullSession()) { result in
      #expect(throws: SandboxError.self) { try result.get() }
      done.signal()
    }
    waitUntil { !family(of: launcher.processIdentifier).isEmpty }
    let process = try #require(family(of: launcher.processIdentifier).first)
    kill(launcher.processIdentifier, SIGKILL)
    done.wait()
    waitUntil { kill(process, 0) != 0 }
    #expect(kill(process, 0) != 0)
  }

  /// The built helper, beside the test bundle: see Tests/OrphanCheck.
  private static let orphanCheck: String? = CommandLine.arguments.lazy
    .filter { $0.hasSuffix(".xctest") }
    .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/orphan-check" }
    .first { access($0, X_OK) == 0 }

  @Test(
    "an engine that is killed before the fork that it asked for leaves nothing that runs",
    .enabled(if: orphanCheck != nil, "no orphan-check"), arguments: ["one", "usual"])
  func killedEngine(kind: String) throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("1: jmp 1b").string
    #expect(try tool([try #require(Self.orphanCheck), nexe, kind]).status == 0)
  }

  @Test("a time limit, a fault and the filter end a sandbox that is first in its namespace")
  func ends() throws {
    #expect(
      try launcher("1: jmp 1b").runAndWait(nullSession(.milliseconds(100))).outcome
        == .timedOut)
    guard case .faulted(SIGILL, _, _, _) = try launcher("ud2").runAndWait(nullSession()).outcome
    else {
      Issue.record("no fault")
      return
    }
    #if DEBUG
      let scratch = try Scratch()
      let module = try ValidatedModule(
        unvalidatedForTests: try scratch.nexe("mov $39, %eax\n syscall\n TRAP EXIT, 0"))
      let launcher = try Launcher(module: module, spare: try SpareLauncher(isForOne: true))
      defer { launcher.shutDown() }
      #expect(try launcher.runAndWait(nullSession()).outcome == .killed(signal: SIGSYS))
    #endif
  }

  @Test("a spare launcher that nobody takes is gone when it is ended")
  func ended() throws {
    let before = Set(children(ofAllThreadsOf: getpid()))
    let spare = try SpareLauncher(isForOne: true)
    let process = try spare.process().process
    #expect(kill(process, 0) == 0 && !before.contains(process))
    spare.end()
    #expect(kill(process, 0) == -1 && errno == ESRCH)
  }
}
