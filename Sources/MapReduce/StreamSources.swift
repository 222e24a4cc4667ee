import Datasets
import Dispatch
import Sandbox
import Synchronization
import SystemPackage
import Wire

/// Decoders of inputs that cannot be split: each decodes one file once, behind the filter, and deals
/// it out in chunks, so that all sandboxes have something to do.
///
/// Memory is bounded, and given back at the end of each file: a decoder waits when `chunkLimit` chunks
/// are there that nobody has read. Who asks for a later chunk makes it go on, and the oldest unread one
/// is dropped; who asks for a chunk that was dropped (a retry, as a rule) makes another decoder start
/// from the beginning.
final class StreamSources: Sendable {
  private struct Key: Hashable {
    var path: String
    var version: FileVersion
    var message: FanOutMessage
  }

  private struct State {
    var launcher: Launcher?
    var passes: [Key: StreamPass] = [:]
    /// Passes that others took the place of, while somebody may still read from them.
    var retired: [StreamPass] = []
    var isClosed = false
  }

  private let chunkLimit: Int
  private let state = Mutex(State())

  /// `readers`: how many sandboxes read at a time.
  init(readers: Int) { chunkLimit = Self.chunkLimit(readers: readers) }

  static func chunkLimit(readers: Int) -> Int { 2 * readers + 2 }

  /// Waits for the shard's chunk. nil: the input ends before it.
  func chunk(of shard: Shard, _ piece: StreamPiece) throws(JobError) -> StreamChunk? {
    while true {
      let pass = try pass(for: shard, piece)
      switch try pass.take(piece.index) {
      case .chunk(let chunk): return chunk
      case .behindEnd: return nil
      case .gone:
        state.withLock { state in
          for (key, other) in state.passes where other === pass {
            state.passes[key] = nil
            state.retired.append(pass)
          }
        }
      }
    }
  }

