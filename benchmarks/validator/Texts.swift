import ELF
import Foundation

/// The whole text of a nexe, or a generated one (`generated:BYTES`). Never a part of a real text: its
/// jumps would leave it.
func benchmarkText(named name: String) throws -> [UInt8] {
  if name.hasPrefix("generated:"), let byteCount = Int(name.dropFirst("generated:".count)) {
    return generatedText(byteCount: byteCount)
  }
  let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: name)))
  let text = try Image(parsing: file.span).text
  return Array(file[text.fileOffset..<text.fileOffset + Int(text.fileByteCount)])
}

/// A text of many kinds of plain instruction with random registers and constants, from a fixed seed.
private func generatedText(byteCount: Int) -> [UInt8] {
  var state: UInt64 = 0x5eed
  func random() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
  // Opcode bytes in front of ModRM; the register it names first is written, if any is.
  let registerForms: [[UInt8]] = [
    [0x89], [0x48, 0x89], [0x01], [0x48, 0x03], [0x31], [0x85], [0x48, 0x85], [0x39], [0x0F, 0xB6],
    [0x0F, 0xAF], [0x48, 0x63], [0xF2, 0x0F, 0x58], [0x66, 0x0F, 0x6F], [0x66, 0x0F, 0xEF],
    [0x0F, 0x44], [0x44, 0x89], [0x0F, 0x10],
  ]
  // Neither rsp nor rbp.
  let registers: [UInt8] = [0, 1, 2, 3, 6, 7]
  func register() -> UInt8 { registers[Int(random()) % registers.count] }
  func byte() -> UInt8 { UInt8(truncatingIfNeeded: random()) }
  func piece() -> [UInt8] {
    let form = registerForms[Int(random()) % registerForms.count]
    switch random() % 10 {
    case 0..<4: return form + [0xC0 | register() << 3 | register()]
    case 4: return [0x83, 0xC0 | register(), byte()]  // add $imm8,%reg
    case 5: return [0x8B, 0x44 | register() << 3, 0x24, byte()]  // mov disp8(%rsp),%reg
    case 6:  // mov %reg,%reg; mov disp8(%r15,%reg),%reg
      let index = register()
      return [0x89, 0xC0 | index << 3 | index, 0x41, 0x8B, 0x44 | register() << 3, index << 3 | 7]
        + [byte()]
    case 7: return [0x48, 0x89, 0x5C, 0x24, byte()]  // mov %rbx,disp8(%rsp)
    case 8: return [0xB8 | register(), byte(), byte(), byte(), 0]  // mov $imm32,%reg
    default: return [0xC1, 0xE0 | register(), byte() & 31]  // shl $imm8,%reg
    }
  }
  var text: [UInt8] = []
  text.reserveCapacity(byteCount + 32)
  while text.count < byteCount {
    var room = 32
    while room > 0 {
      let next = piece()
      guard next.count <= room else {
        text += [UInt8](repeating: 0x90, count: room)
        break
      }
      text += next
      room -= next.count
    }
  }
  return text
}
