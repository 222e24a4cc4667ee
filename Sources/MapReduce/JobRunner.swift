import Datasets
import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Toolchain
import Wire

/// What a finished job did.
public struct JobSummary: Sendable {
  public var shardCount = 0
  public var sandboxCount = 0
  /// Bytes that the map programs read, decompressed.
  public var inputByteCount: Int64 = 0
  public var outputByteCount: Int64 = 0
  public var elapsed = Duration.zero

  public init() {}
}

/// Runs one job: maps every shard in a sandbox of its own, then reduces.
public final class JobRunner: Sendable {
  private let job: JobFile
  private let output: String
  private let concurrency: Int
  private let shardByteCount: Int64
  /// Called on some thread after each shard: finished, total, bytes read so far.
  private let progress: @Sendable (Int, Int, Int64) -> Void
  /// Called with what a guest wrote to its standard error.
  private let guestError: @Sendable (String, [UInt8]) -> Void
  private let state = Mutex(State())

  /// Most sandboxes at once.
  public static let maximumConcurrency = 128
  /// How much of a guest's standard error is kept for each shard.
  private static let errorByteCount: Int64 = 64 << 10

  /// Guarded by `state`.
  private struct State {
    var failure: JobError?
    var finished = 0
    var bytesRead: Int64 = 0
    var extents: [Channel.Extent?] = []
    var freeSlots: [Int] = []
    var written: [Int64] = []
    var running: [Int: SessionHandle] = [:]
    var isCancelled = false
  }

  public init(
    job: JobFile, output: String?, concurrency: Int, shardByteCount: Int64,
    progress: @escaping @Sendable (Int, Int, Int64) -> Void,
    guestError: @escaping @Sendable (String, [UInt8]) -> Void
  ) {
    self.job = job
    self.output = output ?? job.output
    self.concurrency = min(max(concurrency, 1), Self.maximumConcurrency)
    self.shardByteCount = shardByteCount
    self.progress = progress
    self.guestError = guestError
  }

  /// Stops at once: running sandboxes are killed, nothing is written. `run` then throws.
  public func cancel() {
    let handles = state.withLock { state in
      state.isCancelled = true
      state.failure = state.failure ?? JobError("\(job.name): interrupted")
      return Array(state.running.values)
    }
    for handle in handles { handle.cancel() }
  }

