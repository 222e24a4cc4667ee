extension Manifest {
  /// Version that a manifest must name.
  public static let version = "20130611"
  /// Largest manifest, key or value, most tokens and channels (CONTRACT.md, "Manifest").
  public static let maximumByteCount = 512 << 10
  public static let maximumFieldByteCount = 8 << 10
  public static let maximumTokenCount = 16
  public static let maximumChannelCount = 10915

  /// Reads a manifest. Unknown keys and lines without exactly one `=` are ignored, as the
  /// contract asks, whatever their bytes; everything that is understood must be right.
  public init(parsing text: String) throws(ManifestError) {
    try self.init(parsing: Array(text.utf8))
  }

  /// Reads a manifest from the bytes of its file.
  public init(parsing bytes: [UInt8]) throws(ManifestError) {
    guard bytes.count <= Self.maximumByteCount else {
      throw ManifestError(reason: .tooLong(byteCount: bytes.count), line: 0)
    }
    var fields = ManifestFields()
    var line = 0
    for row in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      try fields.take(row, line: line)
    }

    let version = try fields.single("Version")
    guard version.tokens == [Self.version] else {
      throw ManifestError(
        reason: .outOfRange(
          key: "Version", text: version.tokens.joined(separator: ", "), allowed: Self.version),
        line: version.line)
    }
    let program = try fields.single("Program")
    guard program.tokens.count == 1, let path = program.tokens.first, !path.isEmpty else {
      throw ManifestError(reason: .empty(key: "Program"), line: program.line)
    }
    self.program = path

    let memory = try fields.single("Memory")
    try memory.expect(2)
    let memoryByteCount = try memory.number(0, in: Int64.min...Int64.max)
    guard (1...0x1_0000_0000).contains(memoryByteCount) else {
      throw ManifestError(reason: .memoryOutOfRange(memory.tokens[0]), line: memory.line)
    }
    self.memoryByteCount = Int(memoryByteCount)
    memoryDigest = try memory.number(1, in: 0...1) == 1

    let timeout = try fields.single("Timeout")
    try timeout.expect(1)
    timeoutSeconds = Int(try timeout.number(0, in: 1...2_147_483_647))

    node = try fields.optional("Node").map { field throws(ManifestError) in
      try field.expect(1)
      return Int(try field.number(0, in: 1...2_147_483_647))
    }
    nameServer = try fields.optional("NameServer").map { field throws(ManifestError) in
      try field.expect(1)
      guard let address = NetworkAddress(field.tokens[0]), address.transport == .udp,
        address.node == nil
      else {
        throw ManifestError(
          reason: .badAddress(key: "NameServer", text: field.tokens[0]), line: field.line)
      }
      return address
    }
    if nameServer != nil, node == nil {
      throw ManifestError(reason: .missing(key: "Node"), line: 0)
    }
    job = try fields.optional("Job").map { field throws(ManifestError) in
      guard field.tokens.count == 1, !field.tokens[0].isEmpty else {
        throw ManifestError(reason: .empty(key: "Job"), line: field.line)
      }
      return field.tokens[0]
    }
    channels = try Self.channels(fields.all("Channel"))
    if nameServer == nil { try checkNoNodes() }
  }

  /// Nodes have addresses only where a name server tells them.
  private func checkNoNodes() throws(ManifestError) {
    for channel in channels {
      for case .network(let address) in channel.sources where address.node != nil {
        throw ManifestError(reason: .nodeWithoutNameServer(address.host), line: channel.line)
      }
    }
  }

  /// Reads all `Channel` lines, and puts the standard three first: their number is their place.
  private static func channels(_ fields: [ManifestField]) throws(ManifestError)
    -> [ChannelDeclaration]
  {
    guard !fields.isEmpty else { throw ManifestError(reason: .missing(key: "Channel"), line: 0) }
    guard fields.count <= maximumChannelCount else {
      throw ManifestError(reason: .tooManyChannels(fields.count), line: 0)
    }
    var channels: [ChannelDeclaration] = []
    var aliases: Set<String> = []
    for field in fields {
      let channel = try ChannelDeclaration(field)
      guard aliases.insert(channel.alias).inserted else {
        throw ManifestError(reason: .duplicateAlias(channel.alias), line: field.line)
      }
      channels.append(channel)
    }
    let standard = ["/dev/stdin", "/dev/stdout", "/dev/stderr"]
    var ordered: [ChannelDeclaration] = []
    for alias in standard {
      guard let index = channels.firstIndex(where: { $0.alias == alias }) else {
        throw ManifestError(reason: .missingStandardChannel(alias), line: 0)
      }
      ordered.append(channels.remove(at: index))
    }
    return ordered + channels
  }
}

