import Wire

extension SandboxReport {
  /// Reads what the launcher said. `session` is what was asked for: a report that does not fit it
  /// is an error of the sandbox, not of the caller.
  init(_ message: ReportMessage, session: Session) throws(SandboxError) {
    switch message.outcome {
    case .exited(let code): outcome = .exited(code: code)
    case .faulted(let signal, let instruction, let address, let registers):
      // Guest addresses: the base is the same in every run and says nothing.
      let base: UInt64 = 0x440A_0000_0000
      let guestAddress = address.map { $0 >= base && $0 - base <= 0xffff_ffff ? $0 - base : $0 }
      outcome = .faulted(
        signal: signal, instruction: instruction, address: guestAddress,
        registers: Self.dump(registers))
    case .timedOut: outcome = .timedOut
    case .badTrap(let function): outcome = .badTrap(function: function)
    case .killed(let signal): outcome = .killed(signal: signal)
    case .channelFailed(let channel, let text):
      guard session.channels.indices.contains(Int(channel)) else {
        throw SandboxError("the sandbox reports a channel that it does not have")
      }
      outcome = .channelFailed(alias: session.channels[Int(channel)].alias, message: text)
    case .cancelled: outcome = .cancelled
    case .refused(let text): throw SandboxError("sandbox: \(text)")
    }
    systemTime = .nanoseconds(Int64(clamping: message.systemNanoseconds))
    userTime = .nanoseconds(Int64(clamping: message.userNanoseconds))
    accounting = message.channels.map { channel in
      var sums = Accounting()
      sums.gets = channel.gets
      sums.getBytes = channel.getBytes
      sums.puts = channel.puts
      sums.putBytes = channel.putBytes
      return sums
    }
    digests = message.channels.map { $0.digest.isEmpty ? nil : hex($0.digest) }
    // A sandbox that ended before it was armed has moved nothing.
    while accounting.count < session.channels.count { accounting.append(Accounting()) }
    while digests.count < session.channels.count { digests.append(nil) }
    memoryDigest = message.memoryDigest.isEmpty ? nil : hex(message.memoryDigest)
    trapCount = message.traps
  }

  /// One line a register, in the order of the report message.
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
