import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing

/// A program of this text, a page of read-only data and 1 MiB of writable data.
private func nexe(_ text: [UInt8]) -> Data {
  let segments: [(flags: UInt32, address: UInt64, bytes: [UInt8], size: UInt64)] = [
    (5, 0x20000, text, UInt64(text.count)), (4, 0x30000, [1, 2, 3, 4], 4096),
    (6, 0x40000, [5, 6, 7, 8], 1 << 20),
  ]
  var header = Data([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9))
  func append<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { header.append(contentsOf: $0) }
  }
  append(UInt16(2))
  append(UInt16(62))
  append(UInt32(1))
  for value: UInt64 in [0x20000, 64, 0] { append(value) }
  append(UInt32(0))
  for value: UInt16 in [64, 56, UInt16(segments.count), 64, 0, 0] { append(value) }
  var body = Data()
  for segment in segments {
    append(UInt32(1))
    append(segment.flags)
    append(UInt64(64 + 56 * segments.count + body.count))
    append(segment.address)
    append(segment.address)
    append(UInt64(segment.bytes.count))
    append(segment.size)
    append(UInt64(16))
    body.append(contentsOf: segment.bytes)
  }
  return header + body
}

/// Programs of random code that the validator accepts, from `execution-oracle` (`swift build` first).
private func randomTexts(count: Int, seed: Int) throws -> [[UInt8]] {
  var folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
  repeat {
    folder.deleteLastPathComponent()
  } while folder.path != "/"
    && !FileManager.default.isExecutableFile(atPath: folder.path + "/execution-oracle")
  let result = try tool([folder.path + "/execution-oracle", "texts", "\(count)", "\(seed)"])
  return String(decoding: result.output, as: UTF8.self).split(separator: "\n").map { line in
    let digits = Array(line.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
  }
}

private func session(_ output: Channel.Backing = .null) -> Session {
  Session(
    channels: [
      Channel(alias: "/dev/stdin", backing: .null, limits: .readOnly),
      Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ], memoryByteCount: 32 << 20, timeout: .milliseconds(300))
}

@Suite("random code")
struct RandomCodeTests {
  private static let isLong = ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"

  /// What `execution-oracle` does between canaries, in whole sandboxes: a program may fault, trap or
  /// spin, but neither meet the filter nor hurt the process that it runs in.
  @Test("accepted random code faults inside or ends, in a whole sandbox")
  func contained() throws {
    let scratch = try Scratch()
    let texts = try randomTexts(count: Self.isLong ? 1000 : 25, seed: 0xc0de)
    #expect(texts.count >= 25)
    var ran = 0
    for text in texts {
      let path = try scratch.write(nexe(text), "random.nexe")
      let module: ValidatedModule
      do throws(SandboxError) {
        module = try ValidatedModule(path: FilePath(path), validation: .always)
      } catch {
        // 3DNow!, for one, no CPU has any more.
        #expect(error.description.contains("needs CPU features"), "\(error): \(text)")
        continue
      }
      ran += 1
      let launcher = try Launcher(module: module)
      defer { launcher.shutDown() }
      // Twice: the launcher survives it.
      for _ in 0..<2 {
        let outcome = try launcher.runAndWait(session()).outcome
        switch outcome {
        case .exited, .timedOut, .badTrap: break
        case .faulted(_, _, let address, let registers):
          // Not made relative to the guest's base: outside. The guards are 40 GiB wide.
          if let address {
            let base: UInt64 = 0x440A_0000_0000
            let isInside = address < 1 << 32
            let isGuard = address >= base - (40 << 30) && address < base + (44 << 30)
            #expect(isInside || isGuard, "\(outcome): \(text)")
          }
          #expect(registers.contains(" r15=0x440a00000000 "), "\(outcome): \(text)")
        default: Issue.record("\(outcome): \(text)")
        }
      }
    }
    #expect(ran > texts.count / 2)
  }

  @Test(
    "the rest of the text's last page is hlt, and nothing of the file", arguments: [32, 96, 4064])
  func padding(size: Int) throws {
    let scratch = try Scratch()
    // The page's bytes leave through a channel: a program that the assembler wrote, then hlt.
    let program = try scratch.nexe(
      "TRAP WRITE, 1, _start, 4096, 0\n TRAP EXIT, 0\n .skip \(size), 0x90")
    let path = scratch.path + "/out"
    let file = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create], permissions: .ownerReadWrite)
    defer { try? file.close() }
    let launcher = try Launcher(module: try ValidatedModule(path: program))
    defer { launcher.shutDown() }
    let outcome = try launcher.runAndWait(session(.file(file, offset: 0, length: nil))).outcome
    #expect(outcome == .exited(code: 0))
    let page = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(page.count == 4096)
    // What the linker's file says of the text, read by another tool.
    let raw = scratch.path + "/text"
    try tool(["objcopy", "-O", "binary", "-j", ".text", program.string, raw])
    let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: raw)))
    let known = min(text.count, 4096)
    #expect(Array(page[..<known]) == Array(text[..<known]))
    #expect(page[known...].allSatisfy { $0 == 0xf4 })
    #expect(known < 4096 || size == 4064)
  }
}
