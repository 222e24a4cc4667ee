// Compares the validator with the slow checker over many generated texts: `validator-proof COUNT SEED`.
// Prints disagreements and a summary; exit status 1 when there is one.
import SlowChecker
import Validator

let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard arguments.count == 2 else { fatalError("usage: validator-proof BUNDLES SEED") }
var generator = TextGenerator(seed: arguments[1])
let validator = Validator(profile: .nacl)
let slow = SlowChecker()
var bundles: UInt64 = 0
var texts = 0
var accepted = 0
var disagreements = 0
while bundles < arguments[0] {
  let count = texts % 8 == 0 ? 3 : 1
  let text = generator.text(bundles: count)
  let verdict = validator.accepts(text.span)
  if verdict != slow.accepts(text) {
    disagreements += 1
    let digits = Array("0123456789abcdef")
    let hex = String(text.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    if disagreements <= 20 { print("validator \(verdict), slow checker \(!verdict): \(hex)") }
  }
  if verdict { accepted += 1 }
  texts += 1
  bundles += UInt64(count)
}
print("\(bundles) bundles in \(texts) texts, \(accepted) accepted, \(disagreements) disagreements")
if disagreements > 0 { fatalError("the validator and the slow checker disagree") }
