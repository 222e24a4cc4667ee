import Compression
public import Datasets
import Dispatch
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Wire

/// What `zvm pack` made.
public struct PackSummary: Sendable {
  public var inputByteCount: Int64 = 0
  public var outputByteCount: Int64 = 0
  public var frameCount = 0
  public var recordCount: Int64 = 0
}

/// Converts an input to seekable zstd with a record index: frames of whole records, a skippable frame
/// that counts the records of each, and the seek table of the seekable format. Every zstd tool reads
/// the result.
public struct Packer: Sendable {
  private let path: String
  private let output: String
  private let format: RecordFormat
  private let frameByteCount: Int64
  private let level: Int
  private let workers: Int

  /// `frameByteCount`: about how many decompressed bytes go into a frame.
  public init(
    path: String, output: String, format: RecordFormat, frameByteCount: Int64, level: Int,
    workers: Int
  ) {
    self.path = path
    self.output = output
    self.format = format
    self.frameByteCount = frameByteCount
    self.level = level
    self.workers = max(1, workers)
  }

  /// Writes the output, which appears complete or not at all. The same input gives the same bytes for
  /// any number of workers.
  public func run() throws(JobError) -> PackSummary {
    guard let rule = format.rule else {
      throw JobError("\(path): a file that is one record needs no index")
    }
    let streams = StreamSources(readers: workers)
    defer { streams.close() }
    let shards: PackPlan
    do throws(DatasetError) {
      shards = try PackPlan(path: path, format: format, rule: rule, frameByteCount: frameByteCount)
    } catch { throw JobError("\(error)") }
    let file = try PartFile(output)
    var isComplete = false
    defer { if !isComplete { file.remove() } }
    var writer = SeekableWriter(format)
    var next: Int64 = 0
    var summary = PackSummary()
    while true {
      let frames = try batch(from: next, shards, rule, streams)
      for frame in frames where frame.byteCount > 0 {
        try file.append(frame.bytes)
        try writer.add(frame)
        summary.inputByteCount += Int64(frame.byteCount)
        summary.frameCount += 1
        summary.recordCount += Int64(frame.recordCount)
      }
      next += Int64(frames.count)
      if frames.count < batchCount { break }
    }
    if summary.frameCount == 0 {
      let empty = Frame(bytes: try compressed([], at: 0), byteCount: 0, recordCount: 0)
      try file.append(empty.bytes)
      try writer.add(empty)
    }
    try file.append(writer.end)
    try shards.checkUnchanged()
    summary.outputByteCount = file.byteCount
    try file.publish()
    isComplete = true
    return summary
  }

  private var batchCount: Int { 2 * workers }

  fileprivate struct Frame: Sendable {
    var bytes: [UInt8]
    /// Decompressed.
    var byteCount: Int
    var recordCount: Int
  }

  /// The next frames, compressed on all workers; fewer than `batchCount` at the end of the input.
  private func batch(
    from first: Int64, _ plan: PackPlan, _ rule: RecordRule, _ streams: StreamSources
  ) throws(JobError) -> [Frame] {
    let results = Mutex<[Int: Result<Frame?, JobError>]>([:])
    let count = batchCount
    let lanes = workers
    DispatchQueue.concurrentPerform(iterations: lanes) { lane in
      for index in stride(from: lane, to: count, by: lanes) {
        let result: Result<Frame?, JobError>
        do throws(JobError) {
          let bytes = try plan.bytes(first + Int64(index), streams)
          result = .success(
            try bytes.map { bytes throws(JobError) in
              Frame(
                bytes: try compressed(bytes, at: first + Int64(index)), byteCount: bytes.count,
                recordCount: RecordCutter.count(bytes.span, rule))
            })
        } catch { result = .failure(error) }
        results.withLock { $0[index] = result }
      }
    }
    var frames: [Frame] = []
    for index in 0..<count {
      guard let frame = try results.withLock({ $0[index] })?.get() else { break }
      frames.append(frame)
    }
    return frames
  }

  private func compressed(_ bytes: [UInt8], at index: Int64) throws(JobError) -> [UInt8] {
    guard bytes.count <= 0x7FFF_FFFF else {
      throw JobError("\(path): part \(index) has \(bytes.count) bytes: too many for a frame")
    }
    guard let frame = FrameEncoder.frame(bytes.span, level: level) else {
      throw JobError("\(path): zstd cannot compress at level \(level)")
    }
    return frame
  }
}

