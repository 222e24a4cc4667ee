import Foundation
import Glibc
import Synchronization
import SystemPackage

/// What a job keeps while it runs and after: `…/zvm/jobs/ID` (docs/RUN-RECORD.md). Locked for as
/// long as this lives, so that no two engines work on one job.
public final class JobFolder: Sendable {
  public let path: String
  public let id: String
  private let lock: Int32
  private let isSynced = Atomic(false)

  var dataPath: String { "\(path)/data" }
  var errorsPath: String { "\(path)/stderr" }
  var jobPath: String { "\(path)/job.yaml" }

  /// Days after which the data of a job that nobody resumed is removed.
  static let keepDays = 7
  /// How many jobs are kept at most; the oldest go first.
  static let keepCount = 1000

  /// The folder of all jobs: `$ZVM_STATE`, else `$XDG_STATE_HOME/zvm`, else `~/.local/state/zvm`.
  public static func home(_ override: String? = nil) -> String {
    let environment = ProcessInfo.processInfo.environment
    if let base = override ?? environment["ZVM_STATE"], !base.isEmpty { return "\(base)/jobs" }
    if let base = environment["XDG_STATE_HOME"], !base.isEmpty { return "\(base)/zvm/jobs" }
    return NSHomeDirectory() + "/.local/state/zvm/jobs"
  }

  /// Ids of the jobs in `home`, oldest first.
  public static func identifiers(home: String) -> [String] { folderNames(home) }

  /// A new job's folder.
  init(home: String, name: String) throws(JobError) {
    try makeFolder(home)
    let plain = String(
      name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(40))
    var made: String?
    for attempt in 0..<1000 where made == nil {
      let id = Self.stamp() + "-\(getpid())" + (attempt > 0 ? ".\(attempt)" : "") + "-" + plain
      if unsafe mkdir("\(home)/\(id)", 0o777) == 0 {
        made = id
      } else if errno != EEXIST {
        throw JobError("\(home)/\(id): cannot be made: \(systemMessage(errno))")
      }
    }
    guard let made else { throw JobError("\(home): too many jobs at once") }
    id = made
    path = "\(home)/\(made)"
    lock = try Self.locked(path)
  }

  /// The folder of a job that is there. Throws when another engine works on it.
  public init(home: String, id: String) throws(JobError) {
    self.id = id
    path = "\(home)/\(id)"
    guard !id.contains("/"), unsafe access("\(path)/\(RunRecord.fileName)", R_OK) == 0 else {
      throw JobError("\(path): there is no such job")
    }
    lock = try Self.locked(path)
  }

  deinit { close(lock) }

  /// Keeps the job file's text for a resume. It comes to the disk with the record: a short job need not
  /// wait for that.
  func keep(jobFile text: String) throws(JobError) {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(
        FilePath(jobPath), .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch { throw JobError("\(jobPath): cannot be written: \(error)") }
    defer { try? file.close() }
    let error = writeBytes(Array(text.utf8).span, file, at: 0)
    guard error == 0 else {
      throw JobError("\(jobPath): cannot be written: \(systemMessage(error))")
    }
  }

  /// Brings the job file, and the folder's name and what is in it, to the disk: once, since they do
  /// not change.
  func sync() throws(JobError) {
    guard !isSynced.exchange(true, ordering: .relaxed) else { return }
    for path in [jobPath, path, FilePath(path).removingLastComponent().string] {
      let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { throw JobError("\(path): sync: \(systemMessage(errno))") }
      defer { close(file) }
      // EINVAL: a file system whose folders need no sync.
      guard fsync(file) == 0 || errno == EINVAL else {
        throw JobError("\(path): sync: \(systemMessage(errno))")
      }
    }
  }

  /// To the millisecond: ids sort as the runs began, also those of one second.
  private static func stamp() -> String {
    let parts = Calendar.utc.dateComponents(
      [.year, .month, .day, .hour, .minute, .second, .nanosecond], from: Date())
    let values = [parts.month, parts.day, parts.hour, parts.minute, parts.second].map { value in
      let text = String(value ?? 0)
      return text.utf8.count < 2 ? "0\(text)" : text
    }
    return "\(parts.year ?? 0)\(values[0])\(values[1])T\(values[2])\(values[3])\(values[4])."
      + String(1000 + (parts.nanosecond ?? 0) / 1_000_000).suffix(3)
  }

  private static func locked(_ path: String) throws(JobError) -> Int32 {
    let file = unsafe open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw JobError("\(path)/lock: \(systemMessage(errno))") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      close(file)
      throw JobError(
        number == EWOULDBLOCK
          ? "\(path): another engine works on this job" : "\(path)/lock: \(systemMessage(number))")
    }
    return file
  }

  /// Whether an engine works on the job.
  static func isLocked(_ path: String) -> Bool {
    let file = unsafe open("\(path)/lock", O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return flock(file, LOCK_EX | LOCK_NB) != 0
  }

  /// Removes what the finished job needs no more.
  func removeData() { removeTree(dataPath) }

  /// Removes data that nobody came back for, and the oldest of too many jobs. Never what is in use.
  static func removeLeftovers(home: String) {
    let names = folderNames(home)
    var excess = names.count - keepCount
    let old = Int(Date().timeIntervalSince1970) - keepDays * 86_400
    for name in names {
      let path = "\(home)/\(name)"
      var status = stat()
      let isStale =
        unsafe stat("\(path)/data", &status) == 0 && Int(status.st_mtim.tv_sec) < old
      guard isStale || excess > 0, !isLocked(path) else { continue }
      if excess > 0 {
        removeTree(path)
        excess -= 1
      } else {
        removeTree("\(path)/data")
      }
    }
  }
}

extension Calendar {
  fileprivate static let utc: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()
}

/// `rm -r`, as far as it goes.
func removeTree(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
