import Foundation
import Testing

/// Programs that must not run, assembled without our rewriter.
@Suite("hostile programs")
struct HostileTests {
  /// Assembles and links like a nexe, with nothing of ours between the assembler and the file.
  private static func nexe(_ folder: Folder, _ assembly: String, script: String? = nil) throws
    -> String
  {
    try folder.write(
      "hostile.s", "\t.text\n\t.globl _start\n\t.p2align 5\n_start:\n" + assembly + "\n")
    let linkerScript = script ?? root.appending(path: "guest/nexe.ld").path
    _ = try shell(
      """
      bin=$(dirname "$(readlink -f "$(command -v swift)")")
      "$bin/clang" --target=x86_64-linux-gnu -c hostile.s -o hostile.o
      "$bin/ld.lld" -m elf_x86_64 -static -z max-page-size=0x10000 -T '\(linkerScript)' hostile.o \
        -o hostile.nexe
      """, in: folder.url)
    return folder.path("hostile.nexe")
  }

  @Test(
    "hostile code is refused, with the rule and the place, by validate and by run",
    arguments: [
      ("a system call", "syscall\nhlt", "unknown-instruction", "0f 05"),
      ("an int 0x80", "int $0x80\nhlt", "unknown-instruction", "cd 80"),
      (
        "a jump into an instruction", "jmp 1f+1\n1: movl $0x050f, %eax\nhlt", "bad-jump-target",
        "eb"
      ),
      ("an unmasked store", "movl %eax, (%rbx)\nhlt", "bad-base", "89 03"),
      (
        "an unmasked indexed store", "movl %eax, (%r15,%rbx)\nhlt", "bad-index", "41 89 04 1f"
      ),
      (
        "a stale mask", "movl %ebx, %ebx\nnop\nmovl %eax, (%r15,%rbx)\nhlt", "bad-index",
        "41 89 04 1f"
      ),
      ("a write of r15", "movq %rax, %r15\nhlt", "r15-written", "49 89 c7"),
      ("a write of r15d", "movl %eax, %r15d\nhlt", "r15-written", "41 89 c7"),
      ("a pop of rsp", "popq %rsp\nhlt", "rsp-written", "5c"),
      ("an unsandboxed rsp", "movl %eax, %esp\nnop\nhlt", "rsp-sandboxing", ": 90\n"),
      ("a plain return", "ret\nhlt", "unknown-instruction", "c3"),
      ("an unmasked jump", "jmpq *%rax\nhlt", "unmasked-jump", "ff e0"),
      (
        "a jump around the mask", "jmp 1f\nandl $-32, %eax\naddq %r15, %rax\n1: jmpq *%rax\nhlt",
        "bad-jump-target", "eb"
      ),
      ("a segment override", "movq %fs:0, %rax\nhlt", "unknown-instruction", "64"),
      ("an address prefix", "movl (%eax), %ebx\nhlt", "unknown-instruction", "67"),
      ("a string copy without masks", "movsb\nhlt", "unmasked-string", "a4"),
      ("the time stamp counter", "rdtsc\nhlt", "not-in-profile", "0f 31"),
      ("a jump out of the text", "jmp _start-0x20000+0x30020\nhlt", "jump-out-of-range", "e9"),
    ])
  func refused(name: String, assembly: String, rule: String, bytes: String) throws {
    let folder = try Folder()
    let path = try Self.nexe(folder, assembly)
    let verdict = try run(zvm, ["validate", path])
    #expect(verdict.status == 1, "\(name): \(verdict.output)")
    #expect(verdict.output.contains(rule), "\(name): \(verdict.output)")
    #expect(verdict.output.contains(bytes), "\(name): \(verdict.output)")
    let session = try run(zvm, ["run", path])
    #expect(session.status != 0 && session.output.isEmpty, "\(name)")
    #expect(session.errors.contains(rule), "\(name): \(session.errors)")
  }

  @Test("text in a data segment is refused")
  func textInData() throws {
    let folder = try Folder()
    let script = try folder.write(
      "bad.ld",
      """
      ENTRY(_start)
      PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(7); }
      SECTIONS {
        . = 0x20000; .text : { *(.text*) . = ALIGN(32); } :text
        . = 0x40000; .data : { *(.data*) BYTE(0) } :data
      }
      """)
    let path = try Self.nexe(folder, "hlt\n.data\n.byte 0x0f, 0x05", script: script)
    let verdict = try run(zvm, ["validate", path])
    #expect(verdict.status == 1)
    #expect(verdict.output.contains("p_flags") && verdict.output.contains("executable"))
  }

  @Test("every instruction that zvm cc wrote is one that objdump reads the same way")
  func objdumpAgrees() throws {
    let folder = try Folder()
    try folder.write("x.c", "#include <stdio.h>\nint main(void) { puts(\"x\"); return 0; }\n")
    let built = try run(zvm, ["cc", "-O2", folder.path("x.c"), "-o", folder.path("x.nexe")])
    try #require(built.status == 0, "\(built.errors)")
    // No instruction crosses a bundle, none is a system call: objdump's word, not ours.
    let bad = try shell(
      """
      objdump -d --no-show-raw-insn x.nexe | awk '/^ +[0-9a-f]+:/ {
        if ($2 ~ /^(syscall|sysenter|int|int3|ret|retq|\\(bad\\))$/) print }'
      """, in: folder.url)
    #expect(bad.isEmpty, "\(bad)")
  }
}
