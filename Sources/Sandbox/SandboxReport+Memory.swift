import Wire

/// Why the engine had a sandbox killed.
enum Verdict: Sendable {
  case timedOut
  case cpuTime
  case cancelled
}

/// What the kernel says of a session: trusted, whatever the sandbox says.
struct SessionEnd {
  /// How the process ended; nil when it goes on to another session.
  var status: Int32?
  var verdict: Verdict?
  var userNanoseconds: UInt64
  var systemNanoseconds: UInt64
  /// nil: not measured.
  var peakByteCount: UInt64?
}

extension SandboxReport {
  /// Puts together what the kernel said and what the sandbox left behind. A report that does not fit
  /// the session is an error of the sandbox, not of the caller.
  init(_ contents: SharedMemory.Contents, _ end: SessionEnd, session: Session)
    throws(SandboxError)
  {
    let signal = end.status.map { $0 & 0x7f } ?? 0
    if signal != 0 {
      // A sandbox that the kernel ended did not get to the end it may have noted before.
      switch end.verdict {
      case .timedOut: outcome = .timedOut
      case .cpuTime: outcome = .limitReached(.cpuTime)
      case .cancelled: outcome = .cancelled
      case nil: outcome = .killed(signal: signal)
      }
    } else {
      outcome = try Self.outcome(contents.state, session)
    }
    systemTime = .nanoseconds(Int64(clamping: end.systemNanoseconds))
    userTime = .nanoseconds(Int64(clamping: end.userNanoseconds))
    accounting = contents.channels.map(\.sums)
    digests = contents.channels.map { $0.digest.map(hex) }
    // A sandbox that ended before it was armed has moved nothing.
    while accounting.count < session.channels.count { accounting.append(Accounting()) }
    while digests.count < session.channels.count { digests.append(nil) }
    memoryDigest = contents.memoryDigest.map(hex)
    trapCount = contents.traps
    peakMemoryByteCount = end.peakByteCount.map { Int64(clamping: $0) }
  }

  private static func outcome(_ state: SharedMemory.Contents.State, _ session: Session)
    throws(SandboxError) -> Outcome
  {
    switch state {
    case .exited(let code): return .exited(code: code)
    case .faulted(let signal, let instruction, let address, let registers):
      // Guest addresses: the base is the same in every run and says nothing.
      let base: UInt64 = 0x440A_0000_0000
      let guestAddress = address.map { $0 >= base && $0 - base <= 0xffff_ffff ? $0 - base : $0 }
      return .faulted(
        signal: signal, instruction: instruction, address: guestAddress,
        registers: dump(registers))
    case .crashed(let signal): return .killed(signal: signal)
    case .badTrap(let function): return .badTrap(function: function)
    case .limitReached(let limit): return .limitReached(limit)
    case .channelFailed(let channel, let text):
      guard session.channels.indices.contains(channel) else {
        throw SandboxError("the sandbox reports a channel that it does not have")
      }
      return .channelFailed(alias: session.channels[channel].alias, message: text)
    case .refused(let text): throw SandboxError("sandbox: \(text)")
    case .silent: throw SandboxError("the sandbox ended without saying why")
    }
  }

  /// One line a register, in the order of the shared memory.
  private static func dump(_ values: [UInt64]) -> String {
    let names = [
      "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12",
      "r13", "r14", "r15", "rip", "flags",
    ]
    return zip(names, values).map { "\($0)=0x\(String($1, radix: 16))" }.joined(separator: " ")
  }
}

/// Lower-case hex digits.
private func hex(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef")
  return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
