import Glibc
import Manifest
import Sandbox
import SystemPackage

/// What stands behind a manifest's channels, opened on the trusted side.
///
/// In four steps, so that sandboxes that are connected in a ring do not wait for each other for ever:
/// everything that others may connect to is made first; then the name server is asked; then this
/// side connects to others; last it waits for those who connect to it.
struct ManifestChannels {
  /// One uri of one channel.
  struct Source {
    let channel: Int
    let uri: ChannelSource
    let isWritten: Bool
    var opened: OpenedSource?
  }

  private let manifest: Manifest
  private let deadline: ContinuousClock.Instant
  private var sources: [Source] = []
  private var outputs: [OutputFile] = []
  private var pumps: [(channel: Int, pump: StreamPump)] = []
  /// Pipe ends that pumps read from: closed when the session is over, which ends the pumps.
  private var pumped: [FileDescriptor] = []

  /// Waits for peers at most until `deadline`.
  init(_ manifest: Manifest, until deadline: ContinuousClock.Instant) {
    self.manifest = manifest
    self.deadline = deadline
  }

  /// Channels of the manifest that go over the network.
  var networkChannels: Set<Int> {
    Set(
      sources.compactMap { source in
        if case .network = source.uri { source.channel } else { nil }
      })
  }

  /// Opens everything. The error's status is what the contract asks for.
  mutating func open() throws -> [Channel] {
    for (index, declaration) in manifest.channels.enumerated() {
      let isRead = declaration.gets > 0 || declaration.getByteCount > 0
      let isWritten = declaration.puts > 0 || declaration.putByteCount > 0
      for uri in declaration.sources {
        sources.append(Source(channel: index, uri: uri, isWritten: isWritten, opened: nil))
      }
      if isRead, isWritten { try checkTwoWays(declaration) }
      if declaration.sources.count > 1, isWritten || declaration.type != 0 {
        guard declaration.type == 0, !isRead else {
          throw Self.problem(
            declaration, "several uris that are written or streams need type 0, one direction",
            EFAULT)
        }
      }
    }
    try each { try $0.prepare($1) }
    try askNameServer()
    try each { try $0.connect($1) }
    try each { try $0.accept($1) }
    var channels: [Channel] = []
    channels.reserveCapacity(manifest.channels.count)
    var first = 0
    for (index, declaration) in manifest.channels.enumerated() {
      let end = first + declaration.sources.count
      channels.append(try channel(index, declaration, sources[first..<end]))
      first = end
    }
    return channels
  }

  private mutating func each(_ step: (inout Self, Int) throws -> Void) throws {
    for index in sources.indices {
      do {
        try step(&self, index)
      } catch let error as SandboxError {
        let declaration = manifest.channels[sources[index].channel]
        throw Self.problem(declaration, error.description, error.status)
      } catch let error as Errno {
        let declaration = manifest.channels[sources[index].channel]
        throw Self.problem(
          declaration, "\(sources[index].uri.text): \(error)", error.rawValue)
      }
    }
  }

  static func problem(_ declaration: ChannelDeclaration, _ text: String, _ status: Int32)
    -> SandboxError
  {
    SandboxError("line \(declaration.line): \(declaration.alias): \(text)", status: status)
  }

  /// Reading and writing over one channel needs a random-access file: type 1 or 3.
  private func checkTwoWays(_ declaration: ChannelDeclaration) throws {
    guard declaration.type == 1 || declaration.type == 3 else {
      throw Self.problem(
        declaration, "a channel of type \(declaration.type) is read or written, not both", EFAULT)
    }
    for uri in declaration.sources {
      guard case .path = uri else {
        throw Self.problem(declaration, "\(uri.text) goes one way only", EFAULT)
      }
    }
  }

  // MARK: The four steps

  private mutating func prepare(_ index: Int) throws {
    let source = sources[index]
    let declaration = manifest.channels[source.channel]
    switch source.uri {
    case .path(let path):
      let isRead = declaration.gets > 0 || declaration.getByteCount > 0
      sources[index].opened = try OpenedSource.open(
        path, declaration.type, read: isRead, written: source.isWritten, outputs: &outputs)
    case .network(let address):
      guard declaration.type == 0 else {
        throw SandboxError("\(source.uri.text): a stream needs type 0", status: EFAULT)
      }
      if source.isWritten { return }
      let endpoint =
        address.node == nil
        ? try SocketChannel.resolve(address.host, port: address.port)
        : SocketChannel.Endpoint(address: 0, port: address.port)
      let (listener, port) = try SocketChannel.listen(at: endpoint)
      sources[index].opened = .listener(listener, port: port)
    case .pipe(let name):
      guard declaration.type == 0 else {
        throw SandboxError("\(source.uri.text): a stream needs type 0", status: EFAULT)
      }
      if source.isWritten { return }
      sources[index].opened = .listener(try NamedPipe.listen(name), port: 0)
    }
  }

  private mutating func askNameServer() throws {
    guard let server = manifest.nameServer, let node = manifest.node else { return }
    var listening: [(node: UInt32, port: UInt16)] = []
    var connecting: [Int] = []
    var nodes: [UInt32] = []
    for (index, source) in sources.enumerated() {
      guard case .network(let address) = source.uri, let peer = address.node else { continue }
      if case .listener(_, let port)? = source.opened {
        listening.append((node: peer, port: port))
      } else {
        connecting.append(index)
        nodes.append(peer)
      }
    }
    if listening.isEmpty, connecting.isEmpty { return }
    let endpoints = try NameService.resolve(
      node: node, server: server, listening: listening, connecting: nodes, until: deadline)
    for (index, endpoint) in zip(connecting, endpoints) {
      sources[index].opened = .target(endpoint)
    }
  }

