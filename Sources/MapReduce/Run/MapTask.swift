import Datasets
import Digest
import Sandbox
import SystemPackage
import Wire

/// Maps one shard: runs the program, then sorts and combines what it wrote where the stage shuffles.
struct MapTask: Sendable {
  let context: JobContext
  let stage: JobFile.Stage
  let shards: ShardList
  /// What the shards' files must be compressed with, by path, where the job says.
  let codecs: [String: String]
  let map: StageProgram
  let combine: StageProgram?
  private let memory: TaskMemory

  init(
    _ context: JobContext, _ stage: JobFile.Stage, _ shards: ShardList, _ codecs: [String: String],
    map: StageProgram, combine: StageProgram?, sides: SideInputs
  ) {
    self.context = context
    self.stage = stage
    self.shards = shards
    self.codecs = codecs
    self.map = map
    self.combine = combine
    memory = TaskMemory(context, stage, .map, map, sides) { hash in
      hash.add(stage.rejects == nil ? "" : "rejects")
      combine?.describe(into: &hash)
    }
  }

  func callAsFunction(_ work: Work, _ space: SlotSpace, _ phase: PhaseRunner)
    -> Result<Attempt, TaskFailure>
  {
    do throws(JobError) {
      if let known = try memory.resumed(work.task) { return .success(known) }
      let key = memory.key { describe(shards[work.task], into: &$0) }
      if let known = try memory.cached(key, space) { return .success(known) }
      let result = try run(work, space, phase)
      if case .success(let attempt) = result { memory.keep(attempt, key, space) }
      space.tidy()
      return result
    } catch {
      return .failure(TaskFailure("\(error)"))
    }
  }

  /// Takes a shard's bytes in; false when they cannot be told.
  private func describe(_ shard: Shard, into hash: inout SHA256) -> Bool {
    guard
      let content = context.content?.identity(of: shard.path, isCompressed: shard.codec != .none)
    else { return false }
    hash.add(content)
    switch shard.piece {
    case .plain(let offset, let byteCount): hash.add("plain \(offset) \(byteCount)")
    case .compressed(let piece):
      var writer = ByteWriter()
      piece.encode(into: &writer)
      hash.update(writer.bytes.span)
    case .stream(let piece):
      hash.add(
        "stream \(piece.codec.rawValue) \(piece.rule) \(piece.chunkByteCount) \(piece.index) "
          + "\(piece.count)")
    }
    return true
  }

  private func run(_ work: Work, _ space: SlotSpace, _ phase: PhaseRunner) throws(JobError)
    -> Result<Attempt, TaskFailure>
  {
    let shard = shards[work.task]
    if let expected = codecs[shard.path], expected != shard.codec.name {
      throw JobError("the job says codec \(expected), the file is \(shard.codec.name)")
    }
    let input = try ShardInput(shard, context.streams)
    defer { input.close() }
    let isDirect = stage.shuffle == .none && stage.exchange == nil
    let output: Channel.Backing =
      stage.exchange != nil
      ? .null
      : isDirect
        ? .file(space.file, offset: space.end, length: nil)
        : .file(space.raw.descriptor, offset: 0, length: nil)
    let session = map.session(
      input: input.backing, output: output, errors: space.errors,
      further: try furtherChannels(space))
    let (report, errorByteCount): (SandboxReport, Int)
    switch map.run(session, space, phase, work) {
    case .failure(let failure):
      // A file that changed under the program explains most failures better.
      try input.checkUnchanged()
      return .failure(failure)
    case .success(let ended): (report, errorByteCount) = ended
    }
    try input.checkUnchanged()
    let written = report.accounting[1].putBytes
    var result: TaskOutput
    if stage.exchange != nil {
      result = try exchanged(report, space)
    } else if isDirect {
      result = try space.written(written)
    } else {
      switch try shuffled(written, space, phase, work) {
      case .failure(let failure): return .failure(failure)
      case .success(let output): result = output
      }
    }
    result.inputByteCount = report.accounting[0].getBytes
    try takeRejects(report, session, &result, space)
    return .success(Attempt(output: result, report: report, errorByteCount: errorByteCount))
  }

