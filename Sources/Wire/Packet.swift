/// What a packet between engine, launcher and sandbox is.
package enum PacketKind: UInt8, Sendable {
  /// Engine → launcher, first packet: the module's layout, its memory file attached.
  case module = 1
  /// Launcher → engine, once: ready, with what protects its sandboxes; or why not.
  case ready = 2
  /// Engine → sandbox: descriptors of the session that follows.
  case descriptors = 3
  /// Engine → sandbox: run this.
  case session = 4
  /// Engine → launcher: fork that sandbox; its control socket and its shared memory attached, a
  /// ForkMessage as body.
  case fork = 5
  /// Sandbox → engine: that session is over, as the shared memory says; ready for another.
  case idle = 8
  /// Launcher → engine, over the sandbox's own socket where it has room: a ForkedMessage.
  case forked = 9
  /// Sandbox → engine: the program called fork; copies of this process can be asked for.
  case template = 11
  /// Engine → template: fork a copy; its control socket and its shared memory attached.
  case copy = 12
  /// Copy → engine, first of all: here I am. The kernel adds the process number.
  case hello = 13
  /// Engine → launcher: memory for sessions like this one is to be set up before the fork. A session
  /// as body.
  case shape = 14
}

/// What sandbox processes of a launcher may do beyond moving bytes: chosen before the launcher has its
/// filter, which all of them inherit.
package struct Powers: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The traps jail and unjail: heap memory may become executable.
  package static let jail = Powers(rawValue: 1)
  /// The trap fork: the process may become a template, which forks copies of itself.
  package static let fork = Powers(rawValue: 2)
}

/// How a sandbox is to be forked.
package struct ForkMessage: Equatable, Sendable {
  /// Whether this process may become a template, where the launcher's powers allow it.
  package var mayFork: Bool
  /// Whether it is forked ahead of need: it can get ready before its session comes.
  package var isAhead: Bool
  /// Whether its first turn is on the launcher's processor: whoever wants it waits for it meanwhile.
  package var isNear: Bool
  /// Whether, near, its number is noted where the engine looks, which lets it run elsewhere.
  package var isNoted: Bool
  /// Which shared memory it has. Its descriptor comes along, where the last fork's was another.
  package var memory: UInt64

  package init(mayFork: Bool, isAhead: Bool, isNear: Bool, isNoted: Bool, memory: UInt64) {
    self.mayFork = mayFork
    self.isAhead = isAhead
    self.isNear = isNear
    self.isNoted = isNoted
    self.memory = memory
  }

  package func encode(into writer: inout ByteWriter) {
    writer.integer(UInt8(mayFork ? 1 : 0))
    writer.integer(UInt8(isAhead ? 1 : 0))
    writer.integer(UInt8(isNear ? 1 : 0))
    writer.integer(UInt8(isNoted ? 1 : 0))
    writer.integer(memory)
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    mayFork = try reader.integer("may fork", as: UInt8.self) != 0
    isAhead = try reader.integer("ahead", as: UInt8.self) != 0
    isNear = try reader.integer("near", as: UInt8.self) != 0
    isNoted = try reader.integer("noted", as: UInt8.self) != 0
    memory = try reader.integer("memory", as: UInt64.self)
    try reader.end()
  }
}

/// What became of a request to fork. The process is the engine's child, which waits for it.
package struct ForkedMessage: Equatable, Sendable {
  /// The kernel's number of the process; 0 where there is none.
  package var process: Int32
  /// Why it was not forked: an errno, or 0.
  package var error: Int32

  package init(process: Int32, error: Int32 = 0) {
    self.process = process
    self.error = error
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    process = Int32(bitPattern: try reader.integer("process"))
    error = Int32(bitPattern: try reader.integer("error"))
    guard process > 0 || error > 0 else { throw reader.error("process") }
    try reader.end()
  }
}