  private mutating func connect(_ index: Int) throws {
    let source = sources[index]
    switch source.uri {
    case .network(let address) where source.isWritten:
      var endpoint: SocketChannel.Endpoint
      if case .target(let known)? = source.opened {
        endpoint = known
      } else {
        endpoint = try SocketChannel.resolve(address.host, port: address.port)
      }
      sources[index].opened = .socket(try SocketChannel.connect(to: endpoint, until: deadline))
    case .pipe(let name) where source.isWritten:
      let (pipe, verdict) = try NamedPipe.connect(name, until: deadline)
      sources[index].opened = .pipe(pipe, verdict: verdict)
    case .path:
      if case .fifo(let guardian, let path)? = source.opened, source.isWritten {
        sources[index].opened = .stream(
          try OpenedSource.openFIFO(path, written: true, guardian, until: deadline))
      }
    default: break
    }
  }

  private mutating func accept(_ index: Int) throws {
    let source = sources[index]
    switch (source.uri, source.opened) {
    case (.network, .listener(let listener, _)?):
      sources[index].opened = .socket(try SocketChannel.accept(listener, until: deadline))
      try listener.close()
    case (.pipe(let name), .listener(let listener, _)?):
      let (pipe, verdict) = try NamedPipe.accept(name, listener, until: deadline)
      sources[index].opened = .pipe(pipe, verdict: verdict)
      try listener.close()
    case (.path, .fifo(let guardian, let path)?):
      sources[index].opened = .stream(
        try OpenedSource.openFIFO(path, written: false, guardian, until: deadline))
    default: break
    }
  }

  // MARK: Channels

  private mutating func channel(
    _ index: Int, _ declaration: ChannelDeclaration, _ parts: ArraySlice<Source>
  ) throws -> Channel {
    let backing: Channel.Backing
    if parts.count == 1, let only = parts.first?.opened {
      backing = only.backing
    } else if let files = extents(of: parts) {
      backing = files
    } else {
      backing = .stream(try pumped(index, parts))
    }
    return Channel(
      alias: declaration.alias, access: Channel.Access(rawValue: UInt8(declaration.type))!,
      backing: backing,
      limits: Channel.Limits(
        gets: declaration.gets, getBytes: declaration.getByteCount, puts: declaration.puts,
        putBytes: declaration.putByteCount), digest: declaration.digest)
  }

  /// Several regular files that are read are one after the other, without a copy.
  private func extents(of parts: ArraySlice<Source>) -> Channel.Backing? {
    var files: [FileDescriptor] = []
    var extents: [Channel.Extent] = []
    for part in parts {
      guard case .file(let file, let size)? = part.opened, !part.isWritten else { return nil }
      extents.append(Channel.Extent(descriptor: files.count, offset: 0, length: size))
      files.append(file)
    }
    return .extents(files, extents)
  }

  private mutating func pumped(_ index: Int, _ parts: ArraySlice<Source>) throws -> FileDescriptor {
    let declaration = manifest.channels[index]
    guard declaration.type == 0 else {
      throw Self.problem(declaration, "several streams need type 0", EFAULT)
    }
    signal(SIGPIPE, SIG_IGN)
    let ends = try FileDescriptor.pipe()
    for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    let streams = parts.compactMap { part in
      part.opened?.descriptor.map { (name: part.uri.text, file: $0) }
    }
    let isWritten = parts.first?.isWritten == true
    let pump =
      isWritten
      ? StreamPump(from: ends.readEnd, into: streams)
      : StreamPump(from: streams, into: ends.writeEnd)
    pumps.append((index, pump))
    let ours = isWritten ? ends.writeEnd : ends.readEnd
    pumped.append(ours)
    return ours
  }

  // MARK: The end

  /// Waits for what is still being copied; the first channel that did not get or give all its bytes.
  mutating func finish() -> (alias: String, message: String)? {
    for end in pumped { try? end.close() }
    pumped = []
    for (channel, pump) in pumps {
      if let text = pump.finish() { return (manifest.channels[channel].alias, text) }
    }
    for source in sources where !source.isWritten {
      if case .pipe(let pipe, let verdict)? = source.opened,
        !NamedPipe.isWhole(pipe: pipe, verdict: verdict)
      {
        return (
          manifest.channels[source.channel].alias, "\(source.uri.text): the writer ended early"
        )
      }
    }
    return nil
  }

  /// Gives the outputs their names, and tells the readers of streams that they are whole.
  mutating func commit() throws {
    for output in outputs { try commit(output) { output throws(Errno) in try output.sync() } }
    for output in outputs { try commit(output) { output throws(Errno) in try output.commit() } }
    outputs = []
    for source in sources where source.isWritten {
      switch source.opened {
      case .socket(let socket)?: SocketChannel.finish(socket)
      case .pipe(_, let verdict)?: NamedPipe.finish(verdict)
      default: break
      }
    }
  }

  private func commit(_ output: OutputFile, _ step: (OutputFile) throws(Errno) -> Void) throws {
    do throws(Errno) { try step(output) } catch {
      throw SandboxError("\(output.path): cannot be written: \(error)", status: error.rawValue)
    }
  }

  /// Forgets what was not committed, closes the rest.
  mutating func discard() {
    for output in outputs { output.discard() }
    outputs = []
    for end in pumped { try? end.close() }
    pumped = []
    for source in sources { source.opened?.close() }
    sources = []
  }
}