  private func furtherChannels(_ space: SlotSpace) throws(JobError) -> [Channel] {
    var channels: [Channel] = []
    if stage.rejects != nil {
      var limits = Channel.Limits.writeOnly
      limits.putBytes = StageProgram.rejectByteCount
      channels.append(
        Channel(
          alias: "/dev/rejects",
          backing: .file(space.rejects.descriptor, offset: 0, length: nil), limits: limits))
    }
    if let exchange = stage.exchange {
      while space.exchange.count < stage.reducers {
        space.exchange.append(try SpoolFile(in: context.data.folder))
      }
      for index in 0..<stage.reducers {
        let number = stage.reducers > 1 ? "-\(index + 1)" : ""
        channels.append(
          Channel(
            alias: "/dev/out/\(exchange.reduce)\(number)",
            backing: .file(space.exchange[index].descriptor, offset: 0, length: nil),
            limits: .writeOnly))
      }
    }
    return channels
  }

  /// Sorted runs for each reducer, combined first where the stage says so.
  private func shuffled(_ count: Int64, _ space: SlotSpace, _ phase: PhaseRunner, _ work: Work)
    throws(JobError) -> Result<TaskOutput, TaskFailure>
  {
    var count = count
    if let combine, count > 0 {
      // The sorted pieces lie behind each other; each gets a combiner of its own.
      var writer = RunWriter(space.sorted.descriptor, number: 0, at: 0)
      try space.sorter.sort(space.raw.descriptor, length: count, partitions: 1, into: &writer)
      _ = try writer.finish()
      var end: Int64 = 0
      for run in writer.runs {
        let session = combine.session(
          input: .file(space.sorted.descriptor, offset: run.offset, length: run.length),
          output: .file(space.raw.descriptor, offset: end, length: nil), errors: space.errors)
        switch combine.run(session, space, phase, work) {
        case .failure(var failure):
          failure.text = "combine: \(failure.text)"
          return .failure(failure)
        case .success(let ended): end += ended.report.accounting[1].putBytes
        }
      }
      count = end
    }
    var writer = space.writer()
    try space.sorter.sort(
      space.raw.descriptor, length: count, partitions: stage.reducers, into: &writer)
    let etag = try writer.finish()
    return .success(
      TaskOutput(runs: writer.runs, etag: etag, inputByteCount: 0, outputByteCount: count))
  }

  /// One run for each output channel of a program that chose the reducer itself.
  private func exchanged(_ report: SandboxReport, _ space: SlotSpace) throws(JobError) -> TaskOutput
  {
    var writer = space.writer()
    let first = report.accounting.count - stage.reducers
    var total: Int64 = 0
    for index in 0..<stage.reducers {
      let count = report.accounting[first + index].putBytes
      writer.begin(partition: index)
      let whole = try forEachPiece(
        of: space.exchange[index].descriptor, from: 0, length: count
      ) { bytes throws(JobError) in try writer.append(bytes) }
      guard whole else { throw JobError("the output is shorter than the sandbox says") }
      total += count
    }
    let etag = try writer.finish()
    return TaskOutput(runs: writer.runs, etag: etag, inputByteCount: 0, outputByteCount: total)
  }

  /// Lines that the program put aside go behind its output.
  private func takeRejects(
    _ report: SandboxReport, _ session: Session, _ result: inout TaskOutput, _ space: SlotSpace
  ) throws(JobError) {
    guard stage.rejects != nil,
      let channel = session.channels.firstIndex(where: { $0.alias == "/dev/rejects" })
    else { return }
    let count = report.accounting[channel].putBytes
    guard count > 0 else { return }
    let start = result.runs.last.map { $0.offset + $0.length } ?? space.end
    var writer = RunWriter(space.file, number: space.number, at: start)
    writer.begin(partition: 0)
    var lines = 0
    var last: UInt8 = 0
    let whole = try forEachPiece(of: space.rejects.descriptor, from: 0, length: count) {
      bytes throws(JobError) in
      for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { lines += 1 }
      last = bytes[bytes.count - 1]
      try writer.append(bytes)
    }
    guard whole else { throw JobError("/dev/rejects is shorter than the sandbox says") }
    if last != UInt8(ascii: "\n") {
      try writer.append([UInt8(ascii: "\n")].span)
      lines += 1
    }
    _ = try writer.finish()
    result.rejectRun = writer.runs.first
    result.rejectCount = lines
  }
}

extension Codec {
  /// As job files call it.
  var name: String {
    switch self {
    case .none: "none"
    case .zstd: "zst"
    case .gzip: "gz"
    case .xz: "xz"
    case .bzip2: "bz2"
    case .lz4: "lz4"
    }
  }
}
