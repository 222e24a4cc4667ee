import Compression
import Foundation
package import Sandbox
import SystemPackage
import Wire

/// One program to run, as a client asks for it: the JSON body of its packet. Descriptors travel beside
/// the packet and are named by their number in it. docs/OPENSTACK-SWIFT.md has the format.
package struct ServiceRequest: Decodable, Sendable {
  package struct Program: Decodable, Sendable {
    /// Descriptor of the nexe; or else `image`.
    package var descriptor: Int?
    /// Name of a program that the daemon was started with (`--image NAME=PATH`).
    package var image: String?
    /// argv[0], and what messages call it.
    package var name: String?
  }

  /// What a channel is.
  package enum Kind: String, Decodable, Sendable {
    /// A regular file, moved by offset.
    case file
    /// A pipe or socket: bytes in order.
    case stream
    /// Reads give end of file, writes vanish.
    case null
  }

  package enum Direction: String, Decodable, Sendable { case read, write, both }

  package struct ChannelRequest: Decodable, Sendable {
    /// Name that the program sees, `/dev/…`.
    package var alias: String
    package var kind: Kind
    package var descriptor: Int?
    package var direction: Direction
    /// `sequential` unless said otherwise; `random` seeks in both directions.
    package var access: String?
    /// Most bytes that may be written, or read where there is nothing to write.
    package var limit: Int64?
    /// Whether the report has a SHA-256 of what moved.
    package var digest: Bool?
    /// Whether a compressed file is decompressed on the way in, by its first bytes.
    package var decompress: Bool?
    /// `lines`: the file is split at line ends where it can be, and a sandbox runs on each shard.
    package var split: String?
  }

  /// A tarball that is the program's file tree at `at`.
  package struct Mount: Decodable, Sendable {
    package var descriptor: Int
    package var at: String
  }

  /// Says that this request must not be served twice.
  package struct Once: Decodable, Sendable {
    /// Never the same for two requests.
    package var nonce: String
    /// Unix time of the request, seconds.
    package var stamp: Int64
  }

  package var version: Int
  package var once: Once?
  package var program: Program
  package var arguments: [String]?
  package var environment: [String: String]?
  /// Bytes.
  package var memory: Int?
  /// Seconds of wall-clock time.
  package var timeout: Double?
  package var channels: [ChannelRequest]?
  package var mounts: [Mount]?

  /// Largest packet that is taken, in bytes.
  package static let maximumByteCount = 192 << 10
  /// Most descriptors that one packet can carry (the kernel's SCM_MAX_FD).
  package static let maximumDescriptorCount = 253
}

/// Limits that no request can go beyond.
package struct ServiceLimits: Sendable {
  package var memoryByteCount = 4 << 30
  package var timeoutSeconds = 3600.0
  /// Of one channel.
  package var channelByteCount: Int64 = 1 << 30
  package var defaultMemoryByteCount = 256 << 20
  package var defaultTimeoutSeconds = 10.0

  package init() {}
}

/// Why a request cannot be served; `status` is what a client decides by.
package struct ServiceError: Error, Sendable, CustomStringConvertible {
  package enum Status: String, Sendable {
    /// The request itself is wrong.
    case badRequest = "bad-request"
    /// All slots are taken and the queue is full: try another node, or later.
    case busy
    /// Not this peer's to ask.
    case forbidden
    /// The program is not a nexe, or the validator refused it.
    case refused
    /// The daemon could not do its part.
    case failed
  }

  package let status: Status
  package let description: String

  package init(_ status: Status, _ description: String) {
    self.status = status
    self.description = description
  }
}

