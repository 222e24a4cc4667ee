import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing

/// A program header and what it loads, as an old linker may have written it.
private struct OldSegment {
  enum Kind: UInt32 {
    case load = 1
    case dynamic = 2
    case interpreter = 3
    case note = 4
    case programHeaders = 6
    case threadLocal = 7
    case stack = 0x6474_e551
  }

  var kind: Kind
  /// PF_X 1, PF_W 2, PF_R 4.
  var flags: UInt32
  var address: UInt64 = 0
  var bytes: [UInt8] = []
  /// Beyond the bytes: zeros that the file does not hold.
  var zeros: UInt64 = 0
}

/// Builds programs as ZeroVM's NaCl tools did: OS/ABI 0x7b with version 7, section data right after
/// the headers at unaligned file offsets, empty segments at address 0.
private struct OldNexe {
  var segments: [OldSegment]

  var data: Data {
    var header = Data([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0x7b, 7] + [UInt8](repeating: 0, count: 7))
    func append<Value: FixedWidthInteger>(_ value: Value) {
      withUnsafeBytes(of: value.littleEndian) { header.append(contentsOf: $0) }
    }
    append(UInt16(2))  // ET_EXEC
    append(UInt16(62))
    append(UInt32(1))
    append(UInt64(0x20000))
    append(UInt64(64))
    append(UInt64(0))
    append(UInt32(0x200000))
    for value: UInt16 in [64, 56, UInt16(segments.count), 64, 0, 0] { append(value) }
    var offset = UInt64(64 + 56 * segments.count)
    var body = Data()
    for segment in segments {
      append(segment.kind.rawValue)
      append(segment.flags)
      append(segment.kind == .programHeaders ? 0 : offset)
      append(segment.address)
      append(segment.address)
      append(UInt64(segment.bytes.count))
      append(UInt64(segment.bytes.count) + segment.zeros)
      append(UInt64(8))
      body.append(contentsOf: segment.bytes)
      offset += UInt64(segment.bytes.count)
    }
    return header + body
  }
}

/// Machine code at 0x20000, as the assembler writes it.
private func text(_ scratch: Scratch, _ assembly: String) throws -> [UInt8] {
  let source = try scratch.write(
    Data((".bundle_align_mode 5\n.text\n" + assembly + "\n.p2align 5, 0xf4\n").utf8), "old.s")
  let object = scratch.path + "/old.o"
  let raw = scratch.path + "/old.bin"
  guard
    try tool(["clang", "--target=x86_64-linux-gnu", "-c", source, "-o", object]).status == 0,
    try tool(["objcopy", "-O", "binary", "-j", ".text", object, raw]).status == 0
  else { throw AssemblyFailed(text: assembly) }
  return Array(try Data(contentsOf: URL(fileURLWithPath: raw)))
}

/// The trap as old programs call it: arguments on the stack, slot 0 by an indirect call.
private func trap(_ function: String, _ arguments: [String]) -> String {
  let values = ["$\(function)", "$0"] + arguments
  return ".bundle_lock\n subl $64, %esp\n addq %r15, %rsp\n .bundle_unlock\n"
    + values.enumerated().map { "movq \($1), \(8 * $0)(%rsp)\n" }.joined()
      + """
      movl %esp, %edi
      movl $0x10000, %eax
      .bundle_lock align_to_end
      andl $-32, %eax
      addq %r15, %rax
      call *%rax
      .bundle_unlock
      .bundle_lock
      addl $64, %esp
      addq %r15, %rsp
      .bundle_unlock

      """
}

private let functions = """
  .set READ, 0x64616552
  .set WRITE, 0x74697257
  .set EXIT, 0x74697845
  .macro LOAD place, index, wide, to
  .bundle_lock
  movl %\\index, %\\index
  movl \\place(%r15,%\\wide), \\to
  .bundle_unlock
  .endm
  .macro LOAD64 place, index, wide, to
  .bundle_lock
  movl %\\index, %\\index
  movq \\place(%r15,%\\wide), \\to
  .bundle_unlock
  .endm

  """

