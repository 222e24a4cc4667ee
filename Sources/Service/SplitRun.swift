// Unsafe: a buffer is handed to the system for the length of one call.
import Datasets
import Digest
import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Wire

extension ServiceRequest {
  /// Wanted size of a shard, decompressed, in bytes.
  static let shardByteCount: Int64 = 8 << 20

  /// What stands for standard input in each shard's session, where the request asked for a split and
  /// the file can be split; otherwise nothing.
  func shards(_ session: Session) throws(ServiceError) -> [Channel.Backing] {
    guard let request = (channels ?? []).first(where: { $0.split != nil }),
      let channel = session.channels.first(where: { $0.alias == request.alias })
    else { return [] }
    let file: FileDescriptor
    switch channel.backing {
    case .file(let descriptor, _, _): file = descriptor
    case .compressed(let descriptor, _, _, _): file = descriptor
    default: return []
    }
    for other in session.channels where other.limits.putBytes > 0 {
      guard case .file = other.backing, other.access == .sequential else {
        if case .null = other.backing { continue }
        throw ServiceError(
          .badRequest, "channel \(other.alias): split: what is written must be files, in order")
      }
    }
    let pieces: PieceList
    do throws(DatasetError) {
      pieces = try Splitter(shardByteCount: Self.shardByteCount)
        .pieces(of: InputFile(file, name: channel.alias))
    } catch {
      throw ServiceError(.failed, "\(error)")
    }
    var result: [Channel.Backing] = []
    for piece in pieces {
      switch piece {
      case .plain(let offset, let byteCount):
        result.append(.file(file, offset: offset, length: byteCount))
      // A compressed file whose bytes are wanted as they are has no lines.
      case .compressed where request.decompress != true: return []
      case .compressed(let piece): result.append(.piece(file, piece))
      // One stream: there is nothing to gain from several sandboxes.
      case .stream: return []
      }
    }
    return result
  }
}

/// One program over the shards of one file: a sandbox each, as many at a time as there are free slots.
/// What they write is put together in order, so that who asked sees a single run.
///
/// Every sandbox is forked anew; they differ in standard input only. The time limit holds for all
/// together.
final class SplitRun: Sendable {
  private struct State {
    var next = 0
    var left: Int
    var handles: [Int: SessionHandle] = [:]
    var reports: [SandboxReport?]
    var failure: ServiceError?
    var isCancelled = false
    var tickets: [UInt64] = []
  }

  /// What was asked for; without a digest of an input that nobody reads as a whole.
  let session: Session
  private let shards: [Channel.Backing]
  private let launcher: Launcher
  private let slots: SlotQueue
  /// By shard, by place in `written`.
  private let parts: [[FileDescriptor]]
  /// Numbers of the channels that the program writes.
  private let written: [Int]
  private let input: Int
  private let deadline: ContinuousClock.Instant
  private let state: Mutex<State>

  /// The caller has a slot, which becomes this run's.
  init(
    _ session: Session, _ shards: [Channel.Backing], _ launcher: Launcher, _ slots: SlotQueue
  ) throws(ServiceError) {
    guard let input = session.channels.firstIndex(where: { $0.alias == "/dev/stdin" }) else {
      throw ServiceError(.badRequest, "split: there is no /dev/stdin")
    }
    var session = session
    session.channels[input].digest = false
    self.session = session
    self.input = input
    self.shards = shards
    self.launcher = launcher
    self.slots = slots
    written = session.channels.indices.filter { index in
      if case .file = session.channels[index].backing {
        return session.channels[index].limits.putBytes > 0
      }
      return false
    }
    deadline = ContinuousClock.now + session.timeout
    state = Mutex(State(left: shards.count, reports: Array(repeating: nil, count: shards.count)))
    var parts: [[FileDescriptor]] = []
    do {
      for _ in shards {
        parts.append([])
        for _ in written { parts[parts.count - 1].append(try .nameless(in: Self.folder)) }
      }
    } catch {
      for file in parts.joined() { try? file.close() }
      throw ServiceError(.failed, "\(Self.folder): \(error)")
    }
    self.parts = parts
  }

  deinit { for file in parts.joined() { try? file.close() } }

  private static let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"

  /// Runs all; `completion` is called once.
  func start(_ completion: @escaping @Sendable (Result<SandboxReport, ServiceError>) -> Void) {
    work(completion)
    for _ in 1..<min(shards.count, slots.count) {
      let ticket = slots.enter { [self] in work(completion) }
      guard let ticket else { break }
      state.withLock { $0.tickets.append(ticket) }
    }
  }

  /// Stops what runs and lets nothing more start.
  func cancel() {
    let handles = state.withLock { state in
      state.isCancelled = true
      return Array(state.handles.values)
    }
    for handle in handles { handle.cancel() }
  }

