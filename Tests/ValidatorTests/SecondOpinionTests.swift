import Foundation
import SlowChecker
import Testing
import Validator

/// Bundles to compare: a million in the fast suite, a hundred million in the long one.
private let bundleCount =
  ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1" ? 100_000_000 : 1_000_000

@Test(
  "the slow checker, written from the rules alone, agrees on generated texts",
  arguments: 0..<4)
func secondOpinion(part: Int) {
  var generator = TextGenerator(seed: 0x5eed + UInt64(part))
  let validator = Validator(profile: .nacl)
  let slow = SlowChecker()
  var accepted = 0
  var texts = 0
  var bundles = 0
  var disagreements: [[UInt8]] = []
  while bundles < bundleCount / 4 {
    let size = texts % 8 == 0 ? 3 : 1
    var text = generator.text(bundles: size)
    // The vector loop looks at four bundles at a time, the scalar one at what is left and at the last.
    if texts % 2 == 0 { text += [UInt8](repeating: 0xF4, count: 32 * (5 - size)) }
    let verdict = validator.accepts(text.span)
    if verdict != slow.accepts(text) { disagreements.append(text) }
    if verdict { accepted += 1 }
    texts += 1
    bundles += size
  }
  #expect(disagreements.isEmpty, "\(disagreements.prefix(3))")
  // Both verdicts must be common, or the comparison says little.
  #expect(accepted > texts / 8 && accepted < texts * 4 / 5)
}

@Test("the slow checker gives every conformance verdict")
func slowConformance() throws {
  for item in conformanceCases ?? [] {
    #expect(SlowChecker().accepts(item.bytes) == item.valid, "\(item.name): \(item.hex)")
  }
}
