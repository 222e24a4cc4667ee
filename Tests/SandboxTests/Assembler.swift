import Foundation
import SystemPackage

/// Runs a tool and answers its exit status and output.
@discardableResult
func tool(_ arguments: [String], input: Data? = nil) throws -> (status: Int32, output: Data) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = arguments
  let output = Pipe()
  process.standardOutput = output
  let source = Pipe()
  process.standardInput = source
  try process.run()
  if let input { try source.fileHandleForWriting.write(contentsOf: input) }
  try source.fileHandleForWriting.close()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, data)
}

struct AssemblyFailed: Error { let text: String }

/// A temporary folder that goes away with its owner.
final class Scratch: Sendable {
  let path: String

  init() throws {
    let template = FileManager.default.temporaryDirectory.path + "/zvm-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: template, withIntermediateDirectories: true)
    path = template
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ data: Data, _ name: String) throws -> String {
    let file = path + "/" + name
    try data.write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Assembles a program with the macros below to a nexe.
  func nexe(_ body: String) throws -> FilePath {
    let source = try write(Data((prelude + body + "\n").utf8), "program.s")
    let script = try write(Data(linkerScript.utf8), "nexe.ld")
    let object = path + "/program.o"
    let nexe = path + "/program.nexe"
    let assembled = try tool([
      "clang", "--target=x86_64-linux-gnu", "-c", source, "-o", object,
    ])
    guard assembled.status == 0 else { throw AssemblyFailed(text: body) }
    let linked = try tool(["ld.lld", "-T", script, "-o", nexe, object])
    guard linked.status == 0 else { throw AssemblyFailed(text: body) }
    return FilePath(nexe)
  }
}

private let linkerScript = """
  ENTRY(_start)
  trap = 0x10000;
  PHDRS { text PT_LOAD FLAGS(5); rodata PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }
  SECTIONS {
    . = 0x20000;
    .text : { *(.text*) . = ALIGN(32); } :text =0xf4f4f4f4
    . = ALIGN(0x10000);
    .rodata : { LONG(0x600df00d) *(.rodata*) } :rodata
    . = ALIGN(0x10000);
    .data : { LONG(0x600df00d) *(.data*) } :data
    .bss : { *(.bss*) *(COMMON) } :data
    /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame) }
  }
  """

/// `TRAP function a b c d` leaves the answer in eax; `EXIT_EAX` exits with it.
private let prelude = """
    .bundle_align_mode 5
    .set READ, 0x64616552
    .set WRITE, 0x74697257
    .set EXIT, 0x74697845
    .macro CALL_TRAP
    movl $args, %edi
    .bundle_lock align_to_end
    call trap
    .bundle_unlock
    .endm
    .macro TRAP function, a=0, b=0, c=0, d=0
    movq $\\function, args(%rip)
    movq $\\a, args+16(%rip)
    movq $\\b, args+24(%rip)
    movq $\\c, args+32(%rip)
    movq $\\d, args+40(%rip)
    CALL_TRAP
    .endm
    .macro EXIT_EAX
    movslq %eax, %rax
    movq %rax, args+16(%rip)
    movq $EXIT, args(%rip)
    CALL_TRAP
    hlt
    .endm
    .data
    .p2align 6
  args: .skip 64
    .bss
    .p2align 12
  buffer: .skip 65536
    .text
    .p2align 5
    .globl _start
  _start:

  """
