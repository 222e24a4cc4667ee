package import Wire

/// What one sandbox is asked to do: channels and limits for one run of a module.
public struct Session: Sendable {
  /// In number order: the index is the channel number.
  public var channels: [Channel]
  /// The manifest's Memory: heap = memory − stack − image. Bytes.
  public var memoryByteCount: Int
  /// Wall-clock limit; when it is over the sandbox is killed.
  public var timeout: Duration
  /// Whether a SHA-256 of the guest's memory at its exit is wanted (the manifest's memory etag).
  public var memoryDigest = false
  /// What the sandbox process does in the place of a guest.
  package var fanOut: FanOutMessage?

  public init(
    channels: [Channel], memoryByteCount: Int = 256 << 20, timeout: Duration = .seconds(60)
  ) {
    self.channels = channels
    self.memoryByteCount = memoryByteCount
    self.timeout = timeout
  }
}
