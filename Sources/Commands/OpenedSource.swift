// Unsafe: paths and status structures are handed to system calls for the length of one call.
import Dispatch
import Glibc
import Manifest
import Sandbox
import Synchronization
import SystemPackage

/// One uri of a channel, as far as it has been opened.
enum OpenedSource {
  /// `/dev/null`: needs no descriptor.
  case null
  /// A regular file that is read, and its size when it was opened.
  case file(FileDescriptor, size: Int64)
  /// A regular file that is written; `ManifestChannels` gives it its name.
  case output(FileDescriptor)
  /// A character device, an opened FIFO, or a standard stream of this process.
  case stream(FileDescriptor)
  /// A standard stream, which stays open when the session is over.
  case borrowed(FileDescriptor)
  /// A FIFO whose other end need not be there yet. The guardian keeps it open for reading.
  case fifo(guardian: FileDescriptor?, path: String)
  case listener(FileDescriptor, port: UInt16)
  case target(SocketChannel.Endpoint)
  case socket(FileDescriptor)
  case pipe(FileDescriptor, verdict: FileDescriptor)

  /// What the sandbox gets.
  var backing: Channel.Backing {
    switch self {
    case .file(let file, _), .output(let file): .file(file, offset: 0, length: nil)
    case .stream(let file), .borrowed(let file), .socket(let file), .pipe(let file, _):
      .stream(file)
    case .null, .fifo, .listener, .target: .null
    }
  }

  /// The descriptor to copy from or to.
  var descriptor: FileDescriptor? {
    switch self {
    case .file(let file, _), .output(let file), .stream(let file), .borrowed(let file),
      .socket(let file), .pipe(let file, _):
      file
    case .null, .fifo, .listener, .target: nil
    }
  }

  /// Closes what this process opened. Outputs close themselves.
  func close() {
    switch self {
    case .file(let file, _), .stream(let file), .socket(let file), .listener(let file, _):
      try? file.close()
    case .pipe(let file, let verdict):
      try? file.close()
      try? verdict.close()
    case .fifo(let guardian, _): try? guardian?.close()
    case .null, .output, .borrowed, .target: break
    }
  }

  // MARK: Paths

  /// The names of this process's own streams. They are used as they are: opened anew, a regular file
  /// behind one of them would be written from its start.
  private static let standard: [String: Int32] = [
    "/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2, "/dev/fd/0": 0, "/dev/fd/1": 1,
    "/dev/fd/2": 2, "/proc/self/fd/0": 0, "/proc/self/fd/1": 1, "/proc/self/fd/2": 2,
  ]

  /// Opens a path for a channel of `type`; a FIFO only as far as that needs no peer.
  static func open(
    _ path: String, _ type: Int, read: Bool, written: Bool, outputs: inout [OutputFile]
  ) throws -> OpenedSource {
    if path == "/dev/null" { return .null }
    if let number = standard[path], !(read && written) {
      return try standardStream(FileDescriptor(rawValue: number), type, written)
    }
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    if !exists, errno != ENOENT { throw Errno(rawValue: errno) }
    switch exists ? status.st_mode & S_IFMT : S_IFREG {
    case S_IFREG:
      return written
        ? .output(try output(path, exists: exists, read: read, type: type, &outputs))
        : .file(try openFile(path, .readOnly), size: Int64(status.st_size))
    case S_IFCHR:
      guard !(read && written) else {
        throw SandboxError("\(path): a character device goes one way only", status: EFAULT)
      }
      return .stream(try openFile(path, written ? .writeOnly : .readOnly))
    case S_IFIFO:
      guard !(read && written) else {
        throw SandboxError("\(path): a FIFO goes one way only", status: EFAULT)
      }
      // Open for reading at once, so that a writer elsewhere finds a reader.
      return .fifo(
        guardian: written ? nil : try openFile(path, .readOnly, [.nonBlocking]), path: path)
    default:
      throw SandboxError(
        "\(path): not a file, character device or FIFO", status: EPROTONOSUPPORT)
    }
  }

