import COracle
import Glibc

/// How a program ended, and what of it must not be.
struct Run {
  let report: oracle_report
  /// Guest address of the last instruction, where the program was stopped there.
  private(set) var stoppedAt: UInt64?
  /// What shows that the code reached outside; none for code that obeys the rules.
  private(set) var escapes: [String] = []

  private static let base = ProgramGenerator.base
  private static let guest = base..<base + (4 << 30)
  /// All that a guest's instruction can name: its 4 GiB and the guards.
  private static let reach = base - (40 << 30)..<base + (44 << 30)

  enum Failed: Error { case setUp(Int32) }

  /// Runs a text as it is, whatever the validator thinks of it.
  init(_ text: [UInt8], sparse: Bool, milliseconds: Int32 = 20) throws {
    var report = oracle_report()
    let result = oracle_run(text, text.count, sparse ? 1 : 0, milliseconds, &report)
    guard result == 0 else { throw Failed.setUp(result) }
    guard Int(report.state) != ORACLE_BROKEN else { throw Failed.setUp(report.code) }
    self.report = report
    judge()
  }

  /// What stopped the program: a signal, the trap, or time.
  var end: String {
    switch Int(report.state) {
    case ORACLE_TRAPPED: "trap"
    case ORACLE_STOPPED: report.signal == SIGPROF ? "time" : "signal \(report.signal)"
    default: "killed"
    }
  }

  private mutating func judge() {
    if report.changed_canary != 0 { escapes.append("canary \(report.changed_canary) changed") }
    if report.changed_range != 0 {
      escapes.append("trusted memory changed in the range at \(hex(report.changed_range))")
    }
    if report.changed_context != 0 { escapes.append("the trap's context changed") }
    switch Int(report.state) {
    case ORACLE_STOPPED: judgeStop()
    case ORACLE_TRAPPED: judgeStack(register(7), mayBeHalf: false, "rsp at the trap")
    default:
      // SIGSYS: the filter; else the handler or the trap's code was hurt.
      escapes.append("the process was killed by signal \(report.status & 0x7f)")
    }
  }

  private mutating func judgeStop() {
    let rip = register(16)
    let isGuest = Self.guest.contains(rip)
    // Time may be up while a trap is taken; and its first instruction reads the guest's stack.
    if !isGuest, oracle_is_entry(rip) == 0 {
      escapes.append("rip is \(hex(rip))")
    }
    if isGuest { stoppedAt = rip - Self.base }
    if report.has_address != 0, !Self.reach.contains(report.address) {
      escapes.append("touched \(hex(report.address))")
    }
    guard isGuest else { return }
    if register(15) != Self.base { escapes.append("r15 is \(hex(register(15)))") }
    // Time may be up between a 32-bit write and its restore; a fault may not be: restores do not fault.
    let isClock = report.signal == SIGPROF
    judgeStack(register(7), mayBeHalf: isClock, "rsp")
    judgeStack(register(6), mayBeHalf: isClock, "rbp")
  }

  private mutating func judgeStack(_ value: UInt64, mayBeHalf: Bool, _ name: String) {
    let isFine = value >= Self.base && value <= Self.guest.upperBound
    if !isFine, !(mayBeHalf && value < 1 << 32) { escapes.append("\(name) is \(hex(value))") }
  }

  /// By the order of `oracle_report`.
  func register(_ number: Int) -> UInt64 {
    withUnsafeBytes(of: report.registers) {
      $0.load(fromByteOffset: 8 * number, as: UInt64.self)
    }
  }
}

func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

func hex(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef")
  return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
