import Foundation
import LoopComparison
import Testing
import Validator

/// The vector loop lets through what the scalar one does, and says the same of it.
@Suite(.enabled(if: Loop.isVectorSupported, "this processor has no AVX-512 with VBMI2"))
struct LoopTests {
  @Test("both loops find the same in generated texts")
  func generated() {
    var comparison = LoopComparison(seed: 0x5eed)
    comparison.generated(texts: 100_000)
    #expect(comparison.disagreements == 0)
    #expect(comparison.accepted > 100)
  }

  @Test("both loops find the same where one instruction is put among others", arguments: 0..<4)
  func enumerated(part: Int) {
    var comparison = LoopComparison(seed: UInt64(part))
    comparison.enumerated(part: 17 * part, parts: 64)
    #expect(comparison.disagreements == 0)
    #expect(comparison.accepted > comparison.texts / 50)
  }

  @Test(
    "both loops find the same of every beginning of three bytes",
    .enabled(if: ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"),
    arguments: 0..<16)
  func everyBeginning(part: Int) {
    var comparison = LoopComparison(seed: UInt64(part))
    comparison.enumerated(part: part, parts: 16)
    #expect(comparison.texts == 1 << 20)
    #expect(comparison.disagreements == 0)
    #expect(comparison.accepted > comparison.texts / 50)
  }

  @Test("both loops find the same of writers and users of registers")
  func paired() {
    var comparison = LoopComparison(seed: 3)
    comparison.paired(texts: 200_000)
    #expect(comparison.disagreements == 0)
    #expect(comparison.accepted > 1_000)
  }

  @Test("both loops find the same of paddings and masked jumps")
  func sequences() {
    var comparison = LoopComparison(seed: 11)
    comparison.sequences(texts: 200_000)
    #expect(comparison.disagreements == 0)
    #expect(comparison.accepted > 1_000)
  }

  @Test("both loops find the same in damaged code")
  func damaged() {
    let code = Self.program
    var comparison = LoopComparison(seed: 7)
    comparison.compare(code, profile: 0)
    #expect(comparison.accepted == 1)
    comparison.damaged(code, texts: 200_000)
    #expect(comparison.disagreements == 0)
    #expect(comparison.accepted > 10_000)
  }

  /// What compilers write: prologues, masked returns, indexed memory, paddings, jumps both ways.
  private static let program: [UInt8] = {
    let bundles: [[[UInt8]]] = [
      [
        [0x83, 0xEC, 0x18], [0x4A, 0x8D, 0x24, 0x3C], [0x41, 0x54], [0x89, 0xF8],
        [0x0F, 0x1F, 0x40, 0x00],
      ],
      [
        [0x41, 0x89, 0xFB], [0x43, 0x8B, 0x54, 0x1F, 0x0C], [0x0F, 0x84, 0xF2, 0xFF, 0xFF, 0xFF],
        [0xEB, 0x10],
      ],
      [
        [0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x2E, 0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0],
        [0x66, 0x0F, 0x1F, 0x44, 0, 0], [0x66, 0x90],
      ],
      [[0x41, 0x5B], [0x41, 0x83, 0xE3, 0xE0], [0x4D, 0x01, 0xFB], [0x41, 0xFF, 0xE3]],
      [[0x83, 0xE0, 0xE0], [0x4C, 0x01, 0xF8], [0xFF, 0xD0], [0x66, 0x0F, 0x6F, 0xC1]],
      [
        [0xF2, 0x0F, 0x58, 0x44, 0x24, 0x08], [0xF3, 0x0F, 0x10, 0xC1],
        [0x48, 0x8D, 0x44, 0x24, 0x10],
      ],
      [
        [0x48, 0x63, 0xC7], [0x0F, 0xB6, 0xC8], [0x45, 0x89, 0xC0], [0x43, 0x88, 0x0C, 0x07],
        [0xF6, 0xC1, 0x02],
      ],
      [
        [0x89, 0xF6], [0x49, 0x8D, 0x34, 0x37], [0x89, 0xFF], [0x49, 0x8D, 0x3C, 0x3F],
        [0xF3, 0x48, 0xA5],
      ],
    ]
    return bundles.flatMap { bundle in
      let code = bundle.flatMap { $0 }
      return code + [UInt8](repeating: 0x90, count: 32 - code.count)
    }
  }()
}
