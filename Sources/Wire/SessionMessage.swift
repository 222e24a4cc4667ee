/// One run of a module, as it travels to the sandbox, which reads all of it before the guest runs.
package struct SessionMessage: Equatable, Sendable {
  /// Whether the process serves another session after this one, if this one ends well.
  package var isFollowed: Bool
  /// Whether it gives its memory back before it says that it is done, not after: so that the next
  /// session's peak, which the engine counts from there, has nothing of this one's.
  package var resetsFirst = false
  /// Whether it looks for the next session for a while before it sleeps.
  package var looks = false
  /// A multiple of 64 KiB.
  package var heapByteCount: UInt32
  package var memoryDigest: Bool
  /// Most traps, and most bytes written over all channels.
  package var trapLimit: UInt64
  package var outputByteLimit: Int64
  /// What the sandbox does in the place of a guest, if anything.
  package var fanOut: FanOutMessage?
  /// Descriptor that takes a `TrapRecord` before and after each trap, as its index plus 1; 0: none.
  package var trace: UInt32
  package var channels: [ChannelMessage]

  package init(
    isFollowed: Bool, heapByteCount: UInt32, memoryDigest: Bool, trapLimit: UInt64,
    outputByteLimit: Int64, trace: UInt32 = 0, channels: [ChannelMessage]
  ) {
    self.trace = trace
    self.trapLimit = trapLimit
    self.outputByteLimit = outputByteLimit
    self.isFollowed = isFollowed
    self.heapByteCount = heapByteCount
    self.memoryDigest = memoryDigest
    self.channels = channels
  }

  /// This session's guest memory and user manifest: what a launcher can prepare. Nothing else is in it.
  package var shape: SessionMessage {
    var shape = SessionMessage(
      isFollowed: false, heapByteCount: heapByteCount, memoryDigest: false, trapLimit: 0,
      outputByteLimit: 0, channels: channels)
    for index in channels.indices {
      shape.channels[index].digest = false
      shape.channels[index].backing =
        channels[index].access == 0
        ? .null : .file(0, offset: 0, size: channels[index].backing.byteCount)
    }
    return shape
  }

  /// Whether this session's guest memory starts as that one's.
  package func hasShape(of other: SessionMessage) -> Bool {
    heapByteCount == other.heapByteCount && channels.count == other.channels.count
      && zip(channels, other.channels).allSatisfy { one, other in
        one.alias == other.alias && one.access == other.access && one.gets == other.gets
          && one.getBytes == other.getBytes && one.puts == other.puts
          && one.putBytes == other.putBytes
          && (one.access == 0 || one.backing.byteCount == other.backing.byteCount)
      }
  }

  package func encode(into writer: inout ByteWriter) {
    writer.integer(UInt8((isFollowed ? 1 : 0) | (resetsFirst ? 2 : 0) | (looks ? 4 : 0)))
    writer.integer(heapByteCount)
    writer.integer(UInt8(memoryDigest ? 1 : 0))
    writer.integer(trapLimit)
    writer.integer(outputByteLimit)
    writer.integer(UInt8(fanOut == nil ? 0 : 1))
    fanOut?.encode(into: &writer)
    writer.integer(trace)
    writer.integer(UInt32(channels.count))
    for channel in channels { channel.encode(into: &writer) }
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    let followed = try reader.integer("followed", as: UInt8.self)
    guard followed <= 7 else { throw reader.error("followed") }
    isFollowed = followed & 1 != 0
    resetsFirst = followed & 2 != 0
    looks = followed & 4 != 0
    heapByteCount = try reader.integer("heap size")
    memoryDigest = try reader.integer("memory digest", as: UInt8.self) != 0
    trapLimit = try reader.integer("trap limit")
    outputByteLimit = try reader.count("output limit")
    if try reader.integer("fan-out", as: UInt8.self) != 0 {
      fanOut = try FanOutMessage(from: &reader)
    }
    trace = try reader.integer("trace")
    let count = try reader.integer("channel count", as: UInt32.self)
    guard count <= 10915 else { throw reader.error("channel count") }
    channels = []
    channels.reserveCapacity(Int(count))
    for _ in 0..<count { channels.append(try ChannelMessage(from: &reader)) }
    try reader.end()
  }
}