extension ChannelDeclaration {
  init(_ field: ManifestField) throws(ManifestError) {
    try field.expect(8)
    line = field.line
    alias = field.tokens[1]
    guard !alias.isEmpty, !field.tokens[0].isEmpty else {
      throw ManifestError(reason: .empty(key: "Channel"), line: field.line)
    }
    sources = []
    for uri in field.tokens[0].split(separator: ";", omittingEmptySubsequences: false) {
      sources.append(try ChannelSource(String(uri), line: field.line))
    }
    type = Int(try field.number(2, in: 0...3))
    digest = try field.number(3, in: 0...1) == 1
    gets = try field.number(4, in: 0...Int64.max)
    getByteCount = try field.number(5, in: 0...Int64.max)
    puts = try field.number(6, in: 0...Int64.max)
    putByteCount = try field.number(7, in: 0...Int64.max)
    let mayRead = gets > 0 && getByteCount > 0
    let mayWrite = puts > 0 && putByteCount > 0
    guard mayRead || mayWrite else {
      throw ManifestError(reason: .noLimits(alias: alias), line: field.line)
    }
  }
}

extension ChannelSource {
  init(_ uri: String, line: Int) throws(ManifestError) {
    guard !uri.isEmpty else { throw ManifestError(reason: .empty(key: "Channel"), line: line) }
    if uri.hasPrefix("pipe:") {
      let name = String(uri.dropFirst(5))
      guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else {
        throw ManifestError(reason: .badPipeName(name), line: line)
      }
      self = .pipe(name)
      return
    }
    guard uri.hasPrefix("tcp:") || uri.hasPrefix("udp:") else {
      self = .path(uri)
      return
    }
    guard let address = NetworkAddress(uri), address.transport == .tcp else {
      throw ManifestError(reason: .badAddress(key: "Channel", text: uri), line: line)
    }
    self = .network(address)
  }
}

extension NetworkAddress {
  /// Reads `tcp:host:port` or `udp:host:port`; nil when it is anything else. Digits and dots must be
  /// a whole IPv4 address; a node (a plain number) may leave its port out.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let transport = Transport(rawValue: String(parts[0])),
      !parts[1].isEmpty, parts[1].utf8.allSatisfy({ isNameByte($0) && $0 != UInt8(ascii: "_") }),
      let port = parts[2].isEmpty ? 0 : UInt16(parts[2])
    else { return nil }
    self.init(transport: transport, host: String(parts[1]), port: port)
    if let node {
      guard (1...2_147_483_647).contains(node) else { return nil }
    } else {
      guard port > 0, looksRight else { return nil }
    }
  }

  /// A host of digits and dots is an address: four numbers up to 255, without leading zeros that
  /// somebody could read as octal.
  private var looksRight: Bool {
    guard host.utf8.allSatisfy({ $0 < UInt8(ascii: "A") && $0 != UInt8(ascii: "-") }) else {
      return true
    }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4
      && numbers.allSatisfy { UInt8($0) != nil && ($0.utf8.count == 1 || $0.first != "0") }
  }
}

/// Letters, digits, dot, dash, underscore.
private func isNameByte(_ byte: UInt8) -> Bool {
  (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
}