private func run(_ nexe: OldNexe, _ scratch: Scratch, output: Channel.Backing = .null) throws
  -> SandboxReport
{
  let path = try scratch.write(nexe.data, "old.nexe")
  let launcher = try Launcher(module: try ValidatedModule(path: FilePath(path)))
  defer { launcher.shutDown() }
  return try launcher.runAndWait(
    Session(
      channels: [
        Channel(alias: "/dev/stdin", backing: .null, limits: .readOnly),
        Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly),
        Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
      ], memoryByteCount: 32 << 20, timeout: .seconds(20)))
}

@Suite("programs of ZeroVM's own tools")
struct OldNexeTests {
  /// The layout of a small program of 2013: headers as a segment that nothing loads, text at an odd
  /// file offset, .eh_frame as read-only data, an empty PT_TLS and an empty data segment at 0.
  @Test("empty segments at address 0 load nothing")
  func emptySegments() throws {
    let scratch = try Scratch()
    let code = try text(scratch, functions + trap("EXIT", ["$0"]) + "hlt")
    let nexe = OldNexe(segments: [
      OldSegment(kind: .programHeaders, flags: 4),
      OldSegment(kind: .load, flags: 5, address: 0x20000, bytes: code),
      OldSegment(kind: .load, flags: 4, address: 0x30000, bytes: [UInt8](repeating: 7, count: 48)),
      OldSegment(kind: .threadLocal, flags: 4),
      OldSegment(kind: .load, flags: 6),
    ])
    #expect(try run(nexe, scratch).outcome == .exited(code: 0))
  }

