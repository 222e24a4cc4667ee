// Unsafe: `csb_session()` is this process's own shared memory, mapped anew in each copy.
import CSandbox
import Glibc
import Wire

/// Turns this process, whose guest called fork, into a template: it forks copies for the engine until
/// the engine hangs up. Returns in each copy, with that copy's own session, and never in the template.
func serveAsTemplate(_ setUp: SessionState) throws(RuntimeError) -> SessionState {
  let socket = PacketSocket(descriptor: Lockdown.controlDescriptor)
  // The engine: whoever forks here only says whose child the copy is.
  let parent = getppid()
  var session = setUp
  // Used-up sequential channels stay used up (CONTRACT.md, "Template sessions").
  let spent = session.channels.indices.map { session.channels[$0].isSpent(reads: readCounters($0)) }
  // Nothing of the set-up's channels is left for a copy to touch.
  let declared = session.channels.map(\.message)
  session.channels = []
  try Lockdown.closeChannels()
  try socket.say(.template, session.identifier)
  while let packet = try socket.receive() {
    do throws(WireError) {
      var reader = ByteReader(packet.bytes)
      guard try PacketHeader(from: &reader).kind == .copy, packet.descriptors.count == 2 else {
        throw reader.error("kind")
      }
    } catch { throw RuntimeError(error.description) }
    // A fork that fails is seen by the engine: the copy's control socket closes.
    if csb_fork_sibling() == 0 {
      try becomeCopy(
        control: packet.descriptors[0], shared: packet.descriptors[1], parent: parent)
      try socket.say(.hello, 0)
      guard let received = try receiveSession(from: socket) else { csb_exit(0) }
      try session.continueAs(received, declared: declared, spent: spent)
      return session
    }
    try Lockdown.closeChannels()
  }
  csb_exit(0)
}

/// In the copy: shared memory and control socket of its own, nothing else, no more forks, and an end when
/// the engine ends.
private func becomeCopy(control: Int32, shared: Int32, parent: Int32) throws(RuntimeError) {
  guard csb_map_session(shared) == 0,
    dup2(control, Lockdown.controlDescriptor) == Lockdown.controlDescriptor
  else { csb_exit(1) }
  try Lockdown.check(
    csb_lock_child(parent, UInt32(Lockdown.controlDescriptor) + 1, 0), "lock the copy")
}

extension SessionState {
  /// Goes on with other channels and limits; memory stays, but for the user manifest.
  fileprivate mutating func continueAs(
    _ received: ReceivedSession, declared: [ChannelMessage], spent: [Bool]
  ) throws(RuntimeError) {
    let message = received.message
    guard message.channels.count == declared.count else {
      throw RuntimeError("a copy has the template's channels, \(declared.count) of them")
    }
    for (new, old) in zip(message.channels, declared) {
      guard new.alias == old.alias, new.access == old.access else {
        throw RuntimeError("\(new.alias): the template's channel is \(old.alias)")
      }
    }
    try memory.replaceManifest(channels: message.channels)
    try openChannels(of: received)
    for index in channels.indices where spent[index] { spend(index) }
    identifier = received.identifier
    isCopy = true
    memoryDigest = message.memoryDigest
    trapLimit = message.trapLimit
    outputLeft = message.outputByteLimit
  }
}
