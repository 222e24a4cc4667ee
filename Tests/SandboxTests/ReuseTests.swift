import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing
import Wire

/// Looks everywhere that a guest can write for what is not there at the start, then writes there.
/// Exits with the bits it found; 0 in a fresh sandbox.
private let canaries = """
    movl $0xfefffffc, %ecx
    .bundle_lock
    movl %ecx, %ecx
    movl (%r15,%rcx), %ecx
    .bundle_unlock
    .bundle_lock
    movl %ecx, %ecx
    movl (%r15,%rcx), %ecx
    .bundle_unlock
    movl %ecx, %ebx
    xorl %eax, %eax
    .bundle_lock
    movl %ebx, %ebx
    orl (%r15,%rbx), %eax
    .bundle_unlock
    leal 0x100000(%rbx), %ecx
    .bundle_lock
    movl %ecx, %ecx
    orl (%r15,%rcx), %eax
    .bundle_unlock
    orl buffer(%rip), %eax
    orl buffer+65532(%rip), %eax
    orl -4096(%rsp), %eax
    orl -1000000(%rsp), %eax
    movl initialized(%rip), %edx
    xorl $0x1234, %edx
    orl %edx, %eax
    movq %xmm5, %rdx
    orl %edx, %eax
    movq %mm3, %rdx
    orl %edx, %eax
    emms
    stmxcsr scratch(%rip)
    movl scratch(%rip), %edx
    xorl $0x1f80, %edx
    orl %edx, %eax
    fnstcw scratch(%rip)
    movzwl scratch(%rip), %edx
    xorl $0x37f, %edx
    orl %edx, %eax

    .bundle_lock
    movl %ebx, %ebx
    orl $0x100, (%r15,%rbx)
    .bundle_unlock
    .bundle_lock
    movl %ecx, %ecx
    orl $0x200, (%r15,%rcx)
    .bundle_unlock
    movl $0x400, buffer(%rip)
    movl $0x800, buffer+65532(%rip)
    movl $0x1000, -4096(%rsp)
    movl $0x2000, -1000000(%rsp)
    movl $0x4000, initialized(%rip)
    movl $0x10000, scratch(%rip)
    movd scratch(%rip), %xmm5
    movl $0x20000, scratch(%rip)
    movd scratch(%rip), %mm3
    movl $0x3f80, scratch(%rip)
    ldmxcsr scratch(%rip)
    movl $0x27f, scratch(%rip)
    fldcw scratch(%rip)
    EXIT_EAX
    .data
  initialized: .long 0x1234
  scratch: .long 0
    .text
  """

private func session(
  _ input: Channel.Backing = .null, output: Channel.Backing = .null, memory: Int = 64 << 20,
  limits: Channel.Limits = .readOnly, timeout: Duration = .seconds(20), digest: Bool = false
) -> Session {
  var session = Session(
    channels: [
      Channel(alias: "/dev/stdin", backing: input, limits: limits, digest: digest),
      Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ], memoryByteCount: memory, timeout: timeout)
  session.memoryDigest = digest
  return session
}

private func launcher(_ body: String, _ options: Launcher.Options) throws -> Launcher {
  let scratch = try Scratch()
  return try Launcher(
    module: try ValidatedModule(path: try scratch.nexe(body)), options: options)
}

@Suite("Sandboxes used again")
struct ReuseTests {
  private let reuse = Launcher.Options(reuse: true)

  #if DEBUG
    /// The validator refuses this program: EVEX is no part of any profile.
    @Test(
      "nor in what AVX-512 added to the registers",
      .enabled(
        if: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains("avx512bw")
          == true))
    func wideCanary() throws {
      func each(_ numbers: ClosedRange<Int>, _ line: (Int) -> String) -> String {
        numbers.map(line).joined(separator: "\n")
      }
      let scratch = try Scratch()
      let module = try ValidatedModule(
        unvalidatedForTests: try scratch.nexe(
          """
            xorl %eax, %eax
          \(each(0...7) { "kmovq %k\($0), %rdx\n orq %rdx, %rax" })
          \(each(16...31) {
            "vextracti64x2 $0, %zmm\($0), %xmm1\n movq %xmm1, %rdx\n orq %rdx, %rax\n"
            + "vextracti64x2 $3, %zmm\($0), %xmm1\n movq %xmm1, %rdx\n orq %rdx, %rax"
          })
          \(each(0...7) { "kxnorq %k\($0), %k\($0), %k\($0)" })
          \(each(16...31) { "vpternlogd $255, %zmm\($0), %zmm\($0), %zmm\($0)" })
            movq %rax, %rdx
            shrq $32, %rdx
            orl %edx, %eax
            andl $0x7fffffff, %eax
            EXIT_EAX
          """))
      let launcher = try Launcher(module: module, options: reuse)
      defer { launcher.shutDown() }
      for _ in 0..<3 {
        #expect(try launcher.runAndWait(session()).outcome == .exited(code: 0))
      }
    }
  #endif

