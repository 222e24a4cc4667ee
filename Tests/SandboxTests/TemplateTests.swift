import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

private let prologue = """
    .set FORK, 0x6b726f46
    movl $1000, counter(%rip)
    TRAP WRITE, 1, buffer, 16, 0
    TRAP READ, 0, buffer, 4, 0
    TRAP FORK
    testl %eax, %eax
    jnz 9f
    addl $1, counter(%rip)

  """

private let epilogue = """

    .p2align 5
  9: EXIT_EAX
    .data
  counter: .long 0
    .text
  """

/// Reads a number, adds what the set-up left, and exits with it.
private let adding =
  prologue
    + """
      TRAP READ, 0, buffer, 4, 0
      movl buffer(%rip), %eax
      addl counter(%rip), %eax
      EXIT_EAX
    """ + epilogue

private func session(
  _ input: Channel.Backing = .null, output: Channel.Backing = .null, alias: String = "/dev/stdin",
  limits: Channel.Limits = .readOnly, timeout: Duration = .seconds(30)
) -> Session {
  Session(
    channels: [
      Channel(alias: alias, backing: input, limits: limits),
      Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ], memoryByteCount: 64 << 20, timeout: timeout)
}

private func launcher(_ body: String) throws -> Launcher {
  let scratch = try Scratch()
  return try Launcher(
    module: try ValidatedModule(path: try scratch.nexe(body)),
    options: Launcher.Options(templates: true))
}

@Suite("Templates")
struct TemplateTests {
  @Test("copies start after the call, each with its own channels and memory")
  func copies() throws {
    let launcher = try launcher(adding)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(session())
    for number: UInt8 in [1, 2, 200, 3, 3] {
      let report = try template.runAndWait(session(.bytes([number, 0, 0, 0])))
      // 1000 from the set-up, and 1 from this copy alone.
      #expect(report.outcome == .exited(code: 1001 + Int32(number)))
      #expect(report.accounting[0].gets == 1)
      #expect(report.accounting[1].puts == 0)
      #expect(report.trapCount == 2)
    }
  }

  @Test("many copies at once")
  func concurrent() throws {
    let launcher = try launcher(adding)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(session())
    let good = Mutex(0)
    let done = DispatchGroup()
    for number: UInt8 in 0..<100 {
      done.enter()
      template.start(session(.bytes([number, 0, 0, 0]))) { result in
        if case .success(let report) = result, report.outcome == .exited(code: 1001 + Int32(number))
        {
          good.withLock { $0 += 1 }
        }
        done.leave()
      }
    }
    done.wait()
    #expect(good.withLock { $0 } == 100)
    waitUntil { sandboxes(of: launcher).count == 1 }
    #expect(sandboxes(of: launcher).count == 1)
  }

  @Test("a program that ends without fork makes no template")
  func noFork() throws {
    let launcher = try launcher("TRAP EXIT, 3")
    defer { launcher.shutDown() }
    let error = #expect(throws: SandboxError.self) { try launcher.makeTemplate(session()) }
    #expect(error?.description.contains("exited with status 3") == true)
  }

  @Test("in a session that is no set-up, and in a copy, fork is refused")
  func refused() throws {
    let twice = prologue + "TRAP FORK\n EXIT_EAX\n" + epilogue
    let launcher = try launcher(twice)
    defer { launcher.shutDown() }
    #expect(try launcher.runAndWait(session()).outcome == .exited(code: -ENOSYS))
    let template = try launcher.makeTemplate(session())
    #expect(try template.runAndWait(session()).outcome == .exited(code: -ENOSYS))
  }

