import Digest
import Foundation
import Glibc
import SystemPackage

/// Results of tasks by what they are a function of (docs/JOBS.md), in `$ZVM_SHARDS`, else
/// `$XDG_CACHE_HOME/zvm/shards`, else `~/.cache/zvm/shards`.
///
/// An entry is one file: a line of its own digest and sizes, then the bytes. It appears by rename, so
/// processes may share the cache; whoever takes an entry checks its digest, so a damaged or forged one
/// is a miss and is removed.
public final class ShardCache: Sendable {
  public let folder: String
  /// Bytes of all entries beyond which the oldest go.
  public let limit: Int64

  public static let defaultLimit: Int64 = 10 << 30

  public init(folder: String? = nil, limit: Int64 = defaultLimit) {
    self.folder =
      folder ?? ProcessInfo.processInfo.environment["ZVM_SHARDS"] ?? Self.home + "/shards"
    self.limit = limit
  }

  /// `$XDG_CACHE_HOME/zvm`, or `~/.cache/zvm`.
  public static var home: String {
    let environment = ProcessInfo.processInfo.environment
    if let base = environment["XDG_CACHE_HOME"], !base.isEmpty { return "\(base)/zvm" }
    return NSHomeDirectory() + "/.cache/zvm"
  }

  /// Where the digests of input files are remembered.
  var contentFolder: String { "\(folder)/content" }

  private func path(_ key: String) -> String { "\(folder)/\(key.prefix(2))/\(key)" }

  /// Copies a task's output to the end of a data file. nil: not there, or not sound.
  func take(_ key: String, to file: FileDescriptor, number: Int32, at offset: Int64)
    throws(JobError) -> TaskOutput?
  {
    let path = path(key)
    guard
      let entry = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    else { return nil }
    defer { try? entry.close() }
    guard let head = readBytes(entry, at: 0, count: Self.headByteCount),
      let header = EntryHeader(head, key: key)
    else {
      unsafe unlink(path)
      return nil
    }
    var hash = SHA256()
    var target = offset
    let whole = try forEachPiece(of: entry, from: Int64(header.byteCount), length: header.length) {
      bytes throws(JobError) in
      hash.update(bytes)
      let error = writeBytes(bytes, file, at: target)
      guard error == 0 else {
        throw JobError("the job's data: cannot be written: \(systemMessage(error))")
      }
      target += Int64(bytes.count)
    }
    guard whole, Etag(hash.finalize()) == header.output.etag else {
      unsafe unlink(path)
      return nil
    }
    // The time of the last use: what the oldest is when room is wanted.
    unsafe utimensat(AT_FDCWD, path, nil, 0)
    var output = header.output
    for index in output.runs.indices {
      output.runs[index].file = number
      output.runs[index].offset += offset
    }
    return output
  }

  /// Keeps a task's output. The runs must follow each other in one file. Failing to keep is no
  /// failure of the job: the next run does the work again.
  func keep(_ key: String, _ output: TaskOutput, in file: FileDescriptor) {
    guard output.rejectRun == nil else { return }
    let start = output.runs.first?.offset ?? 0
    let length = output.runs.reduce(0) { $0 + $1.length }
    guard length <= limit / 4 else { return }
    let folder = "\(folder)/\(key.prefix(2))"
    let path = path(key)
    let temporary = "\(folder)/.\(key).\(getpid())"
    let flags: FileDescriptor.OpenOptions = [.create, .truncate, .closeOnExec]
    var entry = try? FileDescriptor.open(
      FilePath(temporary), .writeOnly, options: flags, permissions: .ownerReadWrite)
    if entry == nil {
      try? makeFolder(folder)
      entry = try? FileDescriptor.open(
        FilePath(temporary), .writeOnly, options: flags, permissions: .ownerReadWrite)
    }
    guard let entry else { return }
    defer { try? entry.close() }
    let head = EntryHeader.bytes(output, start: start, key: key)
    var target = Int64(head.count)
    let whole = try? forEachPiece(of: file, from: start, length: length) { bytes throws(JobError) in
      guard writeBytes(bytes, entry, at: target) == 0 else { throw JobError("full") }
      target += Int64(bytes.count)
    }
    let isComplete = whole == true && writeBytes(head.span, entry, at: 0) == 0
    let isNamed = unsafe isComplete && rename(temporary, path) == 0
    if !isNamed { unsafe unlink(temporary) }
  }

