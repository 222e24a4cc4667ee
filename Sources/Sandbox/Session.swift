package import SystemPackage
package import Wire

/// What one sandbox is asked to do: channels and limits for one run of a module.
public struct Session: Sendable {
  /// In number order: the index is the channel number.
  public var channels: [Channel]
  /// The manifest's Memory: heap = memory − stack − image. Bytes.
  public var memoryByteCount: Int
  /// Wall-clock limit; when it is over the sandbox is killed.
  public var timeout: Duration
  /// CPU time that the sandbox process may use in this session, user and system; nil: no limit. The
  /// engine looks at the kernel's clock for it and kills within about a millisecond.
  public var cpuTimeLimit: Duration?
  /// How often the program may call the trap; nil: no limit.
  public var trapLimit: UInt64?
  /// How many bytes the program may write over all its channels; nil: only the channels' own limits.
  public var outputByteLimit: Int64?
  /// Whether a SHA-256 of the guest's memory at its exit is wanted (the manifest's memory etag).
  public var memoryDigest = false
  /// What the sandbox process does in the place of a guest.
  package var fanOut: FanOutMessage?

  /// The write end of a pipe that is told of each trap, before and after (`zvm run -T`).
  package var trace: FileDescriptor?

  public init(
    channels: [Channel], memoryByteCount: Int = 256 << 20, timeout: Duration = .seconds(60)
  ) {
    self.channels = channels
    self.memoryByteCount = memoryByteCount
    self.timeout = timeout
  }
}