  @Test("a copy must have the template's channels")
  func otherChannels() throws {
    let launcher = try launcher(adding)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(session())
    let error = #expect(throws: SandboxError.self) {
      try template.runAndWait(session(alias: "/dev/other"))
    }
    #expect(error?.description.contains("/dev/other") == true)
    #expect(throws: SandboxError.self) {
      var fewer = session()
      fewer.channels.append(fewer.channels[0])
      _ = try template.runAndWait(fewer)
    }
    #expect(
      try template.runAndWait(session(.bytes([1, 0, 0, 0]))).outcome == .exited(code: 1002))
  }

  @Test("a read limit that the set-up used up stays used up")
  func spent() throws {
    let launcher = try launcher(
      prologue + "TRAP READ, 0, buffer, 4, 0\n EXIT_EAX\n" + epilogue)
    defer { launcher.shutDown() }
    let once = Channel.Limits(gets: 1, getBytes: .max, puts: 0, putBytes: 0)
    let used = try launcher.makeTemplate(session(limits: once))
    #expect(
      try used.runAndWait(session(.bytes([1, 2, 3, 4]))).outcome == .exited(code: -EDQUOT))
    let fresh = try launcher.makeTemplate(session())
    #expect(try fresh.runAndWait(session(.bytes([1, 2, 3, 4]))).outcome == .exited(code: 4))
  }

  @Test("copies time out, are cancelled, fault and spin like other sandboxes")
  func ends() throws {
    let launcher = try launcher(
      prologue
        + """
          TRAP READ, 0, buffer, 1, 0
          movzbl buffer(%rip), %ecx
          cmpl $1, %ecx
          je 3f
          TRAP EXIT, 0
          .p2align 5
        3: jmp 3b
        """ + epilogue)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(session())
    let late = try template.runAndWait(session(.bytes([1]), timeout: .milliseconds(100)))
    #expect(late.outcome == .timedOut)
    var spinning = session(.bytes([1]))
    spinning.cpuTimeLimit = .milliseconds(50)
    #expect(try template.runAndWait(spinning).outcome == .limitReached(.cpuTime))
    let outcome = Mutex<SandboxReport.Outcome?>(nil)
    let done = DispatchSemaphore(value: 0)
    let handle = template.start(session(.bytes([1]))) { result in
      outcome.withLock { $0 = try? result.get().outcome }
      done.signal()
    }
    waitUntil { sandboxes(of: launcher).count == 2 }
    handle.cancel()
    done.wait()
    #expect(outcome.withLock { $0 } == .cancelled)
    #expect(try template.runAndWait(session()).outcome == .exited(code: 0))
  }

  @Test("a copy has its channels' descriptors and no others")
  func descriptors() throws {
    let launcher = try launcher(adding)
    defer { launcher.shutDown() }
    let setUp = try FileDescriptor.open("/dev/null", .readWrite)
    defer { try? setUp.close() }
    let template = try launcher.makeTemplate(session(.stream(setUp), output: .stream(setUp)))
    let own = try #require(sandboxes(of: launcher).first)
    func open(_ process: Substring) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").sorted()
    }
    #expect(try open(own) == ["0", "1", "2", "3"])
    let pipe = try FileDescriptor.pipe()
    let done = DispatchSemaphore(value: 0)
    template.start(session(.stream(pipe.readEnd))) { _ in done.signal() }
    waitUntil { sandboxes(of: launcher).count == 2 }
    let copy = try #require(sandboxes(of: launcher).subtracting([own]).first)
    waitUntil { (try? open(copy)) == ["0", "1", "2", "3", "4"] }
    #expect(try open(copy) == ["0", "1", "2", "3", "4"])
    try pipe.writeEnd.close()
    done.wait()
    try pipe.readEnd.close()
  }

  @Test("a template that dies fails its sessions; a dead launcher takes copies along")
  func deaths() throws {
    let launcher = try launcher(adding)
    defer { launcher.shutDown() }
    let template = try launcher.makeTemplate(session())
    let process = try #require(sandboxes(of: launcher).first)
    kill(try #require(Int32(process)), SIGKILL)
    waitUntil { sandboxes(of: launcher).isEmpty }
    #expect(throws: SandboxError.self) { try template.runAndWait(session()) }
    let other = try launcher.makeTemplate(session())
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    defer { try? pipe.writeEnd.close() }
    let done = DispatchSemaphore(value: 0)
    other.start(session(.stream(pipe.readEnd))) { _ in done.signal() }
    waitUntil { sandboxes(of: launcher).count == 2 }
    let alive = sandboxes(of: launcher)
    kill(launcher.processIdentifier, SIGKILL)
    done.wait()
    for process in alive {
      waitUntil { access("/proc/\(process)/exe", F_OK) != 0 }
      #expect(access("/proc/\(process)/exe", F_OK) != 0)
    }
  }

  /// Without a process namespace, whose end would take the copy along as well.
  @Test(
    "a killed engine takes copies along that spin",
    .enabled(if: OrphanedCopy.isPossible, "no template-holder, or no user namespaces"))
  func killedEngine() throws {
    let scratch = try Scratch()
    let orphaned = try OrphanedCopy(
      nexe: try scratch.nexe(
        """
          TRAP 0x6b726f46
          TRAP WRITE, 1, buffer, 1, 0
        1: jmp 1b
        """))
    defer { orphaned.end() }
    // Launcher, template, copy; and nobody who is the first of a namespace.
    #expect(orphaned.family.count == 3)
    for process in orphaned.family { #expect(!OrphanedCopy.hasNamespace(process)) }
    orphaned.killEngine()
    for process in orphaned.family {
      waitUntil { access("/proc/\(process)/exe", F_OK) != 0 }
      #expect(access("/proc/\(process)/exe", F_OK) != 0)
    }
  }
}