  /// The layout of the NaCl linker scripts: read-only data at 0x10020000, data and bss behind it, a
  /// TLS image inside the data, a note, a stack note. The program checks everything that the
  /// contract promises it in memory, and returns the number of the first thing that is not so.
  @Test("an old program finds its memory, its user manifest and its channels")
  func layout() throws {
    let scratch = try Scratch()
    let check = { (number: Int, condition: String) in
      "movl $\(number), %ebx\n \(condition) 9f\n"
    }
    let code = try text(
      scratch,
      functions + """
        # Data is there, the rest of the segment is zero.
        movl $0x10030000, %ecx
        LOAD 0, ecx, rcx, %eax
        cmpl $0x11223344, %eax

        """ + check(1, "jne") + """
          movl $0x1003ff00, %ecx
          LOAD 0, ecx, rcx, %eax
          testl %eax, %eax

          """ + check(2, "jne") + """
          # The pointer at 0xFEFFFFFC: heap, heap size, stack size, channels.
          movl $0xFEFFFFFC, %ecx
          LOAD 0, ecx, rcx, %r12d
          LOAD 0, r12d, r12, %eax
          cmpl $0x10050000, %eax

          """ + check(3, "jne") + """
          LOAD 4, r12d, r12, %r13d
          testl %r13d, %r13d

          """ + check(4, "jz") + """
          # The heap can be written from end to end.
          leal -8(%rax,%r13), %ecx
          .bundle_lock
          movl %ecx, %ecx
          movl $5, 0(%r15,%rcx)
          .bundle_unlock
          LOAD 8, r12d, r12, %eax
          cmpl $0x1000000, %eax

          """ + check(5, "jne") + """
          LOAD 12, r12d, r12, %eax
          cmpl $3, %eax

          """ + check(6, "jne") + """
          # Channel 1: 48 bytes each; limits, size, type, name.
          LOAD 16, r12d, r12, %r14d
          LOAD 88, r14d, r14, %eax
          testl %eax, %eax

          """ + check(7, "jne") + """
          LOAD 92, r14d, r14, %eax
          LOAD64 0, eax, rax, %rdx
          movabsq $0x6474732f7665642f, %rcx  # "/dev/std"
          cmpq %rcx, %rdx

          """ + check(8, "jne") + """
          # argc, argv, envp and auxv of a start-up code that looks for them: nothing.
          movq 0(%rsp), %rax
          orq 8(%rsp), %rax
          orq 16(%rsp), %rax

          """ + check(9, "jne") + trap("WRITE", ["$1", "$0x10020000", "$6", "$0"]) + """
          xorl %ebx, %ebx
          cmpl $6, %eax
          je 9f
          movl $10, %ebx
          .p2align 5
          9:

          """ + trap("EXIT", ["%rbx"]) + "hlt")
    let nexe = OldNexe(segments: [
      OldSegment(kind: .programHeaders, flags: 4),
      OldSegment(kind: .load, flags: 5, address: 0x20000, bytes: code),
      OldSegment(kind: .load, flags: 4, address: 0x1002_0000, bytes: Array("hello\n".utf8)),
      OldSegment(
        kind: .load, flags: 6, address: 0x1003_0000, bytes: [0x44, 0x33, 0x22, 0x11],
        zeros: 0x10000),
      OldSegment(kind: .threadLocal, flags: 4, address: 0x1003_0000, bytes: [], zeros: 16),
      OldSegment(kind: .note, flags: 4, address: 0x1002_0000, bytes: []),
      OldSegment(kind: .stack, flags: 6),
    ])
    let path = scratch.path + "/out"
    let file = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create], permissions: .ownerReadWrite)
    defer { try? file.close() }
    let report = try run(nexe, scratch, output: .file(file, offset: 0, length: nil))
    #expect(report.outcome == .exited(code: 0))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello\n")
  }

  @Test("text may end in hlt, in nops, or in the middle of a page")
  func padding() throws {
    let scratch = try Scratch()
    for fill in ["0xf4", "0x90"] {
      let code = try text(
        scratch, functions + trap("EXIT", ["$3"]) + "hlt\n.p2align 12, \(fill)\n nop")
      let nexe = OldNexe(segments: [
        OldSegment(kind: .load, flags: 5, address: 0x20000, bytes: code)
      ])
      #expect(try run(nexe, scratch).outcome == .exited(code: 3))
    }
  }

  @Test(
    "what the contract does not load is ENOEXEC, by name",
    arguments: [
      ("PT_INTERP", OldSegment.Kind.interpreter, UInt32(4), UInt64(0x30000)),
      ("PT_DYNAMIC", .dynamic, 6, 0x30000), ("executable stack", .stack, 7, 0),
      ("writable and executable", .load, 7, 0x30000),
      ("a second text", .load, 5, 0x30000), ("data off its granule", .load, 6, 0x30008),
      ("data in the text's granule", .load, 6, 0x21000), ("above 2 GiB", .load, 6, 0x8000_0000),
    ])
  fileprivate func refused(
    name: String, kind: OldSegment.Kind, flags: UInt32, address: UInt64
  ) throws {
    let scratch = try Scratch()
    let nexe = OldNexe(segments: [
      OldSegment(kind: .load, flags: 5, address: 0x20000, bytes: try text(scratch, "hlt")),
      OldSegment(kind: kind, flags: flags, address: address, bytes: [1, 2, 3, 4]),
    ])
    let path = try scratch.write(nexe.data, "old.nexe")
    let error = #expect(throws: SandboxError.self, "\(name)") {
      try ValidatedModule(path: FilePath(path))
    }
    #expect(error?.status == ENOEXEC, "\(name)")
  }

  @Test("old code that reads the time stamp counter or returns plainly is refused")
  func refusedCode() throws {
    let scratch = try Scratch()
    for code in ["rdtsc\nhlt", "ret", "movl (%rax), %ebx\nhlt"] {
      let nexe = OldNexe(segments: [
        OldSegment(kind: .load, flags: 5, address: 0x20000, bytes: try text(scratch, code))
      ])
      let path = try scratch.write(nexe.data, "old.nexe")
      let error = #expect(throws: SandboxError.self) {
        try ValidatedModule(path: FilePath(path))
      }
      #expect(error?.status == ENOEXEC && error?.isRefusal == true)
    }
  }
}