/// The seek table and the record index of a file that is being written.
private struct SeekableWriter {
  private let format: RecordFormat
  private var table: [UInt8] = []
  private var frameCount: UInt32 = 0
  private var recordCounts: [UInt32] = []

  init(_ format: RecordFormat) { self.format = format }

  mutating func add(_ frame: Packer.Frame) throws(JobError) {
    // The format's own limit.
    guard frameCount < 0x800_0000 else { throw JobError("too many frames; take larger ones") }
    entry(frame.bytes.count, frame.byteCount)
    recordCounts.append(UInt32(frame.recordCount))
  }

  private mutating func entry(_ compressed: Int, _ decompressed: Int) {
    table += Self.little32(UInt32(compressed)) + Self.little32(UInt32(decompressed))
    frameCount += 1
  }

  /// What follows the last frame.
  var end: [UInt8] {
    var copy = self
    let index = RecordIndex(format: format, recordCounts: recordCounts).bytes
    var result = Self.little32(0x184D_2A5D) + Self.little32(UInt32(index.count)) + index
    copy.entry(result.count, 0)
    result += Self.little32(0x184D_2A5E) + Self.little32(UInt32(copy.table.count + 9)) + copy.table
    return result + Self.little32(copy.frameCount) + [0] + Self.little32(0x8F92_EAB1)
  }

  private static func little32(_ value: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> ($0 as UInt32)) }
  }
}

/// Where the parts of an input are: windows of a plain file, or chunks of what a decoder deals out.
private struct PackPlan: Sendable {
  private let shards: ShardList
  private let stream: (shard: Shard, piece: StreamPiece)?

  init(path: String, format: RecordFormat, rule: RecordRule, frameByteCount: Int64)
    throws(DatasetError)
  {
    let splitter = Splitter(shardByteCount: frameByteCount, format: format)
    shards = try splitter.shards(of: [path])
    guard let first = shards.first else { throw DatasetError("\(path): nothing to read") }
    if case .plain = first.piece {
      stream = nil
      return
    }
    // How many chunks there are is for the decoder to say.
    let piece = StreamPiece(
      codec: first.codec, rule: rule, chunkByteCount: frameByteCount, index: 0, count: 1 << 39)
    stream = (first, piece)
  }

  /// The bytes of a part; nil behind the last.
  func bytes(_ index: Int64, _ streams: StreamSources) throws(JobError) -> [UInt8]? {
    if var (shard, piece) = stream {
      piece.index = index
      shard.piece = .stream(piece)
      guard let chunk = try streams.chunk(of: shard, piece) else { return nil }
      defer { chunk.release() }
      return try chunk.bytes()
    }
    guard index < shards.count else { return nil }
    let input = try ShardInput(shards[Int(index)], streams)
    defer { input.close() }
    return try input.bytes()
  }

  func checkUnchanged() throws(JobError) {
    guard let first = shards.first else { return }
    do throws(DatasetError) {
      let file = try InputFile(first.path)
      defer { file.close() }
      guard file.version == first.version else {
        throw DatasetError("\(first.path): the file was changed while it was used")
      }
    } catch { throw JobError("\(error)") }
  }
}

/// A file under a temporary name beside the one it will have.
private final class PartFile {
  private let path: String
  private let temporary: String
  private let descriptor: FileDescriptor
  private(set) var byteCount: Int64 = 0

  init(_ path: String) throws(JobError) {
    self.path = path
    let whole = FilePath(path)
    let name = ".\(whole.lastComponent?.string ?? "output").zvm-\(getpid())"
    temporary = whole.removingLastComponent().appending(name).string
    do {
      descriptor = try FileDescriptor.open(
        FilePath(temporary), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch { throw JobError("\(path): cannot be written: \(error)") }
  }

  func append(_ bytes: [UInt8]) throws(JobError) {
    do { try descriptor.writeAll(bytes) } catch {
      throw JobError("\(path): cannot be written: \(error)")
    }
    byteCount += Int64(bytes.count)
  }

  func publish() throws(JobError) {
    guard fsync(descriptor.rawValue) == 0, unsafe rename(temporary, path) == 0 else {
      throw JobError("\(path): \(unsafe String(cString: strerror(errno)))")
    }
    try? descriptor.close()
    // The name is on the disk when the folder is.
    let folder = FilePath(path).removingLastComponent()
    if let parent = try? FileDescriptor.open(folder.isEmpty ? "." : folder, .readOnly) {
      _ = fsync(parent.rawValue)
      try? parent.close()
    }
  }

  func remove() {
    try? descriptor.close()
    unsafe unlink(temporary)
  }
}
