// Unsafe: `current` is the one session of this process; the process has one thread, and the C shim
// calls `serveTrap` only between `csb_enter` and its return, while `current` is set.
// `csb_session()` is the sandbox's shared memory for as long as the process lives.
import CSandbox
import Glibc
import Wire

/// The session that runs in this process.
struct SessionState {
  /// The engine's number for it.
  var identifier: UInt64
  /// Whether this process is a template's copy.
  var isCopy = false
  var memory: GuestMemory
  var channels: [ChannelState]
  var memoryDigest: Bool
  let powers: Powers
  var trapLimit: UInt64
  /// Bytes that may still be written, over all channels.
  var outputLeft: Int64
  /// What is done in the place of a guest, if anything.
  var fanOut: FanOutMessage?
  /// Takes a record before and after each trap; −1: none.
  var trace: Int32
}

nonisolated(unsafe) private var current: SessionState?

private enum Function {
  static let read: UInt64 = 0x6461_6552
  static let write: UInt64 = 0x7469_7257
  static let jail: UInt64 = 0x6c69_614a
  static let unjail: UInt64 = 0x6c6a_6e55
  static let exit: UInt64 = 0x7469_7845
  static let fork: UInt64 = 0x6b72_6f46
}

/// Enters the guest and returns when a trap ended the session; how is in shared memory. The answer
/// says whether memory can be reset: not where code was made in it.
func runGuest(_ session: consuming SessionState) -> Bool {
  if let order = session.fanOut {
    unsafe csb_session().pointee.state = UInt32(CSB_RUNNING)
    var fanOut = FanOut(order, session.channels)
    fanOut.run()
    return false
  }
  let stack = CSB_BASE + GuestMemory.firstStackPointer
  let entry = CSB_BASE + UInt64(session.memory.entry)
  // The only reference: the first trap would copy the channels else.
  unsafe current = consume session
  csb_set_leave(0)
  csb_enter(entry, stack)
  finishDigests()
  defer { unsafe current = nil }
  return unsafe current!.memory.jailed.isEmpty
}

/// What `runGuest` does but for the guest: see `warmUp`.
func rehearse(_ session: SessionState) {
  unsafe current = session
  csb_set_leave(0)
  unsafe current = nil
}

/// The way into the guest's range and back by the trap, and from there a byte of the guest's stack to a
/// file, /dev/null. `session` has that for channel 0. No code of the guest's runs.
func rehearseTrap(_ session: SessionState) {
  unsafe current = session
  csb_set_leave(0)
  csb_rehearse_trap(CSB_BASE + GuestMemory.firstStackPointer, answerRehearsal)
  unsafe current = nil
}

@c(zvm_answer_rehearsal)
private func answerRehearsal(_: UInt32) -> Int32 {
  csb_set_leave(1)
  return transfer(
    reading: false, channel: 0, buffer: GuestMemory.firstStackPointer, size: 1, offset: 0)
}

/// Puts the digests that the session asked for into shared memory.
private func finishDigests() {
  let shared = unsafe csb_session()
  for index in unsafe current!.channels.indices {
    guard let digest = unsafe current!.channels[index].finishDigest() else { continue }
    let channel = unsafe csb_channel_at(shared, UInt32(index))
    unsafe withUnsafeMutableBytes(of: &channel.pointee.digest) { unsafe $0.copyBytes(from: digest) }
    unsafe channel.pointee.digest_valid = 1
  }
  guard unsafe current!.memoryDigest else { return }
  let digest = unsafe current!.memory.digest()
  unsafe withUnsafeMutableBytes(of: &shared.pointee.memory_digest) {
    unsafe $0.copyBytes(from: digest)
  }
  unsafe shared.pointee.memory_digest_valid = 1
}

/// Ends the session: the trap does not go back to the guest.
private func leave(_ state: UInt32) {
  unsafe csb_session().pointee.state = state
  csb_set_leave(1)
}

/// Serves one trap, and tells of it where that is wanted.
@c(zvm_serve_trap)
func serveTrap(_ arguments: UInt32) -> Int32 {
  guard unsafe current!.trace >= 0 else { return answer(arguments) }
  let asked = record(arguments)
  note(asked)
  var answered = asked
  let result = answer(arguments)
  answered.isEnd = true
  answered.result = Int64(result)
  note(answered)
  return result
}

/// What a trap asks for, as far as it can be read.
private func record(_ arguments: UInt32) -> TrapRecord {
  func word(_ index: UInt64) -> UInt64 {
    unsafe current!.memory.word(at: UInt64(arguments) + 8 * index) ?? 0
  }
  return TrapRecord(
    isEnd: false, function: word(0), arguments: [word(2), word(3), word(4), word(5)], result: 0)
}

/// Writes a record to the trace; a trace that nobody reads any more is given up.
private func note(_ record: TrapRecord) {
  var writer = ByteWriter()
  record.encode(into: &writer)
  let bytes = writer.bytes
  let count = unsafe bytes.withUnsafeBytes {
    unsafe Glibc.write(current!.trace, $0.baseAddress, $0.count)
  }
  if count != bytes.count { unsafe current!.trace = -1 }
}

