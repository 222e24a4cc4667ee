import Foundation
import Testing
import Validator
import X86

struct Case: Decodable {
  let name: String
  let hex: String
  let valid: Bool

  var bytes: [UInt8] {
    var result: [UInt8] = []
    var rest = hex[...]
    while let byte = UInt8(rest.prefix(2), radix: 16) {
      result.append(byte)
      rest = rest.dropFirst(2)
    }
    return result
  }
}

/// The repository's parent holds `shared/`, also when this is a worktree deeper down.
let conformanceCases: [Case]? = {
  var folder = URL(filePath: #filePath)
  while folder.path != "/" {
    folder.deleteLastPathComponent()
    let file = folder.appending(path: "shared/conformance/validator/cases.jsonl")
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
    return try? text.split(separator: "\n").map {
      try JSONDecoder().decode(Case.self, from: Data($0.utf8))
    }
  }
  return nil
}()

@Test(
  "verdicts equal Native Client's on the conformance cases; nothing that it refuses is accepted",
  .enabled(if: conformanceCases != nil, "shared/conformance is not on this machine"))
func conformance() throws {
  let cases = try #require(conformanceCases)
  #expect(cases.count >= 299)
  let validator = Validator(profile: .nacl)
  for item in cases {
    let accepted = validator.check(item.bytes.span).isEmpty
    #expect(
      accepted == item.valid, "\(item.name): \(item.hex)")
  }
}

@Test("random bytes are refused, almost all of them, and never trap")
func randomBytes() {
  var state: UInt64 = 0x5eed
  let validator = Validator()
  var accepted = 0
  for _ in 0..<200_000 {
    var bytes: [UInt8] = []
    for _ in 0..<4 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: state >> (8 * shift))) }
    }
    if validator.check(bytes.span).isEmpty { accepted += 1 }
  }
  // Noise is almost never a valid bundle; a validator that accepts often is broken.
  #expect(accepted < 20)
}

@Test("a text that is no whole number of bundles is refused")
func size() {
  #expect(Validator().check([UInt8](repeating: 0x90, count: 33).span).map(\.rule) == [.textSize])
}

@Test("every violation is found, in order, with its offset and bytes")
func all() {
  var text = [UInt8](repeating: 0x90, count: 64)
  text[3] = 0xC3
  text[40] = 0x0F
  text[41] = 0x05
  let found = Validator().check(text.span)
  #expect(found.map(\.offset) == [3, 40])
  #expect(found.map(\.rule) == [.unknownInstruction, .unknownInstruction])
  #expect(found[0].bytes.first == 0xC3)
}

@Test(
  "instructions that older CPUs run as others do not make a register safe to index with",
  arguments: [
    [0xF3, 0x0F, 0xBC, 0xC1, 0x41, 0x8B, 0x04, 0x07],  // tzcnt %ecx,%eax; mov (%r15,%rax),%eax
    [0xF3, 0x0F, 0xBD, 0xC1, 0x41, 0x8B, 0x04, 0x07],  // lzcnt
    [0x0F, 0xBC, 0xC1, 0x41, 0x8B, 0x04, 0x07],  // bsf
    [0xF3, 0x0F, 0xBC, 0xE1, 0x4C, 0x01, 0xFC],  // tzcnt %ecx,%esp; add %r15,%rsp
  ] as [[UInt8]])
func olderCPUs(code: [UInt8]) {
  let text = code + [UInt8](repeating: 0x90, count: 32 - code.count)
  #expect(!Validator(profile: .nacl).check(text.span).isEmpty)
}

@Test(
  "what Native Client accepts beyond the plain encodings",
  arguments: [
    [0x48, 0xE8, 0, 0, 0, 0],  // a call with a REX prefix that means nothing
    [0x46, 0x89, 0xC0],  // mov %r8d,%eax with a spare REX.X
    [0x4F, 0xD8, 0xC1],  // fadd with REX
    [0x2E, 0x75, 0xFD], [0x3E, 0x0F, 0x84, 0, 0, 0, 0],  // branch hints
    [0x83, 0xE5, 0xE0, 0x4C, 0x01, 0xFD, 0xFF, 0xE5],  // a masked jump through rbp
    [0x42, 0x89, 0xFF, 0x49, 0x8D, 0x3C, 0x3F, 0xF3, 0xAA],  // rep stos, spare REX.X
    [0x40, 0x90],  // a nop, whatever REX says
    [0x41, 0x90, 0x43, 0x8B, 0x04, 0x07],  // but with REX.B: xchg %eax,%r8d; mov (%r15,%r8,1),%eax
    [0x47, 0x90, 0x43, 0x8B, 0x04, 0x07],
    [0x0F, 0x1F, 0x03], [0x0F, 0x0B], [0xF2, 0x0F, 0x79, 0xC1],
  ] as [[UInt8]])
func accepted(code: [UInt8]) {
  let text = code + [UInt8](repeating: 0x90, count: 32 - code.count)
  #expect(Validator(profile: .nacl).check(text.span) == [])
}

@Test(
  "close to accepted encodings, but refused",
  arguments: [
    [0x90, 0x41, 0x8B, 0x04, 0x07],  // nop does not zero-extend
    [0x40, 0x90, 0x41, 0x8B, 0x04, 0x07],  // with REX neither
    [0x42, 0x90, 0x41, 0x8B, 0x04, 0x07], [0x44, 0x90, 0x41, 0x8B, 0x04, 0x07],
    [0x41, 0x90, 0x41, 0x8B, 0x04, 0x07],  // rax after an exchange with r8d: only that counts
    [0x49, 0x90, 0x43, 0x8B, 0x04, 0x07],  // all 64 bits of r8
    [0x66, 0x41, 0x90, 0x43, 0x8B, 0x04, 0x07],  // 16 bits of it
    [0x2E, 0xEB, 0xFE], [0x2E, 0xE2, 0xFD], [0x66, 0x75, 0xFD],  // hints and 66 on other branches
    [0x66, 0x0F, 0x1F, 0x03],  // a nop with 66 that assemblers do not write
    [0x44, 0x89, 0xFF, 0x49, 0x8D, 0x3C, 0x3F, 0xF3, 0xAA],  // mov %r15d,%edi
    [0x41, 0x83, 0xE5, 0xE0, 0x4C, 0x01, 0xFD, 0xFF, 0xE5],  // another register is masked
    [0x0F, 0xAE, 0x3C, 0x24], [0x0F, 0xAE, 0x04, 0x24], [0x0F, 0xAE, 0x0C, 0x24],
    [0x48, 0x0F, 0x0B], [0xF3, 0x40, 0x90], [0x66, 0x48, 0x89, 0xC0],
    [0xC5, 0xF8, 0x57, 0xC0],  // VEX
  ] as [[UInt8]])
func refused(code: [UInt8]) {
  let text = code + [UInt8](repeating: 0x90, count: 32 - code.count)
  #expect(!Validator(profile: .nacl).check(text.span).isEmpty)
}

@Test("`portable` goes as far as its baseline")
func baselines() {
  let avx: [UInt8] = [0xC5, 0xF8, 0x57, 0xC0]
  let popcnt: [UInt8] = [0xF3, 0x0F, 0xB8, 0xC1]
  func isAccepted(_ code: [UInt8], _ baseline: Baseline) -> Bool {
    let text = code + [UInt8](repeating: 0x90, count: 32 - code.count)
    return Validator(profile: .portable, baseline: baseline).accepts(text.span)
  }
  #expect(!isAccepted(avx, .v2) && isAccepted(avx, .v3))
  #expect(!isAccepted(popcnt, .v1) && isAccepted(popcnt, .v2))
}
