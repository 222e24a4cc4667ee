// How fast is the validator, beside memcpy and a bare byte-at-a-time table loop in the same process?
// benchmarks/validator/run drives this, reads the JSON it prints and says what it means.
//
//   validator-benchmark describe TEXT
//   validator-benchmark once WORKERS TEXT [OTHER…]
//       validates the OTHERs, then TEXT: one validation of a text that this process never saw
//   validator-benchmark again ROUNDS TEXT
//       validates TEXT over and over with one thread and all cores, each time with a new Validator
//
// A TEXT is a nexe, whose whole text is taken as it is, or `generated:BYTES`.
import Glibc
import Validator
import ValidatorThreads

let profile = Profile.zerovm
let arguments = Array(CommandLine.arguments.dropFirst())

func usage() -> Never {
  fatalError(
    "usage: validator-benchmark describe TEXT | once WORKERS TEXT [OTHER…] | again ROUNDS TEXT")
}

/// Nanoseconds of this thread's processor, and of the clock on the wall.
struct Time {
  var cpu: Double
  var wall: Double

  static var now: Time {
    Time(cpu: read(CLOCK_THREAD_CPUTIME_ID), wall: read(CLOCK_MONOTONIC))
  }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }

  static func - (end: Time, start: Time) -> Time {
    Time(cpu: end.cpu - start.cpu, wall: end.wall - start.wall)
  }
}

/// One line of JSON; everything measured is a number or a list of numbers.
func printLine(_ fields: KeyValuePairs<String, String>) {
  print("{" + fields.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}")
}

func accepted(_ report: TextReport, _ name: String) {
  guard report.violations.isEmpty else { fatalError("\(name): \(report.violations[0])") }
}

/// Time a call, over as many calls as take `minimum` nanoseconds.
func mean(minimum: Double, _ body: () -> Void) -> Time {
  let start = Time.now
  var calls = 0.0
  var spent = Time(cpu: 0, wall: 0)
  repeat {
    body()
    calls += 1
    spent = Time.now - start
  } while spent.cpu < minimum && spent.wall < 8 * minimum
  return Time(cpu: spent.cpu / calls, wall: spent.wall / calls)
}

switch arguments.first {
case "describe" where arguments.count == 2:
  let text = try benchmarkText(named: arguments[1])
  let validator = Validator(profile: profile, threads: .dispatched)
  accepted(validator.report(on: text.span), arguments[1])
  printLine([
    "bytes": "\(text.count)", "instructions": "\(validator.instructionCount(of: text.span))",
  ])

case "once" where arguments.count >= 3:
  guard let workers = Int(arguments[1]) else { usage() }
  let text = try benchmarkText(named: arguments[2])
  let others = try arguments.dropFirst(3).map { try benchmarkText(named: $0) }
  for other in others {
    accepted(
      Validator(profile: profile, threads: .dispatched).report(on: other.span, workers: workers), "another text")
  }
  let start = Time.now
  let validator = Validator(profile: profile, threads: .dispatched)
  let prepared = Time.now
  let report = validator.report(on: text.span, workers: workers)
  let end = Time.now
  accepted(report, arguments[2])
  // The limits come after: they have nothing to remember, whichever comes first.
  let limits = Limits(text)
  printLine([
    "prepare": "\((prepared - start).cpu)", "validate": "\((end - prepared).cpu)",
    "validateWall": "\((end - prepared).wall)",
    "byteLoop": "\(limits.byteLoop(minimum: 3_000_000).cpu)",
    "memcpy": "\(limits.memcpy(minimum: 1_000_000).cpu)",
  ])

case "again" where arguments.count == 3:
  guard let rounds = Int(arguments[1]) else { usage() }
  let text = try benchmarkText(named: arguments[2])
  let limits = Limits(text)
  for _ in 0..<rounds {
    func validate(_ workers: Int) -> Time {
      mean(minimum: 60_000_000) {
        accepted(
          Validator(profile: profile, threads: .dispatched).report(on: text.span, workers: workers), arguments[2])
      }
    }
    let one = validate(1)
    let byteLoop = limits.byteLoop(minimum: 60_000_000)
    let all = validate(coreCount)
    let memcpy = limits.memcpy(minimum: 20_000_000)
    printLine([
      "one": "\(one.cpu)", "oneWall": "\(one.wall)", "byteLoop": "\(byteLoop.cpu)",
      "allWall": "\(all.wall)", "memcpy": "\(memcpy.cpu)",
    ])
  }

default: usage()
}
