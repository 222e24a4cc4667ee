/// A session as a ZeroVM manifest describes it (CONTRACT.md, "Manifest").
public struct Manifest: Sendable, Equatable {
  /// Path of the nexe, as written.
  public var program: String
  /// Heap + stack + image, in bytes.
  public var memoryByteCount: Int
  /// Whether a digest of the memory is wanted in the report.
  public var memoryDigest: Bool
  /// Wall-clock limit in seconds.
  public var timeoutSeconds: Int
  /// In number order: the index is the channel number.
  public var channels: [ChannelDeclaration]
  /// This sandbox's number among those that talk over the network.
  public var node: Int?
  /// `udp:host:port` of the name server.
  public var nameServer: NetworkAddress?
  /// Path of the UNIX socket of a template session.
  public var job: String?
}

/// One `Channel =` line.
public struct ChannelDeclaration: Sendable, Equatable {
  /// What stands behind the channel: one or several.
  public var sources: [ChannelSource]
  public var alias: String
  /// 0…3: which direction may seek (CONTRACT.md, "Channels").
  public var type: Int
  public var digest: Bool
  public var gets: Int64
  public var getByteCount: Int64
  public var puts: Int64
  public var putByteCount: Int64
  /// Line in the manifest, from 1.
  public var line: Int
}

/// One uri of a channel.
public enum ChannelSource: Sendable, Equatable {
  /// A file, character device or FIFO, as written.
  case path(String)
  /// `tcp:host:port`, or `tcp:node:port` with a name server; a node's port may be left out.
  case network(NetworkAddress)
  /// `pipe:name`: an in-memory pipe to another sandbox of the same user on this host. Ours.
  case pipe(String)
}

/// `protocol:host:port`.
public struct NetworkAddress: Sendable, Equatable {
  public enum Transport: String, Sendable {
    case tcp
    case udp
  }

  public var transport: Transport
  /// A host name or address, or a node number, as written.
  public var host: String
  /// 0 where none was given: only a node's may be left out.
  public var port: UInt16

  /// The node that is meant, when the host is a plain number.
  public var node: UInt32? {
    host.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      ? UInt32(host) : nil
  }

  public init(transport: Transport, host: String, port: UInt16) {
    self.transport = transport
    self.host = host
    self.port = port
  }
}

/// Why a manifest is refused, and where.
public struct ManifestError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Equatable, Sendable {
    case tooLong(byteCount: Int)
    case notText
    case memoryOutOfRange(String)
    case fieldTooLong(key: String)
    case tooManyTokens(key: String)
    case repeated(key: String)
    case missing(key: String)
    case wrongTokenCount(key: String, expected: String, found: Int)
    case notANumber(key: String, text: String)
    case outOfRange(key: String, text: String, allowed: String)
    case empty(key: String)
    case badAddress(key: String, text: String)
    case duplicateAlias(String)
    case missingStandardChannel(String)
    case tooManyChannels(Int)
    case noLimits(alias: String)
    case nodeWithoutNameServer(String)
    case badPipeName(String)
  }

  public let reason: Reason
  /// Line from 1; 0 where the whole manifest is meant.
  public let line: Int

  public init(reason: Reason, line: Int) {
    self.reason = reason
    self.line = line
  }

  /// The exit status that the contract asks for: EINVAL (22) for a channel that can do nothing,
  /// ENOMEM (12) for a memory that cannot be had, EFAULT (14) for everything else.
  public var exitStatus: Int32 {
    switch reason {
    case .noLimits: 22
    case .memoryOutOfRange: 12
    default: 14
    }
  }

  public var description: String {
    let text =
      switch reason {
      case .tooLong(let count):
        "manifest has \(count) bytes, the limit is \(Manifest.maximumByteCount)"
      case .notText: "not UTF-8 text without NUL"
      case .memoryOutOfRange(let text): "Memory: \(text) is out of range (1…4294967296)"
      case .fieldTooLong(let key):
        "\(key): longer than \(Manifest.maximumFieldByteCount) bytes"
      case .tooManyTokens(let key): "\(key): more than \(Manifest.maximumTokenCount) values"
      case .repeated(let key): "\(key): given more than once"
      case .missing(let key): "\(key): missing"
      case .wrongTokenCount(let key, let expected, let found):
        "\(key): \(found) values, expected \(expected)"
      case .notANumber(let key, let text): "\(key): '\(text)' is not a number"
      case .outOfRange(let key, let text, let allowed):
        "\(key): \(text) is out of range (\(allowed))"
      case .empty(let key): "\(key): empty value"
      case .badAddress(let key, let text): "\(key): '\(text)' is not PROTOCOL:HOST:PORT"
      case .duplicateAlias(let alias): "Channel: alias '\(alias)' is used twice"
      case .missingStandardChannel(let alias): "Channel: \(alias) must be declared"
      case .tooManyChannels(let count):
        "Channel: \(count) channels, the limit is \(Manifest.maximumChannelCount)"
      case .nodeWithoutNameServer(let node):
        "Channel: node \(node) has an address only with a NameServer"
      case .badPipeName(let name):
        "Channel: '\(name)' is no pipe name (1…64 letters, digits, '.', '-', '_')"
      case .noLimits(let alias): "Channel: '\(alias)' may neither read nor write"
      }
    return line > 0 ? "line \(line): \(text)" : text
  }
}