  /// Has a slot: takes the next shard, or gives the slot back.
  private func work(_ completion: @escaping @Sendable (Result<SandboxReport, ServiceError>) -> Void)
  {
    let taken = state.withLock { state -> (index: Int, isCancelled: Bool)? in
      guard state.next < shards.count else { return nil }
      defer { state.next += 1 }
      return (state.next, state.isCancelled)
    }
    guard let taken else { return slots.leave() }
    if taken.isCancelled {
      ended(taken.index, nil, completion)
      return work(completion)
    }
    let handle = launcher.start(session(of: taken.index)) { [self] result in
      let isBad =
        switch result {
        case .failure: true
        case .success(let report): report.exitCode == nil
        }
      ended(taken.index, result, completion)
      if isBad { cancel() }
      work(completion)
    }
    let isLate = state.withLock { state in
      if state.reports[taken.index] == nil { state.handles[taken.index] = handle }
      return state.isCancelled
    }
    if isLate { handle.cancel() }
  }

  private func session(of shard: Int) -> Session {
    var session = session
    session.channels[input].backing = shards[shard]
    session.timeout = max(deadline - ContinuousClock.now, .milliseconds(1))
    for (place, channel) in written.enumerated() {
      session.channels[channel].backing = .file(parts[shard][place], offset: 0, length: nil)
      session.channels[channel].digest = false
    }
    return session
  }

  private func ended(
    _ shard: Int, _ result: Result<SandboxReport, SandboxError>?,
    _ completion: @Sendable (Result<SandboxReport, ServiceError>) -> Void
  ) {
    let finished = state.withLock { state -> State? in
      state.handles[shard] = nil
      state.left -= 1
      switch result {
      case nil: break
      case .success(let report): state.reports[shard] = report
      case .failure(let error): state.failure = ServiceError(.failed, "\(error)")
      }
      return state.left == 0 ? state : nil
    }
    guard let finished else { return }
    // Those whose turn has just come see that there is nothing to do.
    for ticket in finished.tickets { _ = slots.withdraw(ticket) }
    do throws(ServiceError) {
      completion(.success(try joined(finished)))
    } catch { completion(.failure(error)) }
  }

  /// The report of the whole; puts the outputs together.
  private func joined(_ state: State) throws(ServiceError) -> SandboxReport {
    if let failure = state.failure { throw failure }
    let reports = state.reports.compactMap(\.self)
    guard
      var whole = reports.first(where: { $0.exitCode == nil && $0.outcome != .cancelled })
        ?? reports.first(where: { ($0.exitCode ?? 1) != 0 }) ?? reports.first
    else { throw ServiceError(.failed, "split: no shard was run") }
    whole.accounting = session.channels.map { _ in SandboxReport.Accounting() }
    whole.digests = session.channels.map { _ in nil }
    whole.systemTime = .zero
    whole.userTime = .zero
    for report in reports {
      whole.systemTime += report.systemTime
      whole.userTime += report.userTime
      for (index, sums) in report.accounting.enumerated() {
        whole.accounting[index].gets += sums.gets
        whole.accounting[index].getBytes += sums.getBytes
        whole.accounting[index].puts += sums.puts
        whole.accounting[index].putBytes += sums.putBytes
      }
    }
    guard reports.count == shards.count, whole.exitCode != nil else { return whole }
    for (place, channel) in written.enumerated() { try join(place, channel, &whole) }
    return whole
  }

  private func join(_ place: Int, _ channel: Int, _ whole: inout SandboxReport)
    throws(ServiceError)
  {
    let channelRequest = session.channels[channel]
    guard case .file(let target, var offset, _) = channelRequest.backing else { return }
    let total = whole.accounting[channel].putBytes
    guard total <= channelRequest.limits.putBytes else {
      throw ServiceError(
        .failed,
        "channel \(channelRequest.alias): \(total) bytes are more than \(channelRequest.limits.putBytes)"
      )
    }
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    do {
      for shard in parts {
        var from: Int64 = 0
        while true {
          let count = try unsafe buffer.withUnsafeMutableBytes {
            unsafe try shard[place].read(fromAbsoluteOffset: from, into: $0)
          }
          if count == 0 { break }
          try target.writeAll(toAbsoluteOffset: offset, buffer[..<count])
          if channelRequest.digest { hash.update(buffer.span.extracting(first: count)) }
          from += Int64(count)
          offset += Int64(count)
        }
      }
    } catch {
      throw ServiceError(.failed, "channel \(channelRequest.alias): \(error)")
    }
    if channelRequest.digest { whole.digests[channel] = SHA256.hexadecimal(hash.finalize()) }
  }
}

extension SandboxReport {
  /// nil: the program did not end by itself.
  fileprivate var exitCode: Int32? { if case .exited(let code) = outcome { code } else { nil } }
}
