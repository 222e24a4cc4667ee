// Does accepted code stay inside? Runs random code that the validator accepts, through the sandbox's own
// entry and trap, between canaries; its registers point at them.
//
//   execution-oracle run PROGRAMS SEED   status 1 when anything outside changed
//   execution-oracle escapes             runs texts that do reach outside: status 1 when one goes unnoticed
//   execution-oracle one HEX             runs one text, unchecked, and tells how it ended
//   execution-oracle extends PART PARTS  runs every encoding that the validator takes for one that clears
//       a register's upper half, and looks whether it does: status 1 when one does not
//   execution-oracle alone PART PARTS    runs every encoding that is accepted by itself: status 1 when one
//       writes r15 or takes rsp or rbp out of the guest
//   execution-oracle texts COUNT SEED    prints programs as hex, for tests that run them elsewhere
//
// A rule of the validator that is switched off must make `run` fail: Tests/ValidatorProof/mutations.
import COracle
import Glibc
import Validator

func fail(_ message: String) -> Never {
  print(message)
  exit(2)
}

func places() -> [UInt64] {
  (0..<Int32(ORACLE_CANARIES)).map { oracle_canary($0) } + [oracle_context()]
}

func run(programs: Int, seed: UInt64) throws {
  var generator = ProgramGenerator(seed: seed, places: places())
  var ends: [String: Int] = [:]
  var toTheEnd = 0
  var escapes = 0
  var compared: UInt64 = 0
  for number in 0..<programs {
    let text = generator.program()
    let run = try Run(text, sparse: number % 4 == 0)
    ends[run.end, default: 0] += 1
    compared += UInt64(run.report.compared_bytes)
    if let place = run.stoppedAt, place >= 0x2_0000 + UInt64(text.count) - 32 { toTheEnd += 1 }
    if !run.escapes.isEmpty {
      escapes += 1
      if escapes <= 20 { print("escape: \(run.escapes.joined(separator: "; ")): \(hex(text))") }
    }
  }
  let list = ends.sorted { $0.key < $1.key }.map { "\($0.value) by \($0.key)" }
  print(
    "\(programs) programs ended: \(list.joined(separator: ", ")); \(toTheEnd) at their last bundle; "
      + "\(compared >> 20) MiB of trusted memory compared; \(escapes) escapes")
  if escapes > 0 { exit(1) }
}

func tryEscapes() throws {
  var unnoticed = 0
  for escape in Escape.all {
    guard !Validator(profile: .zerovm).accepts(escape.text.span) else {
      fail("\(escape.name): the validator accepts it")
    }
    let run = try Run(escape.text, sparse: false)
    print(
      "\(escape.name): \(run.escapes.isEmpty ? "UNNOTICED" : run.escapes.joined(separator: "; "))")
    if run.escapes.isEmpty { unnoticed += 1 }
  }
  // And what obeys the rules is not suspected.
  let harmless = try Run([UInt8](repeating: 0xF4, count: 32), sparse: true)
  guard harmless.escapes.isEmpty, harmless.end == "signal \(SIGSEGV)" else {
    fail("a halt: \(harmless.end), \(harmless.escapes)")
  }
  print("\(Escape.all.count) escapes, \(unnoticed) unnoticed")
  if unnoticed > 0 { exit(1) }
}

let arguments = Array(CommandLine.arguments.dropFirst())
let prepared = oracle_prepare()
guard prepared == 0 else { fail("cannot map a guest: error \(-prepared)") }
if arguments.count == 3, arguments[0] == "run", let programs = Int(arguments[1]),
  let seed = UInt64(arguments[2])
{
  try run(programs: programs, seed: seed)
} else if arguments.count == 3, arguments[0] == "texts", let count = Int(arguments[1]),
  let seed = UInt64(arguments[2])
{
  var generator = ProgramGenerator(seed: seed, places: places())
  for _ in 0..<count { print(hex(generator.program())) }
} else if arguments.count == 3, arguments[0] == "extends", let part = Int(arguments[1]),
  let parts = Int(arguments[2])
{
  oracle_compares(0)
  try checkExtensions(part: part, of: parts)
} else if arguments.count == 3, arguments[0] == "alone", let part = Int(arguments[1]),
  let parts = Int(arguments[2])
{
  oracle_compares(0)
  try checkAlone(part: part, of: parts)
} else if arguments == ["escapes"] {
  try tryEscapes()
} else if arguments.count == 2, arguments[0] == "one" {
  let digits = Array(arguments[1])
  let text = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
    UInt8(String(digits[$0...$0 + 1]), radix: 16)
  }
  let run = try Run(text, sparse: false)
  let place = run.stoppedAt.map { hex($0) } ?? "outside"
  print("\(run.end) at \(place), touching \(hex(run.report.address)): \(run.escapes)")
} else {
  fail(
    "usage: execution-oracle run PROGRAMS SEED | escapes | one HEX | extends PART PARTS | alone PART PARTS | texts COUNT SEED"
  )
}