  @Test("nothing of an earlier session is left in memory or registers")
  func canary() throws {
    let launcher = try launcher(canaries, reuse)
    defer { launcher.shutDown() }
    let first = try launcher.runAndWait(session()).outcome
    #expect(first == .exited(code: 0))
    let process = sandboxes(of: launcher)
    #expect(process.count == 1)
    for memory in [64, 64, 32, 128, 64] {
      #expect(
        try launcher.runAndWait(session(memory: memory << 20)).outcome == .exited(code: 0))
      // The very same process, or this test shows nothing.
      #expect(sandboxes(of: launcher) == process)
    }
  }

  @Test("memory digests after a session are those of a fresh process")
  func digests() throws {
    let scratch = try Scratch()
    let program = """
        TRAP READ, 0, buffer, 65536, 0
        movl buffer(%rip), %ecx
        movl %ecx, -64(%rsp)
        TRAP EXIT, 0
      """
    let module = try ValidatedModule(path: try scratch.nexe(program))
    let again = try Launcher(module: module, options: reuse)
    defer { again.shutDown() }
    var digests: Set<String> = []
    for length in [60_000, 3, 0, 50_000, 1] {
      let input = Channel.Backing.bytes(Array(repeating: UInt8(length & 0x7f), count: length))
      let fresh = try Launcher(module: module)
      defer { fresh.shutDown() }
      let expected = try fresh.runAndWait(session(input, digest: true))
      let report = try again.runAndWait(session(input, digest: true))
      #expect(report.memoryDigest != nil)
      #expect(report.memoryDigest == expected.memoryDigest, "\(length)")
      #expect(report.digests == expected.digests)
      #expect(report.accounting == expected.accounting)
      #expect(report.trapCount == 2)
      digests.insert(report.memoryDigest ?? "")
    }
    #expect(digests.count == 5)
    #expect(sandboxes(of: again).count == 1)
  }

  @Test("a heap that became smaller ends where it should")
  func smallerHeap() throws {
    // Touches the heap 32 MiB from its start.
    let launcher = try launcher(
      """
        movl $0xfefffffc, %ecx
        .bundle_lock
        movl %ecx, %ecx
        movl (%r15,%rcx), %ecx
        .bundle_unlock
        .bundle_lock
        movl %ecx, %ecx
        movl (%r15,%rcx), %ecx
        .bundle_unlock
        leal 0x2000000(%rcx), %ecx
        .bundle_lock
        movl %ecx, %ecx
        movl $1, (%r15,%rcx)
        .bundle_unlock
        TRAP EXIT, 0
      """, reuse)
    defer { launcher.shutDown() }
    #expect(try launcher.runAndWait(session(memory: 64 << 20)).outcome == .exited(code: 0))
    guard
      case .faulted(SIGSEGV, _, _, _) = try launcher.runAndWait(session(memory: 40 << 20)).outcome
    else {
      Issue.record("no fault")
      return
    }
  }

  @Test("descriptors of a session are closed before its report is there")
  func descriptors() throws {
    let scratch = try Scratch()
    let launcher = try launcher("TRAP WRITE, 1, buffer, 16, 0\n TRAP EXIT, 0", reuse)
    defer { launcher.shutDown() }
    for number in 0..<3 {
      let file = try FileDescriptor.open(
        FilePath(scratch.path + "/\(number)"), .readWrite, options: [.create],
        permissions: .ownerReadWrite)
      defer { try? file.close() }
      _ = try launcher.runAndWait(session(output: .file(file, offset: 0, length: nil)))
      let process = try #require(sandboxes(of: launcher).first)
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
      #expect(open.sorted() == ["0", "1", "2", "3"])
    }
  }

  @Test("a decoder left in the middle of a stream leaves nothing for the next")
  func decoder() throws {
    let scratch = try Scratch()
    let program = """
      1:
        TRAP READ, 0, buffer, 65536, 0
        testl %eax, %eax
        jle 2f
        movslq %eax, %rax
        movq %rax, args+32(%rip)
        movq $WRITE, args(%rip)
        movq $1, args+16(%rip)
        CALL_TRAP
        jmp 1b
        .p2align 5
      2:
        TRAP EXIT, 0
      """
    let launcher = try launcher(program, reuse)
    defer { launcher.shutDown() }
    for seed in 1...4 {
      let text = Data((0..<40_000).map { "line \($0 &* seed % 10_007)\n" }.joined().utf8)
      let plain = try scratch.write(text, "plain\(seed)")
      let packed = try scratch.write(try tool(["zstd", "-c", plain]).output, "packed\(seed)")
      let file = try FileDescriptor.open(FilePath(packed), .readOnly)
      defer { try? file.close() }
      let input = Channel.Backing.compressed(file, .zstd, offset: 0, length: nil)
      // Stops after one read of many.
      let cut = Channel.Limits(gets: 1, getBytes: .max, puts: 0, putBytes: 0)
      #expect(try launcher.runAndWait(session(input, limits: cut)).outcome == .exited(code: 0))
      let path = scratch.path + "/out\(seed)"
      let output = try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create], permissions: .ownerReadWrite)
      defer { try? output.close() }
      let whole = session(input, output: .file(output, offset: 0, length: nil))
      #expect(try launcher.runAndWait(whole).outcome == .exited(code: 0))
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
    }
    #expect(sandboxes(of: launcher).count == 1)
  }

  @Test("who faults, overstays or is cancelled is not used again")
  func notReused() throws {
    let launcher = try launcher(
      """
        TRAP READ, 0, buffer, 1, 0
        movzbl buffer(%rip), %ecx
        cmpl $1, %ecx
        je 3f
        cmpl $2, %ecx
        je 4f
        TRAP EXIT, 0
        .p2align 5
      3: hlt
        .p2align 5
      4: jmp 4b
      """, reuse)
    defer { launcher.shutDown() }
    #expect(try launcher.runAndWait(session()).outcome == .exited(code: 0))
    var before = sandboxes(of: launcher)
    guard case .faulted = try launcher.runAndWait(session(.bytes([1]))).outcome else {
      Issue.record("no fault")
      return
    }
    #expect(sandboxes(of: launcher).isDisjoint(with: before))
    #expect(try launcher.runAndWait(session()).outcome == .exited(code: 0))
    before = sandboxes(of: launcher)
    let late = try launcher.runAndWait(session(.bytes([2]), timeout: .milliseconds(50)))
    #expect(late.outcome == .timedOut)
    #expect(late.userTime + late.systemTime > .zero)
    #expect(sandboxes(of: launcher).isDisjoint(with: before))
    let outcome = Mutex<SandboxReport.Outcome?>(nil)
    let done = DispatchSemaphore(value: 0)
    let handle = launcher.start(session(.bytes([2]))) { result in
      outcome.withLock { $0 = try? result.get().outcome }
      done.signal()
    }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    handle.cancel()
    done.wait()
    #expect(outcome.withLock { $0 } == .cancelled)
    #expect(try launcher.runAndWait(session()).outcome == .exited(code: 0))
  }

  @Test("many sessions at once, each with its own answer", arguments: [0, 4])
  func concurrent(pool: Int) throws {
    let launcher = try launcher(
      "TRAP READ, 0, buffer, 4, 0\n movl buffer(%rip), %eax\n EXIT_EAX",
      Launcher.Options(reuse: true, pool: pool))
    defer { launcher.shutDown() }
    let good = Mutex(0)
    let done = DispatchGroup()
    for number: UInt8 in 0..<200 {
      done.enter()
      launcher.start(session(.bytes([number, 1, 0, 0]))) { result in
        if case .success(let report) = result, report.outcome == .exited(code: Int32(number) + 256)
        {
          good.withLock { $0 += 1 }
        }
        done.leave()
      }
      if number % 8 == 7 { done.wait() }
    }
    done.wait()
    #expect(good.withLock { $0 } == 200)
    #expect(sandboxes(of: launcher).count <= 8)
  }

  @Test("a pool is forked ahead of need, and filled up again")
  func pool() throws {
    let launcher = try launcher("TRAP EXIT, 7", Launcher.Options(pool: 3))
    defer { launcher.shutDown() }
    waitUntil { sandboxes(of: launcher).count == 3 }
    let first = sandboxes(of: launcher)
    #expect(first.count == 3)
    for _ in 0..<3 { #expect(try launcher.runAndWait(session()).outcome == .exited(code: 7)) }
    // Which of them were used is not said; each was used once, and no other is left.
    var now = first
    waitUntil {
      now = sandboxes(of: launcher)
      return now.count == 3 && now != first
    }
    #expect(now.count == 3)
    #expect(now != first)
    // All at once: each of those that wait has one.
    let done = DispatchGroup()
    for _ in 0..<3 {
      done.enter()
      launcher.start(session()) { _ in done.leave() }
    }
    done.wait()
    waitUntil { sandboxes(of: launcher).count == 3 }
    #expect(sandboxes(of: launcher).count == 3)
  }

  @Test("a sandbox that dies while it waits is replaced")
  func diesIdle() throws {
    for options in [Launcher.Options(reuse: true, pool: 2), Launcher.Options(pool: 2)] {
      let launcher = try launcher("TRAP EXIT, 7", options)
      defer { launcher.shutDown() }
      waitUntil { sandboxes(of: launcher).count == 2 }
      let dead = sandboxes(of: launcher)
      for process in dead { kill(try #require(Int32(process)), SIGKILL) }
      waitUntil { sandboxes(of: launcher).isDisjoint(with: dead) }
      for _ in 0..<5 { #expect(try launcher.runAndWait(session()).outcome == .exited(code: 7)) }
    }
  }
}