  private static func standardStream(_ file: FileDescriptor, _ type: Int, _ written: Bool) throws
    -> OpenedSource
  {
    var status = stat()
    guard unsafe fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    if type == 0 || status.st_mode & S_IFMT == S_IFCHR { return .borrowed(file) }
    guard status.st_mode & S_IFMT == S_IFREG, !written else {
      throw SandboxError("a stream needs type 0", status: EFAULT)
    }
    let copy = try file.duplicate()
    _ = fcntl(copy.rawValue, F_SETFD, FD_CLOEXEC)
    return .file(copy, size: Int64(status.st_size))
  }

  private static func openFile(
    _ path: String, _ mode: FileDescriptor.AccessMode, _ more: FileDescriptor.OpenOptions = []
  ) throws -> FileDescriptor {
    try FileDescriptor.open(
      FilePath(path), mode,
      options: more.union([.closeOnExec, FileDescriptor.OpenOptions(rawValue: O_NOCTTY)]))
  }

  /// A new file under no name yet. What can be read back or appended to starts with what is there;
  /// what is only written starts empty.
  private static func output(
    _ path: String, exists: Bool, read: Bool, type: Int, _ outputs: inout [OutputFile]
  ) throws -> FileDescriptor {
    let output = try OutputFile(replacing: path, number: outputs.count)
    // Each would replace what the other wrote.
    let isTwin = outputs.contains { $0.path == output.path }
    outputs.append(output)
    guard !isTwin else {
      throw SandboxError("\(path): two channels write this file", status: EFAULT)
    }
    guard exists, read || type == 1 else { return output.descriptor }
    let old = try openFile(path, .readOnly)
    defer { try? old.close() }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe try buffer.withUnsafeMutableBytes { unsafe try old.read(into: $0) }
      if count == 0 { return output.descriptor }
      try output.descriptor.writeAll(buffer[..<count])
    }
  }

  /// Opens a FIFO when its other end is there, which may be never: then the time runs out.
  ///
  /// A writer may have come, written and gone before this side waits for it: what it left is behind
  /// the guardian of a reader, which is then the channel itself.
  static func openFIFO(
    _ path: String, written: Bool, _ guardian: FileDescriptor?,
    until deadline: ContinuousClock.Instant
  ) throws -> FileDescriptor {
    let box = OpenResult()
    // open(2) of a FIFO cannot be given a time: it waits in a thread of its own, which ends with
    // this process where nobody comes.
    DispatchQueue(label: "zvm.run.fifo").async {
      let opened = Swift.Result { () throws -> FileDescriptor in
        try FileDescriptor.open(
          FilePath(path), written ? .writeOnly : .readOnly, options: [.closeOnExec])
      }
      box.value.withLock { $0 = opened.mapError { $0 as? Errno ?? .ioError } }
      box.done.signal()
    }
    while ContinuousClock.now < deadline {
      if box.done.wait(timeout: .now() + .milliseconds(2)) == .success,
        let opened = box.value.withLock({ $0 })
      {
        try guardian?.close()
        return try opened.get()
      }
      guard let guardian else { continue }
      var poll = pollfd(fd: guardian.rawValue, events: Int16(POLLIN), revents: 0)
      if unsafe Glibc.poll(&poll, 1, 0) > 0 {
        // Reads wait from here on.
        guard fcntl(guardian.rawValue, F_SETFL, 0) == 0 else { throw Errno(rawValue: errno) }
        return guardian
      }
    }
    throw Errno.timedOut
  }

  private final class OpenResult: Sendable {
    let done = DispatchSemaphore(value: 0)
    let value = Mutex<Swift.Result<FileDescriptor, Errno>?>(nil)
  }
}

extension ChannelSource {
  /// As written in the manifest.
  var text: String {
    switch self {
    case .path(let path): path
    case .network(let address):
      "\(address.transport.rawValue):\(address.host):\(address.port == 0 ? "" : "\(address.port)")"
    case .pipe(let name): "pipe:\(name)"
    }
  }
}
