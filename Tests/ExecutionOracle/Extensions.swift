import Glibc
import Validator

/// RULES 6: after what instruction does the validator take a register's upper half for empty? All that
/// it accepts rests on the processor agreeing, so each encoding is run.
func checkExtensions(part: Int, of parts: Int) throws {
  let checker = ExtensionChecker()
  var encodings = 0
  var runs = 0
  var wrong: [String] = []
  for (number, start) in ExtensionChecker.starts.enumerated() where number % parts == part {
    for code in checker.codes(after: start) {
      let registers = checker.cleared(by: code)
      guard !registers.isEmpty else { continue }
      encodings += 1
      for state in 0..<ExtensionChecker.states.count {
        guard let values = try checker.values(after: code, in: state) else { continue }
        runs += 1
        for register in registers where values[register] >> 32 != 0 {
          wrong.append(
            "\(hex(code)): register \(register) is \(hex(values[register])) in state \(state)")
        }
      }
    }
  }
  for line in wrong.prefix(40) { print(line) }
  print("\(encodings) encodings that clear upper halves, \(runs) runs, \(wrong.count) wrong")
  if !wrong.isEmpty { exit(1) }
}

/// RULES 6 and 8: every encoding that is accepted by itself is run, and must leave r15 alone and rsp and
/// rbp inside the guest.
func checkAlone(part: Int, of parts: Int) throws {
  let checker = ExtensionChecker()
  var encodings = 0
  var wrong: [String] = []
  for (number, start) in ExtensionChecker.starts.enumerated() where number % parts == part {
    for code in checker.codes(after: start) where checker.accepts(code) {
      encodings += 1
      let run = try checker.run(code, in: 3)
      if !run.escapes.isEmpty {
        wrong.append("\(hex(code)): \(run.escapes.joined(separator: "; "))")
      }
    }
  }
  for line in wrong.prefix(40) { print(line) }
  print("\(encodings) encodings run alone, \(wrong.count) wrong")
  if !wrong.isEmpty { exit(1) }
}

private struct ExtensionChecker {
  private let validator = Validator(profile: .zerovm)

  /// What all registers hold before, besides rsp, rbp and r15; and whether flags are set.
  static let states: [(value: UInt64, flags: Bool)] = [
    (0xDEAD_BEEF_0000_0000, false), (0xDEAD_BEEF_0000_0001, true),
    (0xDEAD_BEEF_FFFF_FFFF, false), (0xDEAD_BEEF_8000_0020, true),
  ]

  /// Prefixes, REX or VEX, and map.
  static let starts: [[UInt8]] = {
    var result: [[UInt8]] = []
    for prefix in [[], [0x66], [0xF3], [0xF2], [0xF0], [0x66, 0xF2]] as [[UInt8]] {
      for rex in [nil, 0x40, 0x41, 0x42, 0x44, 0x45, 0x48, 0x4D] as [UInt8?] {
        for map in [[], [0x0F], [0x0F, 0x38], [0x0F, 0x3A]] as [[UInt8]] {
          result.append(prefix + (rex.map { [$0] } ?? []) + map)
        }
      }
    }
    for last in UInt8.min...UInt8.max where [0x78, 0x70, 0x60].contains(last & 0x78) {
      result.append([0xC5, last])
      for second: UInt8 in [0xE1, 0xE2, 0xE3, 0x42, 0xC3, 0xE8, 0xE9, 0xEA] {
        result.append([0xC4, second, last])
        result.append([0x8F, second | 8, last])
      }
    }
    return result
  }()

  private static let operands: [[UInt8]] = [
    [0xC0], [0xC1], [0xC3], [0xC4], [0xC5], [0xC6], [0xC7], [0x04, 0x24],
  ]

  /// Whether `code` may stand in a bundle by itself.
  func accepts(_ code: [UInt8]) -> Bool {
    validator.accepts((code + [UInt8](repeating: 0x90, count: 32 - code.count)).span)
  }

  /// Every opcode with register operands and a memory operand on the stack, immediates of 0 and 1.
  func codes(after start: [UInt8]) -> Set<[UInt8]> {
    var result: Set<[UInt8]> = []
    for opcode in UInt8.min...UInt8.max {
      for reg in UInt8(0)..<8 {
        for operand in Self.operands {
          for immediate: UInt8 in [0, 1] {
            let long =
              start + [opcode, operand[0] | reg << 3] + operand.dropFirst()
              + [immediate, 0, 0, 0, 0, 0, 0, 0]
            if let probe = validator.probe(long) { result.insert(Array(long[..<probe.byteCount])) }
          }
        }
      }
    }
    return result
  }

  /// The registers that may be an index behind `code`, or must be restored.
  func cleared(by code: [UInt8]) -> [Int] {
    (validator.probe(code + [0, 0, 0, 0, 0, 0, 0, 0])?.writes ?? []).filter { register in
      let high = UInt8(register >> 3)
      let use: [UInt8] =
        switch register {
        case 4: [0x4C, 0x01, 0xFC]
        case 5: [0x4C, 0x01, 0xFD]
        default: [0x41 | high << 1, 0x8B, 0x04, UInt8(register & 7) << 3 | 7]
        }
      let text = code + use
      return text.count <= 32 && accepts(text)
    }
  }

  /// All registers behind `code`, by their numbers; nil when it faults.
  func values(after code: [UInt8], in state: Int) throws -> [UInt64]? {
    let run = try run(code, in: state)
    let end = Self.start(in: state).count + code.count
    guard run.stoppedAt == 0x2_0000 + UInt64(end) else { return nil }
    // The report's order is rax rbx rcx rdx rsi rdi rbp rsp.
    return ([0, 2, 3, 1, 7, 6, 4, 5] + Array(8..<16)).map { run.register($0) }
  }

  /// Runs `code` between the start and halts.
  func run(_ code: [UInt8], in state: Int) throws -> Run {
    let text = Self.start(in: state) + code
    return try Run(text + [UInt8](repeating: 0xF4, count: 64 - text.count % 32), sparse: true)
  }

  /// Sets registers and flags.
  private static func start(in state: Int) -> [UInt8] {
    let (value, flags) = states[state]
    var text: [UInt8] = []
    for register: UInt8 in [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14] {
      text += [register < 8 ? 0x48 : 0x49, 0xB8 | register & 7]
      text += (0..<UInt64(8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    // cmp %bl,%bl: equal; cmp $1,%bl: carry and sign where %bl is 0.
    return text + (flags ? [0x38, 0xDB] : [0x80, 0xFB, 0x01])
  }
}
