// Unsafe: `pointer` maps a memory file whose size is sealed, until `deinit`. What a sandbox wrote
// there is copied once and decoded as hostile bytes.
import CSandbox
import Glibc
import Synchronization

/// Memory by which one sandbox process tells how far it got: it outlasts a sandbox that is killed.
///
/// `@unchecked Sendable`: only whoever has the sandbox's session in hand touches it, and a sandbox has
/// one session at a time (`SandboxFleet` hands it from one to the next under its lock).
@safe final class SharedMemory: @unchecked Sendable {
  let file: Int32
  /// No other's in this process.
  let identifier = numbers.add(1, ordering: .relaxed).newValue
  private static let numbers = Atomic<UInt64>(0)
  private let pointer: UnsafeMutablePointer<csb_shared>
  /// Of the last session.
  private var usedChannelCount = 0

  init() throws(SandboxError) {
    let mapped = unsafe try mapMemoryFile(
      "session", csb_shared_size(), PROT_READ | PROT_WRITE, what: "shared memory")
    file = unsafe mapped.file
    unsafe pointer = mapped.place.assumingMemoryBound(to: csb_shared.self)
  }

  deinit {
    unsafe munmap(pointer, csb_shared_size())
    close(file)
  }

  /// Before a session with so many channels: what an earlier one's say is gone. (What a hostile one wrote beyond
  /// them stays, for whoever is hostile as well.)
  func clear(channelCount: Int) {
    unsafe pointer.pointee = csb_shared()
    for index in 0..<usedChannelCount {
      unsafe csb_channel_at(pointer, UInt32(index)).pointee = csb_channel()
    }
    usedChannelCount = channelCount
  }

  /// What stands in here, copied before anything of it is looked at.
  func contents(channelCount limit: Int) -> Contents {
    var shared = csb_shared()
    unsafe csb_copy_session(pointer, &shared)
    let count = min(Int(shared.channel_count), limit)
    var channels: [Contents.Channel] = []
    channels.reserveCapacity(count)
    for index in 0..<count {
      var channel = csb_channel()
      unsafe csb_copy_channel(pointer, UInt32(index), &channel)
      let counters = channel.counters
      var sums = SandboxReport.Accounting()
      sums.gets = Self.plausible(counters.0)
      sums.getBytes = Self.plausible(counters.1)
      sums.puts = Self.plausible(counters.2)
      sums.putBytes = Self.plausible(counters.3)
      channels.append(
        Contents.Channel(
          sums: sums,
          digest: channel.digest_valid == 1 ? Self.bytes(of: channel.digest, count: 32) : nil))
    }
    return Contents(
      state: Self.state(shared, channelCount: count), traps: shared.traps, channels: channels,
      memoryDigest: shared.memory_digest_valid == 1
        ? Self.bytes(of: shared.memory_digest, count: 32) : nil)
  }

  /// More than any session moves, and so little that sums of it fit: a lie must not end whoever adds it up.
  private static let mostCounted: Int64 = 1 << 48

  private static func plausible(_ count: Int64) -> Int64 { min(max(0, count), mostCounted) }

  /// What a sandbox says of its session.
  struct Contents {
    enum State {
      /// Nothing that makes sense.
      case silent
      case exited(Int32)
      /// `registers`: rax rbx rcx rdx rsi rdi rbp rsp r8…r15 rip flags.
      case faulted(signal: Int32, instruction: UInt32, address: UInt64?, registers: [UInt64])
      /// A fault in trusted code: no fault of the guest's.
      case crashed(signal: Int32)
      case badTrap(UInt64)
      case limitReached(SandboxReport.Limit)
      case channelFailed(Int, String)
      case refused(String)
    }

    struct Channel {
      var sums: SandboxReport.Accounting
      var digest: [UInt8]?
    }

    var state: State
    var traps: UInt64
    var channels: [Channel]
    var memoryDigest: [UInt8]?
  }

  private static func state(_ shared: csb_shared, channelCount: Int) -> Contents.State {
    func message() -> String {
      let text = String(
        decoding: bytes(
          of: shared.message, count: min(Int(shared.message_length), Int(CSB_MESSAGE))),
        as: UTF8.self)
      // One line, and nothing that steers a terminal.
      let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
        scalar.value < 0x20 || 0x7f...0x9f ~= scalar.value ? "?" : scalar
      }
      return String(String.UnicodeScalarView(scalars))
    }
    switch Int(shared.state) {
    case Int(CSB_EXITED): return .exited(shared.code)
    case Int(CSB_FAULTED):
      let signal = Int32(bitPattern: shared.signal & 0x7f)
      let instruction = shared.instruction &- CSB_BASE
      guard instruction < CSB_GUEST else { return .crashed(signal: signal) }
      let words = unsafe withUnsafeBytes(of: shared.registers) {
        unsafe Array($0.bindMemory(to: UInt64.self))
      }
      return .faulted(
        signal: signal, instruction: UInt32(instruction),
        address: shared.has_address == 1 ? shared.address : nil, registers: words)
    case Int(CSB_BAD_TRAP): return .badTrap(shared.function)
    case Int(CSB_LIMIT_TRAPS): return .limitReached(.traps)
    case Int(CSB_LIMIT_OUTPUT): return .limitReached(.outputBytes)
    case Int(CSB_CHANNEL_FAILED) where Int(shared.channel) < channelCount:
      return .channelFailed(Int(shared.channel), message())
    case Int(CSB_REFUSED): return .refused(message())
    default: return .silent
    }
  }

  private static func bytes<Value>(of value: Value, count: Int) -> [UInt8] {
    unsafe withUnsafeBytes(of: value) { unsafe Array($0.prefix(count)) }
  }
}

/// Shared memory that no sandbox uses, used again.
final class SharedMemoryPool: Sendable {
  private let free = Mutex<[SharedMemory]>([])
  private static let maximumCount = 256

  func take() throws(SandboxError) -> SharedMemory {
    if let memory = free.withLock({ $0.popLast() }) { return memory }
    return try SharedMemory()
  }

  /// Takes back what a process had that is gone.
  func put(_ memory: SharedMemory) {
    free.withLock { if $0.count < Self.maximumCount { $0.append(memory) } }
  }
}