/// The first bytes of every packet.
package struct PacketHeader: Equatable, Sendable {
  package var kind: PacketKind
  /// The engine's number for a sandbox or a session; 0 where none is meant.
  package var identifier: UInt64
  /// Zero: the body follows. Otherwise it has this many bytes and lies in a memory file, the
  /// packet's last descriptor.
  package var bodyByteCount: UInt32

  package static let byteCount = 20
  /// A body up to this size travels in the packet itself.
  package static let maximumInlineByteCount = 32 << 10
  package static let maximumPacketByteCount = byteCount + maximumInlineByteCount
  /// Largest body of any kind: 10915 channels with long names and many extents fit.
  package static let maximumBodyByteCount = 64 << 20
  /// SCM_MAX_FD of the kernel.
  package static let maximumDescriptorCount = 253
  private static let magic: UInt32 = 0x316d_767a

  package init(kind: PacketKind, identifier: UInt64 = 0, bodyByteCount: UInt32 = 0) {
    self.kind = kind
    self.identifier = identifier
    self.bodyByteCount = bodyByteCount
  }

  package func encode(into writer: inout ByteWriter) {
    writer.integer(Self.magic)
    writer.integer(UInt32(kind.rawValue))
    writer.integer(identifier)
    writer.integer(bodyByteCount)
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    guard try reader.integer("magic", as: UInt32.self) == Self.magic else {
      throw reader.error("magic")
    }
    let rawKind = try reader.integer("kind", as: UInt32.self)
    guard let kind = UInt8(exactly: rawKind).flatMap(PacketKind.init(rawValue:)) else {
      throw reader.error("kind")
    }
    self.kind = kind
    identifier = try reader.integer("identifier")
    bodyByteCount = try reader.integer("body length")
    guard bodyByteCount <= UInt32(Self.maximumBodyByteCount) else {
      throw reader.error("body length")
    }
  }
}

/// The layout of a module: what the launcher maps where. The engine has checked it against the
/// rules for nexes; the launcher checks again whatever its own safety rests on.
package struct ModuleMessage: Equatable, Sendable {
  package struct Segment: Equatable, Sendable {
    package var address: UInt32
    package var memoryByteCount: UInt32
    package var fileOffset: UInt64
    package var fileByteCount: UInt32
    /// PF_X 1, PF_W 2, PF_R 4.
    package var permissions: UInt32

    package init(
      address: UInt32, memoryByteCount: UInt32, fileOffset: UInt64, fileByteCount: UInt32,
      permissions: UInt32
    ) {
      self.address = address
      self.memoryByteCount = memoryByteCount
      self.fileOffset = fileOffset
      self.fileByteCount = fileByteCount
      self.permissions = permissions
    }
  }

  package var entry: UInt32
  package var segments: [Segment]
  /// The system-call filter, 8 bytes an instruction. None only in tests of wall one.
  package var filter: [UInt8]?
  package var powers: Powers

  package init(entry: UInt32, segments: [Segment], filter: [UInt8]?, powers: Powers) {
    self.powers = powers
    self.entry = entry
    self.segments = segments
    self.filter = filter
  }

  package func encode(into writer: inout ByteWriter) {
    writer.integer(entry)
    writer.integer(UInt8(filter == nil ? 0 : 1))
    writer.bytes(filter ?? [])
    writer.integer(powers.rawValue)
    writer.integer(UInt32(segments.count))
    for segment in segments {
      writer.integer(segment.address)
      writer.integer(segment.memoryByteCount)
      writer.integer(segment.fileOffset)
      writer.integer(segment.fileByteCount)
      writer.integer(segment.permissions)
    }
  }

  package init(from reader: inout ByteReader) throws(WireError) {
    entry = try reader.integer("entry")
    let isFiltered = try reader.integer("filtered", as: UInt8.self) != 0
    let instructions = try reader.bytes("filter", atMost: 4096 * 8)
    filter = isFiltered ? instructions : nil
    powers = Powers(rawValue: try reader.integer("powers"))
    guard powers.isSubset(of: [.jail, .fork]) else { throw reader.error("powers") }
    let count = try reader.integer("segment count", as: UInt32.self)
    guard count <= 128 else { throw reader.error("segment count") }
    segments = []
    for _ in 0..<count {
      segments.append(
        Segment(
          address: try reader.integer("address"),
          memoryByteCount: try reader.integer("memory size"),
          fileOffset: try reader.integer("file offset"),
          fileByteCount: try reader.integer("file size"),
          permissions: try reader.integer("permissions")))
    }
    try reader.end()
  }
}
