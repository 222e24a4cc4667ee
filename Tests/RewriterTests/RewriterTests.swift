import Foundation
import Rewriter
import Testing

/// The instructions that a piece of text becomes, without the lines that every file has.
private func rewritten(_ assembly: String) throws -> [String] {
  try Rewriter.rewrite(assembly, fileName: "t.s").split(separator: "\n").map { line in
    String(line.drop { $0 == "\t" })
  }.filter { $0 != ".bundle_align_mode 5" && $0 != ".text" }
}

private func locked(_ lines: String...) -> [String] {
  [".bundle_lock"] + lines + [".bundle_unlock"]
}

@Test("each golden case is rewritten as expected", arguments: ["bits", "join", "locals", "table"])
func golden(name: String) throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")
  let source = try String(contentsOf: folder.appending(path: name + ".s"), encoding: .utf8)
  let expected = try String(
    contentsOf: folder.appending(path: name + ".expected.s"), encoding: .utf8)
  #expect(try Rewriter.rewrite(source, fileName: name) == expected)
}

@Test("stack, rip and symbol operands stay as they are")
func free() throws {
  #expect(try rewritten("movl 8(%esp), %eax") == ["movl 8(%rsp), %eax"])
  #expect(try rewritten("movl x(%rip), %eax") == ["movl x(%rip), %eax"])
  #expect(try rewritten("movl x+4, %eax") == ["movl x+4(%rip), %eax"])
  #expect(try rewritten("addl %ebx, %eax") == ["addl %ebx, %eax"])
}

@Test("a base register is masked into r11, in the same bundle")
func base() throws {
  #expect(
    try rewritten("movl 4(%ebx), %eax")
      == locked("movl %ebx, %r11d", "movl 4(%r15,%r11), %eax"))
}

@Test("no mask behind a 32-bit write of the base, but one behind a label")
func elision() throws {
  #expect(
    try rewritten("leal 1(%rbx), %ebx\nmovl 4(%ebx), %eax")
      == locked("leal 1(%rbx), %ebx", "movl 4(%r15,%rbx), %eax"))
  #expect(
    try rewritten("movl %ecx, %ebx\n.L1:\nmovl (%ebx), %eax")
      == ["movl %ecx, %ebx", ".L1:"] + locked("movl %ebx, %r11d", "movl (%r15,%r11), %eax"))
  // 64-bit and conditional writes do not clear the upper half.
  #expect(try rewritten("movq %rcx, %rbx\nmovl (%ebx), %eax").count == 5)
  #expect(try rewritten("cmovel %ecx, %ebx\nmovl (%ebx), %eax").count == 5)
}

@Test("an index, a symbol or a far displacement goes through lea")
func index() throws {
  #expect(
    try rewritten("movl x(,%eax,4), %edx")
      == locked("leal x(,%rax,4), %r11d", "movl (%r15,%r11), %edx"))
  #expect(
    try rewritten("movl 65536(%ebx), %edx")
      == locked("leal 65536(%rbx), %r11d", "movl (%r15,%r11), %edx"))
}

@Test("thread-local accesses keep the flags")
func threadLocal() throws {
  #expect(try rewritten("movl %fs:0, %eax") == ["movl __zvm_tp(%rip), %eax"])
  #expect(
    try rewritten("movl %fs:x@tpoff(%eax), %edx")
      == locked(
        "movl __zvm_tp(%rip), %r11d", "leal (%r11,%rax), %r11d", "leal x@tpoff(%r11), %r11d",
        "movl (%r15,%r11), %edx"))
}

@Test("what may stay undefined is not called or jumped to directly: 0 is outside of the text")
func weak() throws {
  #expect(
    try rewritten(".weak w\ncall w")
      == [".weak w", "movl $w, %r11d", ".bundle_lock align_to_end"]
      + ["andl $-32, %r11d", "addq %r15, %r11", "callq *%r11", ".bundle_unlock"])
  #expect(
    try rewritten(".weak w\njmp w")
      == [".weak w", "movl $w, %r11d"] + locked("andl $-32, %r11d", "addq %r15, %r11", "jmpq *%r11")
  )
  for definition in ["w:", ".set w, v"] {
    #expect(try rewritten(".weak w\n\(definition)\ncall w").contains("call w"))
  }
}