  private func pass(for shard: Shard, _ piece: StreamPiece) throws(JobError) -> StreamPass {
    let key = Key(path: shard.path, version: shard.version, message: piece.message)
    let result: Result<StreamPass, JobError> = state.withLock { state in
      do throws(JobError) {
        if state.isClosed { throw JobError("the job is over") }
        if let pass = state.passes[key] { return .success(pass) }
        if state.launcher == nil {
          do throws(SandboxError) { state.launcher = try Launcher(module: .idle()) } catch {
            throw JobError("decoder: \(error)")
          }
        }
        guard let launcher = state.launcher else { throw JobError("no launcher") }
        let pass = try StreamPass(shard, piece, launcher, chunkLimit: chunkLimit)
        state.passes[key] = pass
        return .success(pass)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Stops all decoders: whoever waits for a chunk gets an error. What sandboxes read stays open.
  func stop() {
    let passes = state.withLock { state in
      state.isClosed = true
      return Array(state.passes.values) + state.retired
    }
    for pass in passes { pass.stop() }
  }

  /// Ends all decoders. Chunks must not be read any more.
  func close() {
    let (passes, launcher) = state.withLock { state in
      state.isClosed = true
      defer { state = State(isClosed: true) }
      return (Array(state.passes.values) + state.retired, state.launcher)
    }
    for pass in passes { pass.stop() }
    launcher?.shutDown()
    for pass in passes { pass.close() }
  }

  deinit { close() }
}

/// A chunk that is there to be read.
struct StreamChunk: Sendable {
  let backing: Channel.Backing
  let byteCount: Int64
  fileprivate let pass: StreamPass
  fileprivate let index: Int64

  /// Gives the place back for another chunk.
  func release() { pass.release(index) }
}

/// One decoder's way through one file.
private final class StreamPass: Sendable {
  enum Taken {
    case chunk(StreamChunk)
    case behindEnd
    case gone
  }

  private struct Chunk {
    var place: Int64
    var byteCount: Int64
    /// How many sandboxes read it; with the last one it goes.
    var readers = 0
  }

  private struct State {
    var chunks: [Int64: Chunk] = [:]
    /// The first chunk that has not come yet.
    var next: Int64 = 0
    /// Set with the end of the input.
    var count: Int64?
    var failure: JobError?
    var waiting: [DispatchSemaphore] = []
    /// Most chunks at a time.
    var limit: Int
    /// The decoder has ended, and all that it announced is here.
    var isOver = false
    var handle: SessionHandle?
  }

  private let input: InputFile
  private let memory: MemoryFile
  /// Ends of the two pipes that stay here.
  private let places: FileDescriptor
  private let done: FileDescriptor
  /// Held open, so that a place offered to a decoder that has ended does no harm.
  private let taker: FileDescriptor
  private let state: Mutex<State>
  private let ended = DispatchGroup()

  /// Places lie so far apart that no chunk reaches the next one's; what is not written is not there.
  private static let placeByteCount: Int64 = 1 << 42

  init(_ shard: Shard, _ piece: StreamPiece, _ launcher: Launcher, chunkLimit: Int)
    throws(JobError)
  {
    state = Mutex(State(limit: chunkLimit))
    do throws(DatasetError) { input = try InputFile(shard.path) } catch {
      throw JobError("\(error)")
    }
    guard input.version == shard.version else {
      input.close()
      throw JobError("the file was changed while the job ran")
    }
    let theirs: (done: FileDescriptor, places: FileDescriptor)
    do {
      memory = try MemoryFile(name: "chunks")
      let first = try FileDescriptor.pipe(options: .closeOnExec)
      let second = try FileDescriptor.pipe(options: .closeOnExec)
      (done, theirs.done) = (first.readEnd, first.writeEnd)
      (theirs.places, places) = (second.readEnd, second.writeEnd)
      taker = second.readEnd
      for index in 0..<chunkLimit { try Self.offer(Int64(index) * Self.placeByteCount, to: places) }
    } catch {
      input.close()
      throw JobError("\(shard.path): decoder: \(error)")
    }
    let size = input.version.byteCount
    let backing: Channel.Backing =
      piece.codec == .none
      ? .file(input.descriptor, offset: 0, length: size)
      : .compressed(input.descriptor, piece.codec, offset: 0, length: size)
    let session = Session.fanOut(
      piece.message, input: backing, chunks: memory.descriptor, done: theirs.done,
      places: theirs.places)
    ended.enter()
    let handle = launcher.start(session) { [self] result in
      conclude(result)
      // The reader below sees the end of the pipe.
      try? theirs.done.close()
      ended.leave()
    }
    state.withLock { $0.handle = handle }
    ended.enter()
    DispatchQueue(label: "zvm.job.decoder").async { [self] in
      while let (place, byteCount) = announcement() { arrived(place, byteCount) }
      state.withLock { $0.isOver = true }
      shrink()
      ended.leave()
    }
  }

  private static func offer(_ place: Int64, to pipe: FileDescriptor) throws {
    var bytes: [UInt8] = []
    for shift in stride(from: Int64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: place >> shift))
    }
    try pipe.writeAll(bytes)
  }

  /// The next two numbers from the decoder; nil when it has ended.
  private func announcement() -> (Int64, Int64)? {
    var bytes: [UInt8] = []
    while bytes.count < 16 {
      do {
        let piece = try unsafe [UInt8](unsafeUninitializedCapacity: 16 - bytes.count) {
          buffer, count in
          count = try unsafe done.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        if piece.isEmpty { return nil }
        bytes += piece
      } catch { return nil }
    }
    func number(_ start: Int) -> Int64 {
      (0..<8).reduce(0) { $0 | Int64(bytes[start + $1]) << Int64(8 * $1) }
    }
    return (number(0), number(8))
  }

  private func arrived(_ place: Int64, _ byteCount: Int64) {
    wake { state in
      if place == -1 {
        state.count = state.next
      } else {
        state.chunks[state.next] = Chunk(place: place, byteCount: byteCount)
        state.next += 1
      }
    }
  }

  private func conclude(_ result: Result<SandboxReport, SandboxError>) {
    var failure: JobError?
    switch result {
    case .failure(let error): failure = JobError("\(input.path): decoder: \(error)")
    case .success(let report):
      if report.outcome != .exited(code: 0) {
        failure = JobError("\(input.path): \(report.outcome.explanation)")
      }
    }
    if failure == nil {
      do throws(DatasetError) { try input.checkUnchanged() } catch {
        failure = JobError("\(error)")
      }
    }
    wake { $0.failure = failure }
  }

  /// Offers the decoder a place that has no chunk any more. When it has ended and its last chunk is
  /// read, all memory goes back.
  private func free(_ place: Int64) {
    if state.withLock({ $0.isOver }) { shrink() } else { try? Self.offer(place, to: places) }
  }

  private func shrink() {
    let isUnused = state.withLock { $0.isOver && $0.chunks.isEmpty }
    // That it cannot be given back does no harm.
    if isUnused { try? memory.descriptor.resize(to: 0) }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      defer { state.waiting = [] }
      return state.waiting
    }
    for semaphore in waiting { semaphore.signal() }
  }

  /// Waits for a chunk.
  func take(_ index: Int64) throws(JobError) -> Taken {
    while true {
      let semaphore = DispatchSemaphore(value: 0)
      var freed: Int64?
      let taken: Result<Taken?, JobError> = state.withLock { state in
        if var chunk = state.chunks[index] {
          chunk.readers += 1
          state.chunks[index] = chunk
          return .success(
            .chunk(
              StreamChunk(
                backing: .file(memory.descriptor, offset: chunk.place, length: chunk.byteCount),
                byteCount: chunk.byteCount, pass: self, index: index)))
        }
        if index < state.next { return .success(.gone) }
        if let failure = state.failure { return .failure(failure) }
        if let count = state.count, index >= count { return .success(.behindEnd) }
        state.waiting.append(semaphore)
        // Whoever wants a later chunk must not wait for others that nobody wants.
        let isFull = state.chunks.count >= state.limit
        if isFull, let oldest = state.chunks.filter({ $0.value.readers == 0 }).keys.min() {
          freed = state.chunks.removeValue(forKey: oldest)?.place
        }
        return .success(nil)
      }
      if let freed { free(freed) }
      if let taken = try taken.get() { return taken }
      semaphore.wait()
    }
  }

  func release(_ index: Int64) {
    let freed: Int64? = state.withLock { state in
      guard var chunk = state.chunks[index] else { return nil }
      chunk.readers -= 1
      state.chunks[index] = chunk.readers > 0 ? chunk : nil
      return chunk.readers > 0 ? nil : chunk.place
    }
    if let freed { free(freed) }
  }

  func stop() { state.withLock { $0.handle }?.cancel() }

  func close() {
    ended.wait()
    input.close()
    memory.close()
    try? places.close()
    try? taker.close()
    try? done.close()
  }
}
