/// What one sandbox is asked to do: channels and limits for one run of a module.
public struct Session: Sendable {
  /// In number order: the index is the channel number.
  public var channels: [Channel]
  /// The manifest's Memory: heap = memory − stack − image. Bytes.
  public var memoryByteCount: Int
  /// Wall-clock limit; when it is over the sandbox is killed.
  public var timeout: Duration

  public init(
    channels: [Channel], memoryByteCount: Int = 256 << 20, timeout: Duration = .seconds(60)
  ) {
    self.channels = channels
    self.memoryByteCount = memoryByteCount
    self.timeout = timeout
  }

  /// A session that looks like running a command: the three standard channels plus
  /// `/dev/nvram`, which carries the arguments and the environment.
  public static func command(
    arguments: [String], environment: [(name: String, value: String)] = [],
    standardInput: Channel.Backing, standardOutput: Channel.Backing,
    standardError: Channel.Backing, memoryByteCount: Int = 256 << 20,
    timeout: Duration = .seconds(60)
  ) -> Session {
    fatalError("lands with the sandbox")
  }
}
