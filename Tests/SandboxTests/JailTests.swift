import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing

/// Fills 64 KiB of heap with a word, jails it, and goes on at `then` with the answer in eax and the
/// heap's address in r12d.
private func jailing(_ word: String, size: String = "0x10000", then: String) -> String {
  """
    .set JAIL, 0x6c69614a
    .set UNJAIL, 0x6c6a6e55
    movl $0xfefffffc, %ecx
    .bundle_lock
    movl %ecx, %ecx
    movl (%r15,%rcx), %ecx
    .bundle_unlock
    .bundle_lock
    movl %ecx, %ecx
    movl (%r15,%rcx), %r12d
    .bundle_unlock
    movl %r12d, %ebx
    movl $0x4000, %ecx
  1:
    .bundle_lock
    movl %ebx, %ebx
    movl $\(word), (%r15,%rbx)
    .bundle_unlock
    addl $4, %ebx
    decl %ecx
    jnz 1b
    .macro HEAP_TRAP function, size
    movq $\\function, args(%rip)
    movl %r12d, %r12d
    movq %r12, args+16(%rip)
    movq $\\size, args+24(%rip)
    CALL_TRAP
    .endm
    HEAP_TRAP JAIL, \(size)
  \(then)
  """
}

private let jumpToHeap = """
    movl %r12d, %ecx
    .bundle_lock
    andl $-32, %ecx
    addq %r15, %rcx
    jmp *%rcx
    .bundle_unlock
  """

private func run(_ body: String, jail: Bool = true) throws -> SandboxReport.Outcome {
  let scratch = try Scratch()
  let launcher = try Launcher(
    module: try ValidatedModule(path: try scratch.nexe(body)), options: .init(jail: jail))
  defer { launcher.shutDown() }
  return try launcher.runAndWait(
    Session(
      channels: [
        Channel(alias: "/dev/stdin", backing: .bytes([1, 2]), limits: .readOnly),
        Channel(alias: "/dev/stdout", backing: .null, limits: .writeOnly),
        Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
      ], memoryByteCount: 64 << 20)
  ).outcome
}

@Suite("Code in the heap")
struct JailTests {
  @Test("validated heap code runs: here a hlt, at its own address")
  func runs() throws {
    guard
      case .faulted(SIGSEGV, let instruction, nil, let registers) = try run(
        jailing("0xf4f4f4f4", then: jumpToHeap))
    else {
      Issue.record("no fault")
      return
    }
    // A hlt has no address; memory that cannot run would name its own.
    #expect(instruction % 0x10000 == 0 && instruction > 0x20000, "\(registers)")
  }

  @Test(
    "what is no good code, or no heap, is refused",
    arguments: [
      ("0x050f050f", "0x10000", -ENOEXEC), ("0xf4f4f4f4", "0x8000", -EINVAL),
      ("0xf4f4f4f4", "0", -EINVAL), ("0xf4f4f4f4", "0x7fff0000", -EINVAL),
      ("0xf4f4f4f4", "-0x10000", -EINVAL), ("0xf4f4f4f4", "0x10000", 0),
    ])
  func refused(word: String, size: String, answer: Int32) throws {
    #expect(
      try run(jailing(word, size: size, then: "EXIT_EAX")) == .exited(code: answer))
  }

  @Test("without the power it is refused")
  func powerless() throws {
    #expect(
      try run(jailing("0xf4f4f4f4", then: "EXIT_EAX"), jail: false) == .exited(code: -ENOSYS))
  }

  @Test("jailed code cannot be written, neither by the program nor through a trap")
  func notWritable() throws {
    let store = """
        movl %r12d, %ecx
        .bundle_lock
        movl %ecx, %ecx
        movl $0, (%r15,%rcx)
        .bundle_unlock
        TRAP EXIT, 0
      """
    guard case .faulted(SIGSEGV, _, _, _) = try run(jailing("0xf4f4f4f4", then: store)) else {
      Issue.record("a store to jailed code went through")
      return
    }
    let read = """
        movq $READ, args(%rip)
        movq $0, args+16(%rip)
        movq %r12, args+24(%rip)
        movq $2, args+32(%rip)
        movq $0, args+40(%rip)
        CALL_TRAP
        EXIT_EAX
      """
    #expect(try run(jailing("0xf4f4f4f4", then: read)) == .exited(code: -EFAULT))
  }

  @Test("unjail takes exactly what was jailed, and then it does not run")
  func unjail() throws {
    #expect(
      try run(jailing("0xf4f4f4f4", then: "HEAP_TRAP UNJAIL, 0x20000\n EXIT_EAX"))
        == .exited(code: -EINVAL))
    #expect(
      try run(jailing("0xf4f4f4f4", then: "HEAP_TRAP JAIL, 0x10000\n EXIT_EAX"))
        == .exited(code: -EINVAL))
    guard
      case .faulted(SIGSEGV, _, let address?, _) = try run(
        jailing("0xf4f4f4f4", then: "HEAP_TRAP UNJAIL, 0x10000\n" + jumpToHeap))
    else {
      Issue.record("unjailed memory ran")
      return
    }
    #expect(address % 0x10000 == 0)
  }
}
