import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

func nullSession(_ timeout: Duration = .seconds(60)) -> Session {
  Session.command(
    arguments: ["x"], standardInput: .null, standardOutput: .null, standardError: .null,
    memoryByteCount: 64 << 20, timeout: timeout)
}

/// Numbers of a process's children, of whichever of its threads.
func children(ofAllThreadsOf process: Int32) -> [Int32] {
  let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
  return tasks.flatMap { task -> [Int32] in
    let path = "/proc/\(process)/task/\(task)/children"
    // To its end: Foundation takes the kernel's files for 4 KiB long.
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    var text = Data()
    while let piece = try? file.read(upToCount: 64 << 10), !piece.isEmpty { text += piece }
    return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
  }
}

/// What a launcher has forked: this process's children in the launcher's group, with the first process in
/// their namespace.
func family(of launcher: Int32) -> [Int32] {
  children(ofAllThreadsOf: getpid()).filter { $0 != launcher && getpgid($0) == launcher }
}

/// Numbers of a launcher's sandbox processes: all of them but the one that is the first in their process
/// namespace.
func children(of process: Int32) -> String {
  family(of: process).map(String.init).filter { child in
    let status = (try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
    return line?.split(separator: "\t").last != "1"
  }.joined(separator: " ")
}

/// Numbers of the launcher's sandbox processes.
func sandboxes(of launcher: Launcher) -> Set<Substring> {
  Set(children(of: launcher.processIdentifier).split(separator: " "))
}

func waitUntil(_ condition: () -> Bool) {
  for _ in 0..<2000 {
    if condition() { return }
    usleep(5000)
  }
}

@Suite("Launcher")
struct LauncherTests {
  /// Who blocks for the only session has the last one's shared memory again, which stays mapped in the launcher;
  /// others have another's. What each says in it must be heard as its own.
  @Test("sessions that follow each other, alone and beside others, end as themselves")
  func sharedMemoryInTurns() throws {
    let scratch = try Scratch()
    // Ends with the first byte of its input.
    let module = try ValidatedModule(
      path: try scratch.nexe(
        "TRAP READ, 0, buffer, 1, 0\n movzbl buffer(%rip), %eax\n EXIT_EAX"))
    let launcher = try Launcher(module: module)
    defer { launcher.shutDown() }
    func session(_ input: Channel.Backing) -> Session {
      Session.command(
        arguments: ["x"], standardInput: input, standardOutput: .null, standardError: .null,
        memoryByteCount: 64 << 20, timeout: .seconds(60))
    }
    /// What it ended with, and what it read.
    func heard(_ report: SandboxReport?) -> [Int] {
      guard let report, case .exited(let code) = report.outcome else { return [] }
      return [Int(code), Int(report.accounting[0].getBytes)]
    }
    for round in 0..<20 {
      let pipe = try FileDescriptor.pipe()
      let beside = Mutex<SandboxReport?>(nil)
      let done = DispatchSemaphore(value: 0)
      if round % 3 == 1 {
        launcher.start(session(.stream(pipe.readEnd))) { result in
          beside.withLock { $0 = try? result.get() }
          done.signal()
        }
      }
      for turn in 0..<3 {
        let number = UInt8(round * 3 + turn)
        #expect(heard(try launcher.runAndWait(session(.bytes([number])))) == [Int(number), 1])
      }
      try pipe.writeEnd.writeAll([UInt8(200 + round)])
      try pipe.writeEnd.close()
      if round % 3 == 1 {
        done.wait()
        #expect(heard(beside.withLock { $0 }) == [200 + round, 1])
      }
      try pipe.readEnd.close()
    }
  }

  @Test("cancelling kills the sandbox and says so")
  func cancel() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")))
    defer { launcher.shutDown() }
    let outcome = Mutex<SandboxReport.Outcome?>(nil)
    let done = DispatchSemaphore(value: 0)
    let handle = launcher.start(nullSession()) { result in
      outcome.withLock { $0 = try? result.get().outcome }
      done.signal()
    }
    waitUntil { !children(of: launcher.processIdentifier).isEmpty }
    handle.cancel()
    done.wait()
    #expect(outcome.withLock { $0 } == .cancelled)
    #expect(children(of: launcher.processIdentifier).isEmpty)
  }

  @Test("a killed launcher fails its sessions and takes its sandboxes along")
  func killedLauncher() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")))
    let done = DispatchSemaphore(value: 0)
    let failed = Mutex(0)
    for _ in 0..<4 {
      launcher.start(nullSession()) { result in
        if case .failure = result { failed.withLock { $0 += 1 } }
        done.signal()
      }
    }
    let numbers = { children(of: launcher.processIdentifier).split(separator: " ").count }
    waitUntil { numbers() == 4 }
    let sandboxes = children(of: launcher.processIdentifier).split(separator: " ")
    #expect(sandboxes.count == 4)
    kill(launcher.processIdentifier, SIGKILL)
    for _ in 0..<4 { done.wait() }
    #expect(failed.withLock { $0 } == 4)
    for sandbox in sandboxes {
      waitUntil { access("/proc/\(sandbox)/exe", F_OK) != 0 }
      #expect(access("/proc/\(sandbox)/exe", F_OK) != 0)
    }
    launcher.shutDown()
    #expect(throws: SandboxError.self) { try launcher.runAndWait(nullSession()) }
  }

  @Test("a dead launcher is replaced")
  func replaced() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")))
    defer { launcher.shutDown() }
    let first = launcher.processIdentifier
    #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
    kill(first, SIGKILL)
    waitUntil { kill(first, 0) != 0 }
    #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
    #expect(launcher.processIdentifier != first)
  }

  @Test("shutting down ends every sandbox and reaps the launcher")
  func shutDown() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")))
    let done = DispatchSemaphore(value: 0)
    launcher.start(nullSession()) { _ in done.signal() }
    waitUntil { !children(of: launcher.processIdentifier).isEmpty }
    launcher.shutDown()
    done.wait()
    #expect(kill(launcher.processIdentifier, 0) == -1)
    #expect(errno == ESRCH)
  }

  @Test("a hundred sessions at once all finish, and nothing is left open")
  func many() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")))
    defer { launcher.shutDown() }
    let descriptors = { () -> Int in
      (try? FileManager.default.contentsOfDirectory(
        atPath: "/proc/\(launcher.processIdentifier)/fd"))?.count ?? -1
    }
    _ = try launcher.runAndWait(nullSession())
    let before = descriptors()
    let good = Mutex(0)
    let done = DispatchGroup()
    for _ in 0..<100 {
      done.enter()
      launcher.start(nullSession()) { result in
        if case .success(let report) = result, report.outcome == .exited(code: 7) {
          good.withLock { $0 += 1 }
        }
        done.leave()
      }
    }
    done.wait()
    #expect(good.withLock { $0 } == 100)
    // The launcher may be behind with closing a session's socket.
    waitUntil { descriptors() <= before }
    #expect(descriptors() <= before)
    #expect(children(of: launcher.processIdentifier).isEmpty)
  }

  @Test("a memory too small for program and stack is refused with ENOMEM")
  func memory() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")))
    defer { launcher.shutDown() }
    var session = nullSession()
    session.memoryByteCount = 16 << 20
    let error = #expect(throws: SandboxError.self) { try launcher.runAndWait(session) }
    #expect(error?.status == ENOMEM)
  }

  @Test(
    "100,000 sandboxes in a row leave no zombie, no descriptor and no growth",
    .enabled(if: ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"),
    arguments: [
      Launcher.Options(), Launcher.Options(reuse: true), Launcher.Options(pool: 4),
      Launcher.Options(pool: 4, looksAhead: .milliseconds(5)),
    ])
  func manyInARow(options: Launcher.Options) throws {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")), options: options)
    defer { launcher.shutDown() }
    func residentPages() throws -> Int {
      let text = try String(
        contentsOfFile: "/proc/\(launcher.processIdentifier)/statm", encoding: .utf8)
      return try #require(Int(text.split(separator: " ")[1]))
    }
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(
        atPath: "/proc/\(launcher.processIdentifier)/fd"
      ).count
    }
    for _ in 0..<1000 { _ = try launcher.runAndWait(nullSession()) }
    let before = (try residentPages(), try descriptors())
    for _ in 0..<100_000 {
      #expect(try launcher.runAndWait(nullSession()).outcome == .exited(code: 7))
    }
    // The allocator may round; a leak of one byte a session would be 5 pages.
    #expect(try residentPages() <= before.0 + 4)
    // The launcher may be behind with closing a session's socket.
    waitUntil { (try? descriptors()) ?? .max <= before.1 }
    #expect(try descriptors() <= before.1)
    #expect(sandboxes(of: launcher).count <= max(1, options.pool))
  }
}