  /// Most bytes of an entry's first line.
  static let headByteCount = 1 << 20

  public struct Usage: Sendable {
    public var entryCount = 0
    public var byteCount: Int64 = 0
  }

  private struct Entry {
    var path: String
    var byteCount: Int64
    var used: Int
  }

  private func entries() -> [Entry] {
    var result: [Entry] = []
    for group in folderNames(folder) where group.utf8.count == 2 {
      for name in folderNames("\(folder)/\(group)") {
        let path = "\(folder)/\(group)/\(name)"
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { continue }
        result.append(
          Entry(
            path: path, byteCount: Int64(status.st_blocks) * 512, used: Int(status.st_mtim.tv_sec)))
      }
    }
    return result
  }

  /// What is there.
  public func usage() -> Usage {
    let entries = entries()
    return Usage(
      entryCount: entries.count, byteCount: entries.reduce(0) { $0 + $1.byteCount })
  }

  /// Removes the entries that were not used for longest until at most `limit` bytes are left.
  /// Answers what was removed.
  @discardableResult
  public func prune(to limit: Int64) -> Usage {
    let entries = entries().sorted { ($0.used, $0.path) < ($1.used, $1.path) }
    var left = entries.reduce(0) { $0 + $1.byteCount }
    var removed = Usage()
    for entry in entries where left > limit {
      guard unsafe unlink(entry.path) == 0 else { continue }
      left -= entry.byteCount
      removed.entryCount += 1
      removed.byteCount += entry.byteCount
    }
    if limit == 0 { removeTree(contentFolder) }
    return removed
  }

  /// Prunes when this job's `added` bytes and those of jobs before may have made it too large. The
  /// sum of what was added is kept in a file, so that most jobs need not look at all entries.
  func grew(by added: Int64) {
    guard added > 0 else { return }
    let path = "\(folder)/grown"
    let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    defer { close(file) }
    flock(file, LOCK_EX)
    let text = readBytes(FileDescriptor(rawValue: file), at: 0, count: 32) ?? []
    var sum = (Int64(String(decoding: text, as: UTF8.self)) ?? limit) + added
    if sum > limit {
      prune(to: limit / 10 * 8)
      sum = usage().byteCount
    }
    ftruncate(file, 0)
    _ = writeBytes(Array("\(sum)".utf8).span, FileDescriptor(rawValue: file), at: 0)
  }
}

/// The first line of an entry.
private struct EntryHeader {
  var byteCount: Int
  var length: Int64
  var output: TaskOutput

  static func bytes(_ output: TaskOutput, start: Int64, key: String) -> [UInt8] {
    var text =
      "zvm-shard 1 \(key) \(output.etag.hex) \(output.inputByteCount) \(output.outputByteCount)"
    for run in output.runs {
      text += " \(run.partition):\(run.offset - start):\(run.length):\(run.longestLine)"
    }
    return Array((text + "\n").utf8)
  }

  init?(_ bytes: [UInt8], key: String) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ").map(
      String.init)
    guard words.count >= 6, words[0] == "zvm-shard", words[1] == "1", words[2] == key,
      let etag = Etag(hex: words[3]), let input = Int64(words[4]),
      let outputBytes = Int64(words[5]),
      input >= 0, outputBytes >= 0
    else { return nil }
    byteCount = end + 1
    length = 0
    var runs: [Run] = []
    for word in words[6...] {
      let numbers = word.split(separator: ":").compactMap { Int64($0) }
      guard numbers.count == 4,
        let run = Run(numbers: [0, numbers[0], numbers[1], numbers[2], numbers[3]]),
        run.offset == length, run.length <= 1 << 50
      else { return nil }
      length += run.length
      runs.append(run)
    }
    output = TaskOutput(
      runs: runs, etag: etag, inputByteCount: input, outputByteCount: outputBytes)
  }
}
