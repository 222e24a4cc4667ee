import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

private func session(_ input: Channel.Backing = .null) -> Session {
  Session(
    channels: [
      Channel(alias: "/dev/stdin", backing: input, limits: .readOnly),
      Channel(alias: "/dev/stdout", backing: .null, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ], memoryByteCount: 64 << 20)
}

/// Sandboxes are children of this process, in their launcher's group.
@Suite("Sandboxes as children")
struct ChildTests {
  @Test("a sandbox is a child of this process, not of the launcher, and reaped before its report")
  func parent() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(
        path: try scratch.nexe("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 7")))
    defer { launcher.shutDown() }
    #expect(children(ofAllThreadsOf: launcher.processIdentifier).isEmpty)
    let pipe = try FileDescriptor.pipe()
    let outcome = Mutex<SandboxReport.Outcome?>(nil)
    let done = DispatchSemaphore(value: 0)
    launcher.start(session(.stream(pipe.readEnd))) { result in
      outcome.withLock { $0 = try? result.get().outcome }
      done.signal()
    }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    let process = try #require(sandboxes(of: launcher).first)
    #expect(children(ofAllThreadsOf: launcher.processIdentifier).isEmpty)
    try pipe.writeEnd.close()
    done.wait()
    #expect(outcome.withLock { $0 } == .exited(code: 7))
    // Not even a zombie is left of it.
    #expect(kill(try #require(Int32(process)), 0) == -1)
    #expect(errno == ESRCH)
    try pipe.readEnd.close()
  }

  /// A signal that is blocked is not ignored, and the kernel wakes some other thread for it.
  @Test("the thread whose child a launcher is has SIGCHLD unblocked")
  func ends() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 0")))
    defer { launcher.shutDown() }
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    let parent = try #require(
      tasks.first {
        (try? String(contentsOfFile: "/proc/self/task/\($0)/children", encoding: .utf8))?
          .split(separator: " ").contains("\(launcher.processIdentifier)") == true
      })
    let status = try String(contentsOfFile: "/proc/self/task/\(parent)/status", encoding: .utf8)
    let blocked = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") })
    let mask = try #require(UInt64(blocked.split(separator: "\t")[1], radix: 16))
    #expect(mask & 1 << (UInt64(SIGCHLD) - 1) == 0, "\(blocked)")
  }

  @Test("killed by somebody else, a sandbox is reported as killed; its launcher goes on")
  func killed() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")))
    defer { launcher.shutDown() }
    let before = launcher.processIdentifier
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<SandboxReport.Outcome?>(nil)
    launcher.start(session()) { result in
      outcome.withLock { $0 = try? result.get().outcome }
      done.signal()
    }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    kill(try #require(sandboxes(of: launcher).first.flatMap { Int32($0) }), SIGKILL)
    done.wait()
    #expect(outcome.withLock { $0 } == .killed(signal: SIGKILL))
    #expect(launcher.processIdentifier == before)
  }

  @Test("where the launcher is stopped, a sandbox is still cancelled and reaped at once")
  func stoppedLauncher() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")))
    defer { launcher.shutDown() }
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<SandboxReport.Outcome?>(nil)
    let handle = launcher.start(session()) { result in
      outcome.withLock { $0 = try? result.get().outcome }
      done.signal()
    }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    kill(launcher.processIdentifier, SIGSTOP)
    defer { kill(launcher.processIdentifier, SIGCONT) }
    handle.cancel()
    #expect(done.wait(timeout: .now() + 60) == .success)
    #expect(outcome.withLock { $0 } == .cancelled)
    #expect(sandboxes(of: launcher).isEmpty)
  }

  @Test("a launcher that is stopped is shut down like any other")
  func shutDownStopped() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("1: jmp 1b")))
    launcher.start(session()) { _ in }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    let group = launcher.processIdentifier
    kill(group, SIGSTOP)
    let done = DispatchSemaphore(value: 0)
    Thread {
      launcher.shutDown()
      done.signal()
    }.start()
    #expect(done.wait(timeout: .now() + 60) == .success)
    #expect(kill(-group, 0) == -1 && errno == ESRCH)
  }

  @Test("other children of this process are left alone")
  func others() throws {
    let other = Process()
    other.executableURL = URL(fileURLWithPath: "/bin/sh")
    other.arguments = ["-c", "exit 5"]
    try other.run()
    let scratch = try Scratch()
    let launcher = try Launcher(module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 7")))
    for _ in 0..<10 {
      #expect(try launcher.runAndWait(session()).outcome == .exited(code: 7))
    }
    launcher.shutDown()
    other.waitUntilExit()
    #expect(other.terminationStatus == 5)
  }
}
