// Unsafe: libseccomp's context is a pointer that lives from `seccomp_init` to `seccomp_release`
// inside one function; rules are passed as an array that outlives the call.
private import CSeccomp

/// What to do with one system call.
package struct FilterRule: Sendable {
  package enum Action: Sendable {
    case allow
    /// Answered with this errno without being carried out.
    case refuse(errno: Int32)
  }

  /// A condition on one argument.
  package enum Condition: Sendable {
    case equal(argument: UInt32, UInt64)
    /// `argument & mask == value`
    case masked(argument: UInt32, mask: UInt64, UInt64)
  }

  package var call: String
  package var action: Action
  /// All must hold.
  package var conditions: [Condition]

  package init(_ call: String, _ action: Action = .allow, where conditions: [Condition] = []) {
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
  /// Compiles `rules` and writes the program to `descriptor`.
  package static func export(_ rules: [FilterRule], to descriptor: Int32) throws(FilterError) {
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
