// Unsafe: a slot is a shared mapping of `csb_shared` that is never unmapped; `free` holds those that
// no process uses. What a sandbox wrote there is copied out once and decoded as hostile bytes.
import CSandbox
import Glibc
import Wire

/// Shared memory by which sandboxes tell how far they got, one slot each, used again.
struct SharedSlots {
  @safe struct Slot {
    fileprivate let pointer: UnsafeMutablePointer<csb_shared>
  }

  private var free: [Slot] = []

  /// A zeroed slot that no other process has mapped.
  mutating func take() throws(RuntimeError) -> Slot {
    if let slot = free.popLast() { return slot }
    let result = unsafe mmap(
      nil, MemoryLayout<csb_shared>.size + Self.channelsByteCount, PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    guard let result = unsafe result, unsafe result != MAP_FAILED else {
      throw RuntimeError("map shared memory", errno: errno)
    }
    let slot = unsafe Slot(pointer: result.assumingMemoryBound(to: csb_shared.self))
    try Self.setInherited(slot, false)
    return slot
  }

  /// Room for the channel table, which follows the C struct.
  private static let channelsByteCount =
    Int(CSB_MAX_CHANNELS) * MemoryLayout<csb_channel>.stride

  /// Whether the next fork's child gets the slot: only its own.
  static func setInherited(_ slot: Slot, _ inherited: Bool) throws(RuntimeError) {
    let advice = inherited ? MADV_DOFORK : MADV_DONTFORK
    guard
      unsafe madvise(
        slot.pointer, MemoryLayout<csb_shared>.size + channelsByteCount, Int32(advice)) == 0
    else { throw RuntimeError("madvise for shared memory", errno: errno) }
  }

  /// Makes the slot this process's own: what the traps and the fault handler write to.
  static func use(_ slot: Slot) { unsafe csb_set_session(slot.pointer) }

  /// Puts back a slot whose sandbox is gone: all of it is zero again, whatever the sandbox said of
  /// how much it used.
  mutating func put(_ slot: Slot) {
    let byteCount = MemoryLayout<csb_shared>.size + Self.channelsByteCount
    if unsafe madvise(slot.pointer, byteCount, MADV_REMOVE) != 0 {
      unsafe memset(slot.pointer, 0, byteCount)
    }
    free.append(slot)
  }

  /// What a sandbox that is gone left behind. `fallback` is what to say when it says nothing.
  static func report(
    _ slot: Slot, fallback: ReportMessage.Outcome, usage: rusage
  ) -> ReportMessage {
    let shared = unsafe slot.pointer.pointee
    let count = UInt32(min(Int(shared.channel_count), Int(CSB_MAX_CHANNELS)))
    var channels: [ReportMessage.Channel] = []
    channels.reserveCapacity(Int(count))
    for index in 0..<count {
      let channel = unsafe csb_channel_at(slot.pointer, index).pointee
      let counters = channel.counters
      channels.append(
        ReportMessage.Channel(
          gets: max(0, counters.0), getBytes: max(0, counters.1), puts: max(0, counters.2),
          putBytes: max(0, counters.3),
          digest: channel.digest_valid == 1 ? bytes(of: channel.digest, count: 32) : []))
    }
    return ReportMessage(
      outcome: outcome(shared, channelCount: count) ?? fallback,
      userNanoseconds: nanoseconds(usage.ru_utime), systemNanoseconds: nanoseconds(usage.ru_stime),
      traps: shared.traps, channels: channels,
      memoryDigest: shared.memory_digest_valid == 1
        ? bytes(of: shared.memory_digest, count: 32) : [])
  }

  private static func outcome(_ shared: csb_shared, channelCount: UInt32) -> ReportMessage.Outcome?
  {
    let message = String(
      decoding: bytes(
        of: shared.message, count: min(Int(shared.message_length), Int(CSB_MESSAGE))),
      as: UTF8.self)
    switch Int(shared.state) {
    case Int(CSB_EXITED): return .exited(shared.code)
    case Int(CSB_FAULTED):
      let signal = Int32(bitPattern: shared.signal & 0x7f)
      let instruction = shared.instruction &- CSB_BASE
      // A fault in trusted code is no fault of the guest's: it is said as what it is.
      guard instruction < CSB_GUEST else { return .killed(signal: signal) }
      let words = unsafe withUnsafeBytes(of: shared.registers) {
        unsafe Array($0.bindMemory(to: UInt64.self))
      }
      return .faulted(
        signal: signal, instruction: UInt32(instruction),
        address: shared.has_address == 1 ? shared.address : nil, registers: words)
    case Int(CSB_BAD_TRAP): return .badTrap(shared.function)
    case Int(CSB_CHANNEL_FAILED) where shared.channel < channelCount:
      return .channelFailed(channel: shared.channel, message: message)
    case Int(CSB_REFUSED): return .refused(message)
    default: return nil
    }
  }

  private static func bytes<Value>(of value: Value, count: Int) -> [UInt8] {
    unsafe withUnsafeBytes(of: value) { unsafe Array($0.prefix(count)) }
  }

  private static func nanoseconds(_ time: timeval) -> UInt64 {
    UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_usec) * 1000
  }
}