extension ServiceRequest {
  /// Decodes and checks a packet's body.
  package init(parsing bytes: [UInt8]) throws(ServiceError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw ServiceError(.badRequest, "request: \(Self.explain(error))")
    } catch {
      throw ServiceError(.badRequest, "request: \(error)")
    }
    guard version == 1 else {
      throw ServiceError(.badRequest, "request: version \(version) is not known; 1 is")
    }
    guard (program.descriptor == nil) != (program.image == nil) else {
      throw ServiceError(.badRequest, "program: either a descriptor or an image")
    }
  }

  private static func explain(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map {
        $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)"
      }.joined()
      return path.isEmpty ? "top level" : String(path.drop { $0 == "." })
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(place(context)): no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      "\(place(context)): \(context.debugDescription)"
    @unknown default: "not understood"
    }
  }

  /// The session that is asked for.
  package func session(_ descriptors: [Int32], _ limits: ServiceLimits) throws(ServiceError)
    -> Session
  {
    var standard: [String: Channel] = [:]
    var others: [Channel] = []
    var names = Set<String>()
    for request in channels ?? [] {
      guard names.insert(request.alias).inserted else {
        throw ServiceError(.badRequest, "channel \(request.alias): there twice")
      }
      let channel = try channel(request, descriptors, limits)
      if Self.standardAliases.contains(request.alias) {
        standard[request.alias] = channel
      } else {
        others.append(channel)
      }
    }
    let name = program.name ?? program.image ?? "program"
    var tarballs: [(tar: Channel.Backing, at: String)] = []
    for mount in mounts ?? [] {
      tarballs.append(
        (
          tar: .file(try file(mount.descriptor, descriptors, mount.at), offset: 0, length: nil),
          at: mount.at
        ))
    }
    var session = Session.command(
      arguments: [name] + (arguments ?? []),
      environment: (environment ?? [:]).sorted { $0.key < $1.key }.map {
        (name: $0.key, value: $0.value)
      },
      standardInput: .null, standardOutput: .null, standardError: .null, mounts: tarballs,
      memoryByteCount: try memoryByteCount(limits), timeout: try duration(limits))
    for index in session.channels.indices {
      if let channel = standard[session.channels[index].alias] {
        session.channels[index] = channel
      }
    }
    session.channels += others
    return session
  }

  private static let standardAliases = ["/dev/stdin", "/dev/stdout", "/dev/stderr"]
  /// A file that may be compressed, told by its first bytes.
  private func decompressed(_ file: FileDescriptor, _ what: String) throws(ServiceError)
    -> Channel.Backing
  {
    var head = [UInt8](repeating: 0, count: 8)
    do {
      let count = try unsafe head.withUnsafeMutableBytes {
        unsafe try file.read(fromAbsoluteOffset: 0, into: $0)
      }
      let codec = detectCodec(head.span.extracting(first: count))
      return codec == .none
        ? .file(file, offset: 0, length: nil)
        : .compressed(file, codec, offset: 0, length: nil)
    } catch {
      throw ServiceError(.failed, "\(what): \(error)")
    }
  }

  private static let reservedAliases = ["/dev/nvram", "/dev/mount/", "/dev/save/"]

  private func memoryByteCount(_ limits: ServiceLimits) throws(ServiceError) -> Int {
    let count = memory ?? limits.defaultMemoryByteCount
    guard count > 0, count <= limits.memoryByteCount else {
      throw ServiceError(
        .badRequest, "memory: \(count) is not between 1 and \(limits.memoryByteCount)")
    }
    return count
  }

  private func duration(_ limits: ServiceLimits) throws(ServiceError) -> Duration {
    let seconds = timeout ?? limits.defaultTimeoutSeconds
    guard seconds > 0, seconds <= limits.timeoutSeconds else {
      throw ServiceError(
        .badRequest, "timeout: \(seconds) is not between 0 and \(limits.timeoutSeconds) seconds")
    }
    return .milliseconds(Int64((seconds * 1000).rounded(.up)))
  }

  private func file(_ index: Int, _ descriptors: [Int32], _ what: String) throws(ServiceError)
    -> FileDescriptor
  {
    guard descriptors.indices.contains(index) else {
      throw ServiceError(.badRequest, "\(what): descriptor \(index) was not sent")
    }
    return FileDescriptor(rawValue: descriptors[index])
  }

  private func channel(
    _ request: ChannelRequest, _ descriptors: [Int32], _ limits: ServiceLimits
  ) throws(ServiceError) -> Channel {
    let what = "channel \(request.alias)"
    guard request.alias.hasPrefix("/dev/"), request.alias.utf8.count <= 255,
      !Self.reservedAliases.contains(where: request.alias.hasPrefix),
      !request.alias.utf8.contains(0)
    else { throw ServiceError(.badRequest, "\(what): not a name that a channel can have") }
    let access: Channel.Access
    switch request.access ?? "sequential" {
    case "sequential": access = .sequential
    case "append": access = .append
    case "randomWrite": access = .randomWrite
    case "random": access = .random
    case let other: throw ServiceError(.badRequest, "\(what): access '\(other)' is not known")
    }
    let limit = min(request.limit ?? limits.channelByteCount, limits.channelByteCount)
    guard limit >= 0 else { throw ServiceError(.badRequest, "\(what): a negative limit") }
    var granted = Channel.Limits(gets: 0, getBytes: 0, puts: 0, putBytes: 0)
    if request.direction != .write {
      granted.gets = .max
      // What is read is what the client passed; how much there is of it is for the client to bound.
      granted.getBytes = .max
    }
    if request.direction != .read {
      granted.puts = .max
      granted.putBytes = limit
    }
    let backing: Channel.Backing
    switch request.kind {
    case .null: backing = .null
    case .stream, .file:
      guard let index = request.descriptor else {
        throw ServiceError(.badRequest, "\(what): a \(request.kind.rawValue) needs a descriptor")
      }
      let descriptor = try file(index, descriptors, what)
      if request.kind == .stream {
        guard access == .sequential else {
          throw ServiceError(.badRequest, "\(what): a stream is sequential")
        }
        backing = .stream(descriptor)
      } else if request.split != nil {
        guard request.split == "lines", request.alias == "/dev/stdin", request.direction == .read,
          access == .sequential
        else {
          throw ServiceError(.badRequest, "\(what): split: only /dev/stdin, in order, by lines")
        }
        backing =
          request.decompress == true
          ? try decompressed(descriptor, what) : .file(descriptor, offset: 0, length: nil)
      } else if request.decompress == true {
        backing = try decompressed(descriptor, what)
      } else {
        backing = .file(descriptor, offset: 0, length: nil)
      }
    }
    return Channel(
      alias: request.alias, access: access, backing: backing, limits: granted,
      digest: request.digest ?? false)
  }
}
