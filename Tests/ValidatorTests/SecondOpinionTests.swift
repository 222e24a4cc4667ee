import Foundation
import SlowChecker
import Testing
import Validator
import ValidatorThreads

/// Bundles to compare: a million in the fast suite, a hundred million in the long one.
private let bundleCount =
  ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1" ? 100_000_000 : 1_000_000

@Test(
  "the slow checker, written from the rules alone, agrees on generated texts",
  arguments: 0..<4)
func secondOpinion(part: Int) {
  var generator = TextGenerator(seed: 0x5eed + UInt64(part))
  let validator = Validator(profile: .nacl, threads: .dispatched)
  let slow = SlowChecker()
  var accepted = 0
  var texts = 0
  var bundles = 0
  var disagreements: [[UInt8]] = []
  while bundles < bundleCount / 4 {
    // Half of them short: more of those are valid.
    var text = texts % 2 == 0 ? generator.text(bundles: texts % 8 == 0 ? 3 : 1) : generator.next()
    // The vector loop looks at four bundles at a time, the scalar one at what is left and at the last.
    if texts % 4 == 0 { text += [UInt8](repeating: 0xF4, count: max(0, 160 - text.count)) }
    // What lies behind a text must not matter, nor how it is cut into chunks.
    let memory = text + [UInt8](repeating: UInt8(truncatingIfNeeded: texts), count: 64)
    let span = memory.span.extracting(0..<text.count)
    let opinion = slow.accepts(text)
    if validator.accepts(span) != opinion { disagreements.append(text) }
    let workers = 1 + texts / 16 % 4
    if texts % 16 == 0,
      validator.report(on: span, limit: 1, workers: workers).violations.isEmpty != opinion
    {
      disagreements.append(text)
    }
    if opinion { accepted += 1 }
    texts += 1
    bundles += text.count / 32
  }
  #expect(disagreements.isEmpty, "\(disagreements.prefix(3))")
  // Both verdicts must be common, or the comparison says little.
  #expect(accepted > texts / 8 && accepted < texts * 4 / 5)
}

@Test(
  "each family of generated texts has valid ones and others",
  arguments: TextGenerator.Family.allCases)
func families(family: TextGenerator.Family) {
  var generator = TextGenerator(seed: 7)
  var accepted = 0
  var texts = 0
  for _ in 0..<30 {
    for text in generator.texts(of: family) {
      #expect(text.count % 32 == 0 && text.count <= 192)
      if SlowChecker().accepts(text) { accepted += 1 }
      texts += 1
    }
  }
  #expect(accepted > texts / 100 && accepted < texts * 9 / 10, "\(accepted) of \(texts)")
}

@Test("the slow checker gives every conformance verdict")
func slowConformance() throws {
  for item in conformanceCases ?? [] {
    #expect(SlowChecker().accepts(item.bytes) == item.valid, "\(item.name): \(item.hex)")
  }
}
