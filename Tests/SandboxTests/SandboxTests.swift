import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing
import Wire

/// Runs a program with the given channels beside null standard ones.
private func run(
  _ body: String, validated: Bool = true, input: Channel? = nil, output: Channel? = nil,
  extra: [Channel] = [], timeout: Duration = .seconds(20)
) throws -> SandboxReport {
  let scratch = try Scratch()
  let nexe = try scratch.nexe(body)
  let module =
    validated
    ? try ValidatedModule(path: nexe) : try ValidatedModule(unvalidatedForTests: nexe)
  let launcher = try Launcher(module: module)
  defer { launcher.shutDown() }
  return try launcher.runAndWait(session(input, output, extra, timeout))
}

private func session(
  _ input: Channel? = nil, _ output: Channel? = nil, _ extra: [Channel] = [],
  _ timeout: Duration = .seconds(20)
) -> Session {
  Session(
    channels: [
      input ?? Channel(alias: "/dev/stdin", backing: .null, limits: .readOnly),
      output ?? Channel(alias: "/dev/stdout", backing: .null, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ] + extra, memoryByteCount: 64 << 20, timeout: timeout)
}

private func source(
  _ backing: Channel.Backing, _ access: Channel.Access = .sequential,
  limits: Channel.Limits = .readOnly, digest: Bool = false
) -> Channel {
  Channel(
    alias: "/dev/stdin", access: access, backing: backing, limits: limits, digest: digest)
}

/// All but the stack's two and the base: zero when a program starts.
let clearedRegisters = [
  "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
]

/// Copies channel 0 to channel 1 until a read gives 0 or less; exits with that answer.
private let copyProgram = """
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
    EXIT_EAX
  """

/// Copies a channel's bytes out of a sandbox.
private func copied(_ input: Channel) throws -> (SandboxReport, Data) {
  let scratch = try Scratch()
  let path = scratch.path + "/out"
  let file = try FileDescriptor.open(
    FilePath(path), .readWrite, options: [.create], permissions: .ownerReadWrite)
  defer { try? file.close() }
  let output = Channel(
    alias: "/dev/stdout", backing: .file(file, offset: 0, length: nil), limits: .writeOnly,
    digest: true)
  let report = try run(copyProgram, input: input, output: output)
  return (report, try Data(contentsOf: URL(fileURLWithPath: path)))
}

@Suite("Sandbox")
struct SandboxTests {
  @Test("a program's exit code is reported")
  func exitCode() throws {
    #expect(try run("TRAP EXIT, 42").outcome == .exited(code: 42))
  }

  @Test("the validator refuses a system call before anything runs")
  func validatorRefuses() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("syscall")
    let error = #expect(throws: SandboxError.self) { try ValidatedModule(path: nexe) }
    #expect(error?.status == ENOEXEC)
    #expect(error?.description.contains("refused by the validator") == true)
  }

  @Test(
    "with the validator off, a system call dies by the filter",
    arguments: [
      "getpid": 39, "open": 2, "socket": 41, "fork": 57, "execve": 59, "kill": 62, "ptrace": 101,
      "mprotect to executable": 10, "close": 3, "dup": 32, "sendmsg": 46, "clone3": 435,
      "io_uring_setup": 425, "rt_sigreturn": 15, "process_vm_writev": 311, "openat": 257,
      "seccomp": 317, "prctl": 157,
    ])
  func filterKills(name: String, number: Int) throws {
    let report = try run(
      """
        movl $\(number), %eax
        leaq _start(%rip), %rdi
        movl $4096, %esi
        movl $7, %edx
        syscall
        TRAP EXIT, 0
      """, validated: false)
    #expect(report.outcome == .killed(signal: SIGSYS), "\(name)")
  }

  @Test("a sandbox that died leaves its launcher able to serve")
  func survives() throws {
    let scratch = try Scratch()
    let module = try ValidatedModule(
      unvalidatedForTests: try scratch.nexe("movl $39, %eax\n syscall\n hlt"))
    let launcher = try Launcher(module: module)
    defer { launcher.shutDown() }
    for _ in 0..<50 {
      #expect(try launcher.runAndWait(session()).outcome == .killed(signal: SIGSYS))
    }
  }

  @Test("hlt is a fault at its own address")
  func halt() throws {
    let report = try run("nop\n hlt")
    guard case .faulted(let signal, let instruction, _, let registers) = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
    #expect(signal == SIGSEGV)
    #expect(instruction == 0x20001)
    #expect(registers.contains("r15=0x440a00000000"))
  }

  @Test("registers other than r15, rsp and rbp are zero at the start")
  func cleanStart() throws {
    guard case .faulted(_, _, _, let registers) = try run("hlt").outcome else {
      Issue.record("no fault")
      return
    }
    for name in clearedRegisters {
      #expect(registers.contains("\(name)=0x0 "), "\(name): \(registers)")
    }
  }

  @Test("no host pointer is left in a register after a trap")
  func scrubbedReturn() throws {
    let report = try run("TRAP READ, 0, buffer, 16, 0\n hlt")
    guard case .faulted(_, _, _, let registers) = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
    for entry in registers.split(separator: " ") where !entry.hasPrefix("flags") {
      let value = try #require(
        UInt64(entry.split(separator: "=")[1].dropFirst(2), radix: 16))
      // Either small, or an address of the guest's own 4 GiB.
      #expect(value < 1 << 32 || value >> 32 == 0x440a, "\(entry)")
    }
  }

  @Test("vector registers are zero after a trap, and callee-saved ones are kept")
  func vectors() throws {
    let report = try run(
      """
        pcmpeqd %xmm7, %xmm7
        movl $77, %ebx
        TRAP READ, 0, buffer, 16, 0
        movq %xmm7, %rax
        movq %xmm0, %rcx
        orq %rcx, %rax
        addl %ebx, %eax
        EXIT_EAX
      """)
    #expect(report.outcome == .exited(code: 77))
  }

  /// Where the last instruction of the floating-point unit lay, what it touched, and what is in its
  /// registers: fnsave tells.
  @Test("the floating-point unit tells nothing of the host, at the start and after a trap")
  func floatingPoint() throws {
    // The upper halves of the first words, and of the one at 24, are all ones by definition.
    let places = stride(from: 12, to: 108, by: 2).filter { $0 != 26 }.map {
      "orw buffer+\($0)(%rip), %ax"
    }
    let look = "fnsave buffer(%rip)\n" + places.joined(separator: "\n")
    let report = try run(
      """
        xorl %eax, %eax
        \(look)
        movl %eax, %ebx
        TRAP READ, 0, buffer+256, 16, 0
        TRAP WRITE, 1, buffer, 16, 0
        movl %ebx, %eax
        \(look)
        EXIT_EAX
      """)
    #expect(report.outcome == .exited(code: 0))
  }

  @Test("a store to the null page is a fault that names the address")
  func nullStore() throws {
    let report = try run(
      "movl $16, %edi\n .bundle_lock\n mov %edi, %edi\n movl $1, (%r15,%rdi)\n .bundle_unlock")
    guard case .faulted(let signal, _, let address, _) = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
    #expect(signal == SIGSEGV)
    #expect(address == 16)
  }

  @Test("division by zero is a SIGFPE")
  func division() throws {
    guard case .faulted(let signal, _, _, _) = try run("xorl %ecx, %ecx\n divl %ecx").outcome else {
      Issue.record("no fault")
      return
    }
    #expect(signal == SIGFPE)
  }

  @Test("a store to the text is a fault")
  func textIsReadOnly() throws {
    guard case .faulted(SIGSEGV, _, 0x20000, _) = try run("movl $0, _start(%rip)").outcome else {
      Issue.record("no fault")
      return
    }
  }

  @Test("a jump to data is a fault: nothing writable can run")
  func dataIsNotExecutable() throws {
    let report = try run(
      """
        movl $buffer, %eax
        .bundle_lock
        andl $-32, %eax
        addq %r15, %rax
        jmp *%rax
        .bundle_unlock
      """)
    guard case .faulted(SIGSEGV, _, _, _) = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
  }

  @Test("a program that spins is stopped when time is up")
  func spins() throws {
    #expect(try run("1: jmp 1b", timeout: .milliseconds(100)).outcome == .timedOut)
  }

  @Test("an unknown trap function ends the session and is named")
  func badTrap() throws {
    #expect(try run("TRAP 0x1234").outcome == .badTrap(function: 0x1234))
  }

  @Test(
    "traps with bad arguments answer the contract's errors",
    arguments: [
      ("TRAP READ, 0, 0x1000, 16, 0", -EFAULT), ("TRAP READ, 0, 0x20000, 16, 0", -EFAULT),
      ("TRAP READ, 0, 0x7fffffff, 16, 0", -EFAULT),
      ("TRAP READ, 0, buffer, -1, 0", -EFAULT), ("TRAP READ, 0, -1, 16, 0", -EFAULT),
      ("TRAP READ, 0, buffer, 16, -1", -EINVAL), ("TRAP READ, 99, buffer, 16, 0", -EBADF),
      ("TRAP READ, -1, buffer, 16, 0", -EBADF), ("TRAP READ, 1, buffer, 16, 0", -EPERM),
      ("TRAP WRITE, 0, buffer, 16, 0", -EPERM), ("TRAP WRITE, 1, 0x1000, 16, 0", -EFAULT),
      ("TRAP READ, 0, buffer, 16, 0", 0), ("TRAP WRITE, 1, _start, 16, 0", 16),
    ])
  func trapErrors(call: String, answer: Int32) throws {
    #expect(try run(call + "\n EXIT_EAX").outcome == .exited(code: answer), "\(call)")
  }

  @Test("a pointer to arguments outside memory is -EFAULT")
  func badArguments() throws {
    let report = try run(
      """
        movl $0x1000, %edi
        .bundle_lock align_to_end
        call trap
        .bundle_unlock
        EXIT_EAX
      """)
    #expect(report.outcome == .exited(code: -EFAULT))
  }

  @Test("a spent limit is -EDQUOT, even at end of file", arguments: [true, false])
  func limits(byCalls: Bool) throws {
    let limits = Channel.Limits(
      gets: byCalls ? 1 : .max, getBytes: byCalls ? .max : 4, puts: 0, putBytes: 0)
    let report = try run(
      "TRAP READ, 0, buffer, 16, 0\n TRAP READ, 0, buffer, 16, 0\n EXIT_EAX",
      input: source(.bytes([1, 2, 3, 4]), limits: limits))
    #expect(report.outcome == .exited(code: -EDQUOT))
    #expect(report.accounting[0].gets == 1)
    #expect(report.accounting[0].getBytes == 4)
  }

  @Test("a file goes through a sandbox unchanged; digests are those of sha256sum")
  func copy() throws {
    let scratch = try Scratch()
    let data = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
    let path = try scratch.write(data, "in")
    let file = try FileDescriptor.open(FilePath(path), .readOnly)
    defer { try? file.close() }
    let (report, result) = try copied(
      source(.file(file, offset: 0, length: nil), digest: true))
    #expect(report.outcome == .exited(code: 0))
    #expect(result == data)
    let sum = String(decoding: try tool(["sha256sum", path]).output.prefix(64), as: UTF8.self)
    #expect(report.digests[0] == sum)
    #expect(report.digests[1] == sum)
    #expect(report.accounting[1].putBytes == 300_000)
  }

  @Test("extents read as one file")
  func extents() throws {
    let scratch = try Scratch()
    let path = try scratch.write(Data("0123456789".utf8), "in")
    let file = try FileDescriptor.open(FilePath(path), .readOnly)
    defer { try? file.close() }
    let (_, result) = try copied(
      source(
        .extents(
          [file],
          [
            Channel.Extent(descriptor: 0, offset: 8, length: 2),
            Channel.Extent(descriptor: 0, offset: 0, length: 0),
            Channel.Extent(descriptor: 0, offset: 1, length: 3),
          ])))
    #expect(String(decoding: result, as: UTF8.self) == "89123")
  }

  @Test(
    "compressed input is decompressed inside the locked sandbox",
    arguments: [
      (Codec.zstd, ["zstd", "-19", "-c"]), (.zstd, ["zstd", "--ultra", "--long=27", "-c"]),
      (.gzip, ["gzip", "-c"]), (.xz, ["xz", "-9", "-c"]), (.bzip2, ["bzip2", "-c"]),
    ])
  func compressed(codec: Codec, command: [String]) throws {
    let scratch = try Scratch()
    let text = Data((0..<100_000).map { "line \($0 &* 7919 % 10_007)\n" }.joined().utf8)
    let plain = try scratch.write(text, "plain")
    let packed = try scratch.write(try tool(command + [plain]).output, "packed")
    let file = try FileDescriptor.open(FilePath(packed), .readOnly)
    defer { try? file.close() }
    let (report, result) = try copied(
      source(.compressed(file, codec, offset: 0, length: nil)))
    #expect(report.outcome == .exited(code: 0))
    #expect(result == text)
  }

  @Test("truncated compressed input ends the session and names the channel")
  func truncated() throws {
    let scratch = try Scratch()
    let packed = try tool(["zstd", "-c"], input: Data(repeating: 65, count: 100_000)).output
    let path = try scratch.write(packed.dropLast(5), "cut")
    let file = try FileDescriptor.open(FilePath(path), .readOnly)
    defer { try? file.close() }
    let (report, _) = try copied(source(.compressed(file, .zstd, offset: 0, length: nil)))
    guard case .channelFailed(let alias, _) = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
    #expect(alias == "/dev/stdin")
  }

  @Test("a guest may write anywhere inside its grant, and nowhere past it")
  func writeBeyondGrant() throws {
    let scratch = try Scratch()
    let path = try scratch.write(Data("0123456789".utf8), "file")
    let file = try FileDescriptor.open(FilePath(path), .readWrite)
    defer { try? file.close() }
    let grant = Channel(
      alias: "/dev/random-access", access: .randomWrite,
      backing: .file(file, offset: 0, length: nil),
      limits: Channel.Limits(gets: 0, getBytes: 0, puts: .max, putBytes: 64))
    // Sixteen bytes at 48 end at the grant's last byte; at 49 they do not.
    let inside = try run("TRAP WRITE, 3, buffer, 16, 48\n EXIT_EAX", extra: [grant])
    #expect(inside.outcome == .exited(code: 16))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 64)
    for position in ["49", "0x7fffffff"] {
      let outside = try run("TRAP WRITE, 3, buffer, 16, \(position)\n EXIT_EAX", extra: [grant])
      #expect(outside.outcome != .exited(code: 16), "\(position)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 64)
    }
  }

  @Test("a full disk ends the session and says so")
  func fullDisk() throws {
    let full = try FileDescriptor.open("/dev/full", .writeOnly)
    defer { try? full.close() }
    let report = try run(
      "TRAP WRITE, 1, buffer, 16, 0\n TRAP EXIT, 0",
      output: Channel(alias: "/dev/stdout", backing: .stream(full), limits: .writeOnly))
    #expect(
      report.outcome
        == .channelFailed(alias: "/dev/stdout", message: "write: No space left on device"))
  }

  @Test("many channels and more descriptors than one packet can carry")
  func manyDescriptors() throws {
    let scratch = try Scratch()
    var files: [FileDescriptor] = []
    defer { for file in files { try? file.close() } }
    for number in 0..<600 {
      let path = try scratch.write(Data("\(number),".utf8), "\(number)")
      files.append(try FileDescriptor.open(FilePath(path), .readOnly))
    }
    let extents = files.indices.map {
      Channel.Extent(descriptor: $0, offset: 0, length: Int64("\($0),".utf8.count))
    }
    let (_, result) = try copied(source(.extents(files, extents)))
    #expect(String(decoding: result, as: UTF8.self) == (0..<600).map { "\($0)," }.joined())
  }
}
