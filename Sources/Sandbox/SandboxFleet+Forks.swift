import Glibc
import Synchronization
import Wire

/// What the launcher is asked for.
extension SandboxFleet {
  func newProcess(_ kind: Kind, keepsSocket: Bool = false) throws(SandboxError)
    -> SandboxProcess
  {
    var template: Int32 = 0
    let memory: SharedMemoryPool?
    switch kind {
    case .plain: memory = sharedMemory
    // What it has forked may still have it.
    case .template: memory = nil
    case .copy(let process):
      template = process.number
      memory = process.copiesMemory
    }
    let number = state.withLock { state in
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
    return try SandboxProcess(
      identifier: number, template: template, pool: memory,
      sockets: keepsSocket ? controlSockets : nil, launcher: process.process)
  }

  /// Whether a process may have its first turn on the launcher's processor: where others want that, whoever gives
  /// them turns in between waits long.
  func mayBeNear() -> Bool {
    options.reuse || isPooled || !lookPatience.withLock { $0.isPausing }
  }

  /// `waits`: until the launcher has room for the request; otherwise that it has none is an error, or that another
  /// thread waits for that.
  func fork(
    _ process: SandboxProcess, mayFork: Bool = false, isAhead: Bool = false, isNear: Bool = false,
    waits: Bool = true
  ) throws(SandboxError) {
    state.withLock { $0.processes[process.identifier] = process }
    let memory = process.memory.identifier
    // Who waits for one that is used again does not wait for its end, and does not look after it then.
    let isNoted = isNear && processors != nil && !options.reuse
    if isNoted { process.isNoted.store(true, ordering: .relaxed) }
    let message = ForkMessage(
      mayFork: mayFork, isAhead: isAhead, isNear: isNear, isNoted: isNoted, memory: memory)
    func ask(_ mapped: inout UInt64) -> SandboxError? {
      do throws(SandboxError) {
        try self.process.fork(process, message, hasMemory: mapped == memory, waits: waits)
        mapped = memory
        return nil
      } catch {
        mapped = 0
        return error
      }
    }
    let failure: SandboxError?
    if waits {
      failure = mappedMemory.withLock { ask(&$0) }
    } else if let asked = mappedMemory.withLockIfAvailable({ ask(&$0) }) {
      failure = asked
    } else {
      failure = SandboxError("send to the launcher", errno: EAGAIN)
    }
    guard let failure else { return }
    state.withLock { $0.processes[process.identifier] = nil }
    throw failure
  }

  /// Has the launcher prepare memory once two sessions in a row were alike.
  func prepare(_ message: SessionMessage) throws(SandboxError) {
    let isWanted = state.withLock { state -> Bool in
      guard let shape = state.shape, message.hasShape(of: shape) else {
        state.shape = message.shape
        state.isShapeSent = false
        return false
      }
      defer { state.isShapeSent = true }
      return !state.isShapeSent
    }
    if isWanted { _ = try process.shape(message.shape) }
  }
}