@Test("calls end their bundle; returns and indirect jumps are masked")
func control() throws {
  #expect(
    try rewritten("call f") == [".bundle_lock align_to_end", "call f", ".bundle_unlock"])
  #expect(
    try rewritten("ret")
      == ["popq %r11"] + locked("andl $-32, %r11d", "addq %r15, %r11", "jmpq *%r11"))
  #expect(
    try rewritten("call *%rax") == [
      "movl %eax, %r11d", ".bundle_lock align_to_end", "andl $-32, %r11d", "addq %r15, %r11",
      "callq *%r11", ".bundle_unlock",
    ])
  #expect(try rewritten("jne .L3") == ["jne .L3"])
}

@Test("the stack pointer is restored in the bundle of its write, with the flags kept")
func stack() throws {
  #expect(
    try rewritten("subl $24, %esp") == locked("subl $24, %esp", "leaq (%rsp,%r15,1), %rsp"))
  #expect(try rewritten("movl %esp, %ebp") == ["movq %rsp, %rbp"])
  #expect(
    try rewritten("popq %rbp")
      == ["popq %r11"] + locked("movl %r11d, %ebp", "leaq (%rbp,%r15,1), %rbp"))
}

@Test("functions and jump-table targets are aligned, other labels are not")
func labels() throws {
  let output = try rewritten(
    ".type f,@function\nf:\n.L1:\nnop\n.L2:\nnop\n.section .rodata\n.long .L2\n")
  #expect(output.prefix(4) == [".type f,@function", ".p2align 5", "f:", ".L1:"])
  #expect(output[5...6] == [".p2align 5", ".L2:"])
  // Data is left alone.
  #expect(output.last == ".long .L2")
}

@Test(
  "an instruction that is spelled in bytes is the one that it is",
  arguments: [
    (".byte 0x0f, 0x01, 0xd0", "xgetbv"), (".byte 0x0f,0xa2", "cpuid"), (".byte 15, 0x31", "rdtsc"),
    (".byte 0x0f,0xc7,0xf0", "rdrand %eax"), (".byte 0x48, 0x0f, 0xc7, 0xf0", "rdrand %rax"),
    (".byte 0xf3, 0x90", "pause"), (".byte 0x0f, 0x0b", "ud2"),
    // As `as` encodes them.
    (".byte 0x66,0x0F,0x38,0xDC,0xC1", "aesenc %xmm1, %xmm0"),
    (".byte 0x66, 0x41, 0x0f, 0x38, 0xdc, 0xd1", "aesenc %xmm9, %xmm2"),
    (".byte 0x66, 0x44, 0x0f, 0x38, 0xdd, 0xe3", "aesenclast %xmm3, %xmm12"),
    (".byte 0x66, 0x0f, 0x38, 0xde, 0xc1", "aesdec %xmm1, %xmm0"),
    (".byte 0x66, 0x45, 0x0f, 0x38, 0xdf, 0xf5", "aesdeclast %xmm13, %xmm14"),
    (".byte 0x66, 0x0f, 0x38, 0xdb, 0xd1", "aesimc %xmm1, %xmm2"),
    (".byte 0x66, 0x0f, 0x38, 0x00, 0xf5", "pshufb %xmm5, %xmm6"),
    (".byte 0x66, 0x44, 0x0f, 0x3a, 0xdf, 0xc9, 0x1b", "aeskeygenassist $27, %xmm1, %xmm9"),
    (".byte 0x66, 0x41, 0x0f, 0x3a, 0x44, 0xca, 0x11", "pclmulqdq $17, %xmm10, %xmm1"),
    (".byte 0xf2, 0x0f, 0x38, 0xf1, 0xf1", "crc32l %ecx, %esi"),
    (".byte 0xf2, 0x48, 0x0f, 0x38, 0xf1, 0xf1", "crc32q %rcx, %rsi"),
    (".byte 0xf2, 0x4d, 0x0f, 0x38, 0xf1, 0xd1", "crc32q %r9, %r10"),
    (".byte 0xf2, 0x41, 0x0f, 0x38, 0xf1, 0xc0", "crc32l %r8d, %eax"),
  ])
