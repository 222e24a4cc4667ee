import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

/// A process that is forked ahead of need goes through a session's steps before its session comes. Nothing
/// of that may be seen.
@Suite("Sandboxes of a pool")
struct PoolTests {
  private func session(_ output: Channel.Backing = .null, digest: Bool = false) -> Session {
    var session = Session(
      channels: [
        Channel(alias: "/dev/stdin", backing: .null, limits: .readOnly),
        Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly, digest: digest),
        Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
      ], memoryByteCount: 64 << 20, timeout: .seconds(20))
    session.memoryDigest = digest
    return session
  }

  private func launcher(_ body: String, pool: Int = 2) throws -> Launcher {
    let scratch = try Scratch()
    return try Launcher(
      module: try ValidatedModule(path: try scratch.nexe(body)),
      options: Launcher.Options(pool: pool))
  }

  /// Blocks for a session that is not blocked for: such a one is sent another way.
  private func run(_ session: Session, _ launcher: Launcher) throws -> SandboxReport {
    let handoff = Handoff<Result<SandboxReport, SandboxError>>()
    launcher.start(session) { handoff.give($0) }
    return try handoff.take().get()
  }

  @Test("its registers are zero, but for the stack's and the base")
  func registers() throws {
    let launcher = try launcher("hlt")
    defer { launcher.shutDown() }
    for _ in 0..<6 {
      guard case .faulted(_, _, _, let registers) = try run(session(), launcher).outcome else {
        Issue.record("no fault")
        return
      }
      for name in clearedRegisters {
        #expect(registers.contains("\(name)=0x0 "), "\(name): \(registers)")
      }
    }
  }

  @Test("its stack, vectors and floating-point unit are as in any other")
  func memory() throws {
    let words = (-32..<32).map { "orq \(8 * $0)(%rsp), %rax" }.joined(separator: "\n")
    let vectors = (0..<16).map { "movq %xmm\($0), %rcx\n orq %rcx, %rax" }.joined(separator: "\n")
    let launcher = try launcher(
      """
        \(vectors)
        xorl $0x600df00d, word(%rip)
        orl word(%rip), %eax
        \(words)
        stmxcsr buffer(%rip)
        movl buffer(%rip), %edx
        xorl $0x1f80, %edx
        orl %edx, %eax
        fnstcw buffer(%rip)
        movzwl buffer(%rip), %edx
        xorl $0x37f, %edx
        orl %edx, %eax
        movq %rax, %rdx
        shrq $32, %rdx
        orl %edx, %eax
        EXIT_EAX
      \(word)
      """)
    defer { launcher.shutDown() }
    for _ in 0..<6 { #expect(try run(session(), launcher).outcome == .exited(code: 0)) }
  }

  @Test("its counters, digests and memory are those of its session alone")
  func report() throws {
    let body = "TRAP WRITE, 1, word, 4, 0\n TRAP EXIT, 0\n\(word)"
    let pooled = try launcher(body)
    defer { pooled.shutDown() }
    let scratch = try Scratch()
    let forked = try Launcher(module: try ValidatedModule(path: try scratch.nexe(body)))
    defer { forked.shutDown() }
    let memory = try forked.runAndWait(session(digest: true)).memoryDigest
    #expect(memory != nil)
    for _ in 0..<6 {
      let report = try run(session(digest: true), pooled)
      #expect(report.outcome == .exited(code: 0))
      #expect(report.trapCount == 2)
      #expect(report.accounting.map(\.puts) == [0, 1, 0])
      #expect(report.accounting.map(\.putBytes) == [0, 4, 0])
      #expect(report.accounting.map(\.gets) == [0, 0, 0])
      // sha256sum of 0d f0 0d 60.
      #expect(report.digests[1] == wanted)
      #expect(report.memoryDigest == memory)
    }
  }

  private let word = "  .data\nword: .long 0x600df00d\n  .text"
  private let wanted = "d9dcb07a421bc34d50eb6a1f7b5e8ee4c0a0e568d3b6b7f3f17c2854efcc41d3"

  @Test("one that was woken for a session that cannot be serves another")
  func givenBack() throws {
    let launcher = try launcher("TRAP EXIT, 7")
    defer { launcher.shutDown() }
    waitUntil { sandboxes(of: launcher).count == 2 }
    let before = sandboxes(of: launcher)
    var wrong = session()
    wrong.channels.removeLast()
    for _ in 0..<10 { #expect(throws: SandboxError.self) { try run(wrong, launcher) } }
    #expect(sandboxes(of: launcher) == before)
    #expect(try run(session(), launcher).outcome == .exited(code: 7))
    #expect(!before.isSubset(of: sandboxes(of: launcher)))
  }

  @Test("of those that wait the youngest is taken that has had the time to get ready")
  func youngest() throws {
    let launcher = try launcher("TRAP EXIT, 7", pool: 3)
    defer { launcher.shutDown() }
    waitUntil { sandboxes(of: launcher).count == 3 }
    // Forked one after the other, so numbered in that order, unless numbers start again.
    let first = sandboxes(of: launcher).compactMap { Int32($0) }.sorted()
    usleep(50_000)
    #expect(try run(session(), launcher).outcome == .exited(code: 7))
    waitUntil {
      let now = sandboxes(of: launcher)
      return now.count == 3 && !now.contains("\(first[2])")
    }
    let now = Set(sandboxes(of: launcher).compactMap { Int32($0) })
    #expect(now.isSuperset(of: first[..<2]))
    #expect(!now.contains(first[2]))
  }

  @Test("cancelled as soon as it was asked for, it is gone")
  func cancelled() throws {
    let launcher = try launcher("1: jmp 1b")
    defer { launcher.shutDown() }
    for _ in 0..<20 {
      let handoff = Handoff<Result<SandboxReport, SandboxError>>()
      launcher.start(session()) { handoff.give($0) }.cancel()
      #expect(try handoff.take().get().outcome == .cancelled)
    }
    waitUntil { sandboxes(of: launcher).count == 2 }
    #expect(sandboxes(of: launcher).count == 2)
  }
}