/// Answers one trap. `arguments` is a guest address; each argument is copied once, then checked.
private func answer(_ arguments: UInt32) -> Int32 {
  guard unsafe csb_session().pointee.traps < current!.trapLimit else {
    leave(UInt32(CSB_LIMIT_TRAPS))
    return 0
  }
  unsafe csb_session().pointee.traps &+= 1
  let base = UInt64(arguments)
  guard let function = unsafe current!.memory.word(at: base) else { return -EFAULT }
  func argument(_ index: UInt64) -> UInt64? {
    unsafe current!.memory.word(at: base + 16 + 8 * index)
  }
  switch function {
  case Function.read, Function.write:
    guard let channel = argument(0), let buffer = argument(1), let size = argument(2),
      let offset = argument(3)
    else { return -EFAULT }
    return transfer(
      reading: function == Function.read, channel: channel, buffer: buffer, size: size,
      offset: offset)
  case Function.exit:
    guard let code = argument(0) else { return -EFAULT }
    unsafe csb_session().pointee.code = Int32(truncatingIfNeeded: code)
    leave(UInt32(CSB_EXITED))
    return 0
  case Function.jail, Function.unjail:
    guard unsafe current!.powers.contains(.jail) else { return -ENOSYS }
    guard let address = argument(0), let size = argument(1) else { return -EFAULT }
    do throws(RuntimeError) {
      return function == Function.jail
        ? try unsafe current!.memory.jail(address, size)
        : try unsafe current!.memory.unjail(address, size)
    } catch {
      tell(error.description)
      leave(UInt32(CSB_REFUSED))
      return 0
    }
  case Function.fork:
    guard unsafe current!.powers.contains(.fork), unsafe !current!.isCopy else { return -ENOSYS }
    do throws(RuntimeError) {
      // From here on this is a copy.
      unsafe current = try unsafe serveAsTemplate(current!)
      return 0
    } catch {
      tell(error.description)
      leave(UInt32(CSB_REFUSED))
      return 0
    }
  default:
    unsafe csb_session().pointee.function = function
    leave(UInt32(CSB_BAD_TRAP))
    return 0
  }
}

/// The read and write traps: channel, direction, pointer, limits, then the bytes.
private func transfer(
  reading: Bool, channel number: UInt64, buffer: UInt64, size: UInt64, offset: UInt64
) -> Int32 {
  guard number < UInt64(unsafe current!.channels.count) else { return -EBADF }
  let index = Int(number)
  let message = unsafe current!.channels[index].message
  let mayMove =
    unsafe reading ? current!.channels[index].mayRead : current!.channels[index].mayWrite
  guard mayMove else { return -EPERM }
  guard unsafe current!.memory.check(buffer, size, writable: reading) else { return -EFAULT }
  guard let offset = Int64(exactly: offset) else { return -EINVAL }

  let first = reading ? 0 : 2
  let calls = counter(index, first)
  let bytes = counter(index, first + 1)
  let callLimit = reading ? message.gets : message.puts
  let byteLimit = reading ? message.getBytes : message.putBytes
  guard calls < callLimit, bytes < byteLimit else { return -EDQUOT }
  // A result has 31 bits; what does not fit in it or the limit is left for another call.
  let count = Int(min(size, UInt64(byteLimit - bytes), 0x7fff_0000))

  if !reading {
    guard unsafe Int64(count) <= current!.outputLeft else {
      leave(UInt32(CSB_LIMIT_OUTPUT))
      return 0
    }
    unsafe current!.outputLeft -= Int64(count)
  }

  let moved: Int
  do throws(ChannelFailure) {
    if reading {
      moved = try unsafe current!.memory.withWritable(buffer, count) {
        target throws(ChannelFailure) in
        try unsafe current!.channels[index].read(into: target, offset: offset)
      }
    } else {
      try unsafe current!.memory.withReadable(buffer, count) {
        source throws(ChannelFailure) in
        try unsafe current!.channels[index].write(source, offset: offset)
      }
      moved = count
    }
  } catch {
    if !reading, message.tellsErrors, error.code > 0 { return -error.code }
    unsafe csb_session().pointee.channel = UInt32(index)
    tell(error.message)
    leave(UInt32(CSB_CHANNEL_FAILED))
    return 0
  }
  setCounter(index, first, calls + 1)
  setCounter(index, first + 1, bytes + Int64(moved))
  return Int32(moved)
}

/// Puts a message into shared memory, cut to what fits.
func tell(_ text: String) {
  let bytes = Array(text.utf8.prefix(Int(CSB_MESSAGE)))
  unsafe csb_session().pointee.message_length = UInt32(bytes.count)
  unsafe withUnsafeMutableBytes(of: &csb_session().pointee.message) {
    unsafe $0.copyBytes(from: bytes)
  }
}

// Counters live in shared memory, so that they outlast a sandbox that is killed. The index is below
// the channel count, which is at most CSB_MAX_CHANNELS.
private func counter(_ channel: Int, _ field: Int) -> Int64 {
  unsafe withUnsafeBytes(of: &csb_channel_at(csb_session(), UInt32(channel)).pointee.counters) {
    unsafe $0.load(fromByteOffset: 8 * field, as: Int64.self)
  }
}

/// Calls and bytes read so far over a channel.
func readCounters(_ channel: Int) -> (calls: Int64, bytes: Int64) {
  (counter(channel, 0), counter(channel, 1))
}

/// Counts a channel's reads as used up.
func spend(_ channel: Int) { setCounter(channel, 0, .max) }

private func setCounter(_ channel: Int, _ field: Int, _ value: Int64) {
  unsafe withUnsafeMutableBytes(
    of: &csb_channel_at(csb_session(), UInt32(channel)).pointee.counters
  ) {
    unsafe $0.storeBytes(of: value, toByteOffset: 8 * field, as: Int64.self)
  }
}
