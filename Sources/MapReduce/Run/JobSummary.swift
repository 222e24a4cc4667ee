/// What a finished job did.
public struct JobSummary: Sendable {
  /// The job's folder and its name, for `zvm job resume`.
  public var folder = ""
  public var id = ""
  public var shardCount = 0
  public var sandboxCount = 0
  /// Tasks that ended well, whether or not the job did.
  var finishedCount = 0
  /// Tasks whose result was in the cache, or left by an earlier run of the job.
  public var cachedCount = 0
  public var resumedCount = 0
  /// Shards that were left out because they failed.
  public var skippedCount = 0
  public var rejectCount = 0
  /// Bytes that the map programs read, decompressed.
  public var inputByteCount: Int64 = 0
  public var outputByteCount: Int64 = 0
  /// Bytes that were added to the cache.
  var cacheByteCount: Int64 = 0
  /// CPU time in the sandboxes.
  public var userTime = Duration.zero
  public var systemTime = Duration.zero
  public var elapsed = Duration.zero

  public init() {}
}
