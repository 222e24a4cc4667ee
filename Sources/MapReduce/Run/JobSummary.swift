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