func spelled(bytes: String, instruction: String) throws {
  #expect(try rewritten("nop\n\(bytes)\nnop\n") == rewritten("nop\n\(instruction)\nnop\n"))
}

@Test(
  "what has no sandboxed form is an error with its line",
  arguments: [
    "syscall", "int $0x80", "movl %eax, %r15d", "movq %r11, %rax", "popq %rsp", "rdpmc",
    ".byte 0x0f, 0x05", ".byte 0x0f, 0x01", ".byte 0x66, 0x0f, 0x38, 0xdc, 0x01",
    ".byte 0xf2, 0x4d, 0x0f, 0x38, 0xf1, 0xf9", ".byte 0x66, 0x0f, 0x3a, 0x44, 0xc1",
    "rdrand %esp", "rdrand %ax",
    "movl %gs:4, %eax", "movl %eax, %fs", "ljmp *(%eax)", "ret $8", "xchgq %rsp, %rax",
    "movw %ax, %sp", ".byte 15", "btsl %eax, (%ebx)", "btsl %eax, %eax", "movl (%eax,%esp), %ebx",
    "lock",
    "movl (%r15,%rax), %eax", "jmp *%r11", "enter $8, $0", "popf",
  ])
func refused(instruction: String) {
  let error = #expect(throws: RewriteError.self) { try rewritten("nop\n\(instruction)\n") }
  #expect(error?.line == 2)
  #expect(error?.description.contains("t.s:2") == true)
}

/// Two targets of a jump table; the second begins like this.
private func table(_ target: String, section: String = ".rodata") -> String {
  """
  cmpl $1, %edx
  movl .L9(,%eax,4), %ecx
  jmp *%rcx
  .L1:
  movl $1, %eax
  testl %eax, %eax
  je .L2
  ret
  .L2:
  \(target)
  ret
  .section \(section)
  .L9:
  .long .L1
  .long .L2
  """
}

@Test(
  "flags from before an indirect jump are saved before its mask and restored in an entry of the target",
  arguments: [
    "ja .L1", "movl $0, %ebx\nsetnb %al", "cmovel %ebx, %eax", "adcl $0, %eax", "sbbq %rax, %rax",
    "jmp .L4\n.L4:\nmovl $1, %ecx\nja .L1",
  ])
func flagsAcrossJump(target: String) throws {
  let lines = try rewritten(table(target))
  // Nothing between the two changes a flag or rax.
  let save = [
    "movq %rax, -8(%rsp)", "seto %al", "lahf", "movl %eax, -16(%rsp)", "movq -8(%rsp), %rax",
    ".bundle_lock", "andl $-32, %r11d",
  ]
  let restore = [
    "jmp .L2", ".p2align 5", ".L2.flags:", "movq %rax, -8(%rsp)", "movl -16(%rsp), %eax",
    "addb $127, %al", "sahf", "movq -8(%rsp), %rax", ".L2:",
  ]
  #expect(lines.count { $0 == "lahf" } == 1 && lines.count { $0 == "sahf" } == 1)
  #expect(lines.indices.contains { lines[$0...].starts(with: save) })
  #expect(lines.indices.contains { lines[$0...].starts(with: restore) })
  // The other target, which sets its flags itself, is entered as ever.
  #expect(lines.suffix(2) == [".long .L1", ".long .L2.flags"])
}

@Test("a computed goto to code that uses flags from before it is refused")
func flagsAcrossComputedGoto() throws {
  #expect {
    try rewritten("movl $.L2, %eax\n" + table("ja .L1"))
  } throws: { error in
    (error as? RewriteError)?.reason.contains("uses the flags from before it") == true
  }
}

@Test(
  "flags that a target sets itself may be used; debug information makes no targets",
  arguments: [
    ("cmpl $2, %edx\nja .L1", ".rodata"), ("movl $1, %eax\nret\nja .L1", ".rodata"),
    ("ja .L1", ".debug_loc"), ("movss %xmm0, %xmm1\nucomiss %xmm0, %xmm1\njp .L1", ".rodata"),
  ])
func flagsBehindJump(target: String, section: String) throws {
  let lines = try rewritten(table(target, section: section))
  #expect(!lines.isEmpty && !lines.contains("lahf") && !lines.contains("sahf"))
}