  /// Runs the job. The output file appears complete or not at all.
  public func run() throws(JobError) -> JobSummary {
    let clock = ContinuousClock()
    let start = clock.now
    let shards = try plan()
    let mapModule = try module(job.map)
    let reduceModule = try job.reduce.map { program throws(JobError) in try module(program) }
    let result = try OutputFile(output)
    defer { result.spool.close() }
    var slots: [Slot] = []
    defer { for slot in slots { slot.close() } }
    for _ in 0..<min(concurrency, shards.count) { slots.append(try Slot(in: result.folder)) }

    try map(shards, mapModule, slots)
    let extents = state.withLock { $0.extents.compactMap { $0 } }
    var summary = JobSummary()
    summary.shardCount = shards.count
    summary.sandboxCount = shards.count
    summary.inputByteCount = state.withLock { $0.bytesRead }
    if let reduce = job.reduce, let reduceModule {
      summary.outputByteCount = try self.reduce(reduce, reduceModule, slots, extents, result)
      summary.sandboxCount += 1
    } else {
      summary.outputByteCount = try concatenate(slots, extents, result)
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try result.publish()
    summary.elapsed = clock.now - start
    return summary
  }

  /// Expands the inputs and splits them.
  private func plan() throws(JobError) -> [Shard] {
    do throws(DatasetError) {
      var files: [String] = []
      for input in job.inputs { files += try InputPattern(input).files() }
      return try Splitter(shardByteCount: shardByteCount).shards(of: files)
    } catch {
      throw JobError("\(job.name): input: \(error)")
    }
  }

  /// The validated module of a program, compiled first when it is a source.
  private func module(_ program: JobFile.Program) throws(JobError) -> ValidatedModule {
    var path = program.path
    if path.hasSuffix(".c") {
      do throws(ToolchainError) {
        path = try Compiler().nexe(forSource: path)
      } catch {
        throw JobError("\(job.name): \(program.path): \(error)")
      }
    }
    do throws(SandboxError) {
      return try ValidatedModule(path: FilePath(path))
    } catch {
      throw JobError("\(job.name): \(program.path): \(error)")
    }
  }

  private func launcher(_ module: ValidatedModule) throws(JobError) -> Launcher {
    do throws(SandboxError) {
      return try Launcher(module: module)
    } catch {
      throw JobError("\(job.name): \(error)")
    }
  }

  /// Maps all shards, at most one a slot at a time. Which slot a shard gets depends on timing; where
  /// its output stands in the reduce program's input does not.
  private func map(_ shards: [Shard], _ module: ValidatedModule, _ slots: [Slot])
    throws(JobError)
  {
    let launcher = try launcher(module)
    defer { launcher.shutDown() }
    state.withLock { state in
      state.extents = Array(repeating: nil, count: shards.count)
      state.freeSlots = Array(slots.indices)
      state.written = Array(repeating: 0, count: slots.count)
    }
    let free = DispatchSemaphore(value: slots.count)
    let done = DispatchGroup()
    for shard in shards {
      free.wait()
      let slot = state.withLock { state in
        state.failure == nil ? state.freeSlots.popLast() : nil
      }
      guard let slot else {
        free.signal()
        break
      }
      done.enter()
      startMap(shard, of: shards.count, launcher, slot, slots[slot]) {
        free.signal()
        done.leave()
      }
    }
    done.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private func startMap(
    _ shard: Shard, of total: Int, _ launcher: Launcher, _ slotIndex: Int, _ slot: Slot,
    finished: @escaping @Sendable () -> Void
  ) {
    let label = "\(job.name): shard \(shard.index) (\(shard.path), offset \(shard.offset))"
    let file: InputFile
    do throws(DatasetError) {
      file = try InputFile(shard.path)
    } catch {
      fail("\(label): \(error)", slotIndex)
      return finished()
    }
    guard file.version == shard.version else {
      file.close()
      fail("\(label): the file was changed while the job ran", slotIndex)
      return finished()
    }
    let input: Channel.Backing =
      shard.codec == .none
      ? .file(file.descriptor, offset: shard.offset, length: shard.byteCount)
      : .compressed(file.descriptor, shard.codec, offset: shard.offset, length: shard.byteCount)
    let begin = state.withLock { $0.written[slotIndex] }
    let session = session(
      job.map, input: input, output: .file(slot.output.descriptor, offset: begin, length: nil),
      errors: slot.errors)
    let handle = launcher.start(session) { [self] result in
      file.close()
      let report = self.conclude(result, label, slot.errors)
      state.withLock { state in
        state.running[slotIndex] = nil
        if let report {
          let count = report.accounting[1].putBytes
          state.extents[shard.index] = Channel.Extent(
            descriptor: slotIndex, offset: begin, length: count)
          state.written[slotIndex] = begin + count
          state.bytesRead += report.accounting[0].getBytes
          state.finished += 1
        }
        state.freeSlots.append(slotIndex)
      }
      if report != nil {
        let (count, bytes) = state.withLock { ($0.finished, $0.bytesRead) }
        progress(count, total, bytes)
      }
      finished()
    }
    register(handle, slotIndex, shard)
  }

  /// Remembers a running session so that it can be cancelled; it may be over already.
  private func register(_ handle: SessionHandle, _ slot: Int, _ shard: Shard) {
    let cancelNow = state.withLock { state in
      if state.extents[shard.index] == nil, !state.freeSlots.contains(slot) {
        state.running[slot] = handle
      }
      return state.failure != nil
    }
    if cancelNow { handle.cancel() }
  }

  private func session(
    _ program: JobFile.Program, input: Channel.Backing, output: Channel.Backing, errors: SpoolFile
  ) -> Session {
    var session = Session.command(
      arguments: [FilePath(program.path).lastComponent?.string ?? program.path]
        + program.arguments,
      environment: program.environment, standardInput: input, standardOutput: output,
      standardError: .file(errors.descriptor, offset: 0, length: nil),
      memoryByteCount: program.memoryByteCount, timeout: .seconds(program.timeoutSeconds))
    session.channels[2].limits.putBytes = Self.errorByteCount
    return session
  }

  /// The report of a session that went well; otherwise the failure is noted.
  private func conclude(
    _ result: Result<SandboxReport, SandboxError>, _ label: String, _ errors: SpoolFile
  ) -> SandboxReport? {
    switch result {
    case .failure(let error):
      fail("\(label): \(error)", nil)
      return nil
    case .success(let report):
      let written = Int(report.accounting.count > 2 ? report.accounting[2].putBytes : 0)
      if written > 0 { guestError(label, errors.bytes(from: 0, limit: written)) }
      if report.outcome == .exited(code: 0) { return report }
      fail("\(label): \(report.outcome.explanation)", nil)
      return nil
    }
  }

  /// Notes the first failure and stops what is running.
  private func fail(_ text: String, _ slot: Int?) {
    let handles = state.withLock { state in
      if let slot { state.freeSlots.append(slot) }
      guard state.failure == nil else { return [SessionHandle]() }
      state.failure = JobError(text)
      return Array(state.running.values)
    }
    for handle in handles { handle.cancel() }
  }

  /// One sandbox reads all map outputs in shard order. Answers the bytes written.
  private func reduce(
    _ program: JobFile.Program, _ module: ValidatedModule, _ slots: [Slot],
    _ extents: [Channel.Extent], _ result: OutputFile
  ) throws(JobError) -> Int64 {
    let launcher = try launcher(module)
    defer { launcher.shutDown() }
    let label = "\(job.name): reduce"
    let errors = slots.first?.errors ?? result.spool
    let session = session(
      program, input: .extents(slots.map(\.output.descriptor), extents.filter { $0.length > 0 }),
      output: .file(result.spool.descriptor, offset: 0, length: nil), errors: errors)
    let done = DispatchSemaphore(value: 0)
    let report = Mutex<SandboxReport?>(nil)
    let handle = launcher.start(session) { [self] result in
      let concluded = self.conclude(result, label, errors)
      report.withLock { $0 = concluded }
      done.signal()
    }
    let cancelNow = state.withLock { state in
      state.running[-1] = handle
      return state.failure != nil
    }
    if cancelNow { handle.cancel() }
    done.wait()
    guard let report = report.withLock({ $0 }) else {
      throw state.withLock { $0.failure } ?? JobError("\(label): failed")
    }
    return report.accounting[1].putBytes
  }

  /// Without a reduce program the output is the map outputs in shard order.
  private func concatenate(_ slots: [Slot], _ extents: [Channel.Extent], _ result: OutputFile)
    throws(JobError) -> Int64
  {
    var total: Int64 = 0
    for extent in extents {
      var offset = extent.offset
      let end = extent.offset + extent.length
      while offset < end {
        let bytes = slots[extent.descriptor].output.bytes(
          from: offset, limit: Int(min(end - offset, 1 << 20)))
        do {
          guard !bytes.isEmpty else { throw Errno.ioError }
          try result.spool.descriptor.writeAll(bytes)
        } catch {
          throw JobError("\(output): cannot be written: \(error)")
        }
        offset += Int64(bytes.count)
        total += Int64(bytes.count)
      }
    }
    return total
  }
}

/// Where one shard at a time leaves its output and its messages.
private struct Slot: Sendable {
  let output: SpoolFile
  let errors: SpoolFile

  init(in folder: String) throws(JobError) {
    output = try SpoolFile(in: folder)
    errors = try SpoolFile(in: folder)
  }

  func close() {
    output.close()
    errors.close()
  }
}
