// Unsafe: libseccomp's context is a pointer that lives from `seccomp_init` to `seccomp_release`
// inside one function; rules are passed as an array that outlives the call.
import CSandbox
private import CSeccomp
import Glibc
package import Wire

/// What to do with one system call.
struct FilterRule: Sendable {
  enum Action: Sendable {
    case allow
    /// Answered with this errno without being carried out.
    case refuse(errno: Int32)
  }

  /// A condition on one argument.
  enum Condition: Sendable {
    case equal(argument: UInt32, UInt64)
    /// `argument & mask == value`
    case masked(argument: UInt32, mask: UInt64, UInt64)
  }

  var call: String
  var action: Action
  /// All must hold.
  var conditions: [Condition]

  init(_ call: String, _ action: Action = .allow, where conditions: [Condition] = []) {
    self.call = call
    self.action = action
    self.conditions = conditions
  }
}

/// Why a filter could not be built.
package struct FilterError: Error, Sendable, CustomStringConvertible {
  package let description: String
}

/// A system-call filter: whatever no rule names kills the process.
package enum Filter {
  /// The filter that a launcher loads before its first fork, as a program of the kernel's, 8 bytes an
  /// instruction; what stands for the launcher's secret in it (csandbox.h) the launcher fills in. It is made
  /// in the engine, while the launcher starts.
  package static func launcher(_ powers: Powers) throws(FilterError) -> [UInt8] {
    let file = unsafe csb_memory_file("filter")
    guard file >= 0 else {
      throw FilterError(description: "memory file for the filter: errno \(-file)")
    }
    defer { close(file) }
    try export(FilterRule.launcher(powers), to: file)
    let count = Int(lseek(file, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: max(0, count))
    guard unsafe pread(file, &bytes, bytes.count, 0) == count, count > 0 else {
      throw FilterError(description: "the filter has \(count) bytes")
    }
    return bytes
  }

  /// Compiles `rules` and writes the program to `descriptor`.
  private static func export(_ rules: [FilterRule], to descriptor: Int32) throws(FilterError) {
    guard let context = unsafe seccomp_init(SCMP_ACT_KILL_PROCESS) else {
      throw FilterError(description: "seccomp_init: out of memory")
    }
    defer { unsafe seccomp_release(context) }
    for rule in rules {
      let number = unsafe seccomp_syscall_resolve_name(rule.call)
      guard number >= 0 else {
        throw FilterError(description: "seccomp: unknown system call \(rule.call)")
      }
      let action: UInt32 =
        switch rule.action {
        case .allow: 0x7fff_0000
        case .refuse(let errno): 0x0005_0000 | UInt32(bitPattern: errno) & 0xffff
        }
      let comparisons = rule.conditions.map { condition in
        switch condition {
        case .equal(let argument, let value):
          scmp_arg_cmp(arg: argument, op: SCMP_CMP_EQ, datum_a: value, datum_b: 0)
        case .masked(let argument, let mask, let value):
          scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
        }
      }
      let result = unsafe comparisons.withUnsafeBufferPointer {
        unsafe seccomp_rule_add_array(
          context, action, number, UInt32(rule.conditions.count), $0.baseAddress)
      }
      guard result == 0 else {
        throw FilterError(description: "seccomp: rule for \(rule.call): errno \(-result)")
      }
    }
    let result = unsafe seccomp_export_bpf(context, descriptor)
    guard result == 0 else {
      throw FilterError(description: "seccomp_export_bpf: errno \(-result)")
    }
  }
}
