/// How a session ended, from the launcher to the engine.
package struct ReportMessage: Equatable, Sendable {
  package enum Outcome: Equatable, Sendable {
    case exited(Int32)
    /// `registers`: rax rbx rcx rdx rsi rdi rbp rsp r8…r15 rip flags.
    case faulted(signal: Int32, instruction: UInt32, address: UInt64?, registers: [UInt64])
    case timedOut
    case badTrap(UInt64)
    case killed(signal: Int32)
    case channelFailed(channel: UInt32, message: String)
    case cancelled
    /// The sandbox could not be set up.
    case refused(String)
  }

  package struct Channel: Equatable, Sendable {
    package var gets: Int64
    package var getBytes: Int64
    package var puts: Int64
    package var putBytes: Int64
    /// 32 bytes, or none.
    package var digest: [UInt8]

    package init(gets: Int64, getBytes: Int64, puts: Int64, putBytes: Int64, digest: [UInt8]) {
      self.gets = gets
      self.getBytes = getBytes
      self.puts = puts
      self.putBytes = putBytes
      self.digest = digest
    }
  }

  package var outcome: Outcome
  package var userNanoseconds: UInt64
  package var systemNanoseconds: UInt64
  package var traps: UInt64
  package var channels: [Channel]
  package var memoryDigest: [UInt8]

  package init(
    outcome: Outcome, userNanoseconds: UInt64, systemNanoseconds: UInt64, traps: UInt64,
    channels: [Channel], memoryDigest: [UInt8]
  ) {
    self.outcome = outcome
    self.userNanoseconds = userNanoseconds
    self.systemNanoseconds = systemNanoseconds
    self.traps = traps
    self.channels = channels
    self.memoryDigest = memoryDigest
  }

  package func encode(into writer: inout ByteWriter) {
    switch outcome {
    case .exited(let code):
      writer.integer(UInt8(0))
      writer.integer(code)
    case .faulted(let signal, let instruction, let address, let registers):
      writer.integer(UInt8(1))
      writer.integer(signal)
      writer.integer(instruction)
      writer.integer(UInt8(address == nil ? 0 : 1))
      writer.integer(address ?? 0)
      writer.integer(UInt32(registers.count))
      for register in registers { writer.integer(register) }
    case .timedOut: writer.integer(UInt8(2))
    case .badTrap(let function):
      writer.integer(UInt8(3))
      writer.integer(function)
    case .killed(let signal):
      writer.integer(UInt8(4))
      writer.integer(signal)
    case .channelFailed(let channel, let message):
      writer.integer(UInt8(5))
      writer.integer(channel)
      writer.string(message)
    case .cancelled: writer.integer(UInt8(6))
    case .refused(let message):
      writer.integer(UInt8(7))
      writer.string(message)
    }
    writer.integer(userNanoseconds)
    writer.integer(systemNanoseconds)
    writer.integer(traps)
    writer.bytes(memoryDigest)
    writer.integer(UInt32(channels.count))
    for channel in channels {
      for counter in [channel.gets, channel.getBytes, channel.puts, channel.putBytes] {
        writer.integer(counter)
      }
      writer.bytes(channel.digest)
    }
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    switch try reader.integer("outcome", as: UInt8.self) {
    case 0: outcome = .exited(Int32(bitPattern: try reader.integer("code")))
    case 1:
      let signal = Int32(bitPattern: try reader.integer("signal"))
      let instruction = try reader.integer("instruction", as: UInt32.self)
      let known = try reader.integer("address flag", as: UInt8.self) != 0
      let address = try reader.integer("address", as: UInt64.self)
      let count = try reader.integer("register count", as: UInt32.self)
      guard count <= 32 else { throw reader.error("register count") }
      var registers: [UInt64] = []
      for _ in 0..<count { registers.append(try reader.integer("register")) }
      outcome = .faulted(
        signal: signal, instruction: instruction, address: known ? address : nil,
        registers: registers)
    case 2: outcome = .timedOut
    case 3: outcome = .badTrap(try reader.integer("function"))
    case 4: outcome = .killed(signal: Int32(bitPattern: try reader.integer("signal")))
    case 5:
      outcome = .channelFailed(
        channel: try reader.integer("channel"), message: try reader.string("message", atMost: 4096))
    case 6: outcome = .cancelled
    case 7: outcome = .refused(try reader.string("message", atMost: 4096))
    default: throw reader.error("outcome")
    }
    userNanoseconds = try reader.integer("user time")
    systemNanoseconds = try reader.integer("system time")
    traps = try reader.integer("traps")
    memoryDigest = try reader.bytes("memory digest", atMost: 32)
    let count = try reader.integer("channel count", as: UInt32.self)
    guard count <= 10915 else { throw reader.error("channel count") }
    channels = []
    channels.reserveCapacity(Int(count))
    for _ in 0..<count {
      channels.append(
        Channel(
          gets: try reader.count("gets"), getBytes: try reader.count("get bytes"),
          puts: try reader.count("puts"), putBytes: try reader.count("put bytes"),
          digest: try reader.bytes("digest", atMost: 32)))
    }
    try reader.end()
  }
}