/// One channel of a session. Descriptors are indices into the session's descriptors.
package struct ChannelMessage: Equatable, Sendable {
  package struct Extent: Equatable, Sendable {
    package var descriptor: UInt32
    package var offset: Int64
    package var length: Int64

    package init(descriptor: UInt32, offset: Int64, length: Int64) {
      self.descriptor = descriptor
      self.offset = offset
      self.length = length
    }
  }

  package enum Backing: Equatable, Sendable {
    case null
    case stream(UInt32)
    /// A window that starts at `offset`; `size` bytes of it hold data when the session starts.
    /// `bounded`: reads end there for good.
    case file(UInt32, offset: Int64, size: Int64)
    case extents([Extent])
    indirect case compressed(UInt32, CompressedPiece)
    case bytes([UInt8])
  }

  package var alias: String
  /// 0…3, the manifest's type.
  package var access: UInt8
  package var digest: Bool
  /// Whether a write that fails is the program's to know, as from a system call.
  package var tellsErrors = false
  package var gets: Int64
  package var getBytes: Int64
  package var puts: Int64
  package var putBytes: Int64
  package var backing: Backing

  package init(
    alias: String, access: UInt8, digest: Bool, gets: Int64, getBytes: Int64, puts: Int64,
    putBytes: Int64, backing: Backing
  ) {
    self.alias = alias
    self.access = access
    self.digest = digest
    self.gets = gets
    self.getBytes = getBytes
    self.puts = puts
    self.putBytes = putBytes
    self.backing = backing
  }

  /// Largest constant channel.
  package static let maximumConstantByteCount = 16 << 20
  /// Longest alias: a manifest's value may not be longer.
  package static let maximumAliasByteCount = 8 << 10

  package func encode(into writer: inout ByteWriter) {
    writer.string(alias)
    writer.integer(access)
    writer.integer(UInt8((digest ? 1 : 0) | (tellsErrors ? 2 : 0)))
    for limit in [gets, getBytes, puts, putBytes] { writer.integer(limit) }
    switch backing {
    case .null: writer.integer(UInt8(0))
    case .stream(let descriptor):
      writer.integer(UInt8(1))
      writer.integer(descriptor)
    case .file(let descriptor, let offset, let size):
      writer.integer(UInt8(2))
      writer.integer(descriptor)
      writer.integer(offset)
      writer.integer(size)
    case .extents(let extents):
      writer.integer(UInt8(3))
      writer.integer(UInt32(extents.count))
      for extent in extents {
        writer.integer(extent.descriptor)
        writer.integer(extent.offset)
        writer.integer(extent.length)
      }
    case .compressed(let descriptor, let piece):
      writer.integer(UInt8(4))
      writer.integer(descriptor)
      piece.encode(into: &writer)
    case .bytes(let bytes):
      writer.integer(UInt8(5))
      writer.bytes(bytes)
    }
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    alias = try reader.string("alias", atMost: Self.maximumAliasByteCount)
    access = try reader.integer("access")
    guard access <= 3 else { throw reader.error("access") }
    let switches = try reader.integer("channel switches", as: UInt8.self)
    guard switches <= 3 else { throw reader.error("channel switches") }
    digest = switches & 1 != 0
    tellsErrors = switches & 2 != 0
    gets = try reader.count("gets")
    getBytes = try reader.count("get bytes")
    puts = try reader.count("puts")
    putBytes = try reader.count("put bytes")
    switch try reader.integer("backing", as: UInt8.self) {
    case 0: backing = .null
    case 1: backing = .stream(try reader.integer("descriptor"))
    case 2:
      backing = .file(
        try reader.integer("descriptor"), offset: try reader.count("offset"),
        size: try reader.count("size"))
    case 3:
      let count = try reader.integer("extent count", as: UInt32.self)
      var extents: [Extent] = []
      for _ in 0..<count {
        extents.append(
          Extent(
            descriptor: try reader.integer("descriptor"), offset: try reader.count("offset"),
            length: try reader.count("length")))
      }
      backing = .extents(extents)
    case 4:
      backing = .compressed(
        try reader.integer("descriptor"), try CompressedPiece(from: &reader))
    case 5:
      backing = .bytes(try reader.bytes("constant", atMost: Self.maximumConstantByteCount))
    default: throw reader.error("backing")
    }
    // Ends of windows must be sums that fit.
    switch backing {
    case .file(_, let offset, let size):
      if offset.addingReportingOverflow(size).overflow { throw reader.error("window") }
    case .extents(let extents):
      for extent in extents where extent.offset.addingReportingOverflow(extent.length).overflow {
        throw reader.error("window")
      }
    default: break
    }
  }
}

extension ChannelMessage.Backing {
  /// How many bytes can be read at the start, where that is known.
  package var byteCount: Int64 {
    switch self {
    case .null, .stream, .compressed: 0
    case .file(_, _, let size): size
    case .extents(let extents): extents.reduce(0) { $0 + $1.length }
    case .bytes(let bytes): Int64(bytes.count)
    }
  }
}
