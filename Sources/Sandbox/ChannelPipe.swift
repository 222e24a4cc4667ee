// Unsafe: the two descriptors are filled in by one system call.
import Glibc
import Synchronization
import SystemPackage

/// An in-memory pipe from one sandbox to another: what the first writes to the channel backed by
/// `writing` the second reads from the channel backed by `reading`.
///
/// Both sessions must run at the same time: the pipe holds 64 KiB, then the writer waits. The reader
/// sees the end when the writer's session is over *and* `finishWriting` was called; call it when the
/// writer's report is there, and look at the report: a program that failed ends its stream, too.
public final class ChannelPipe: Sendable {
  /// For the sandbox that reads, sequentially.
  public let reading: Channel.Backing
  /// For the sandbox that writes, sequentially.
  public let writing: Channel.Backing

  private struct Ends {
    var reading: FileDescriptor?
    var writing: FileDescriptor?
  }

  private let ends: Mutex<Ends>

  /// Makes the pipe. The error is the system's: too many open files.
  public init() throws(SandboxError) {
    var pair: [Int32] = [-1, -1]
    guard unsafe pipe(&pair) == 0 else { throw SandboxError("pipe", errno: errno) }
    for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (reader, writer) = (FileDescriptor(rawValue: pair[0]), FileDescriptor(rawValue: pair[1]))
    reading = .stream(reader)
    writing = .stream(writer)
    ends = Mutex(Ends(reading: reader, writing: writer))
  }

  /// Nothing more will be written: after the writer's session.
  public func finishWriting() {
    let end = ends.withLock { ends in
      defer { ends.writing = nil }
      return ends.writing
    }
    try? end?.close()
  }

  /// Nothing more will be read: after the reader's session. A writer that goes on gets an error.
  public func finishReading() {
    let end = ends.withLock { ends in
      defer { ends.reading = nil }
      return ends.reading
    }
    try? end?.close()
  }

  deinit {
    finishWriting()
    finishReading()
  }
}
