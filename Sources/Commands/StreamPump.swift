import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// Moves bytes between one pipe, which a sandbox holds, and several streams: a channel with several
/// uris. Sources are read one after the other; what is written goes to every target.
///
/// Its failure is not seen by the program, which reads an early end or writes into the void; so
/// `finish` says what went wrong, and the session then counts as failed.
final class StreamPump: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private let problem = Mutex<String?>(nil)

  /// Starts copying `sources`, each to its end, into `pipe`, and closes that.
  init(from sources: [(name: String, file: FileDescriptor)], into pipe: FileDescriptor) {
    start {
      for source in sources {
        guard
          let failure = copy(
            from: source.file, named: source.name, to: [(name: "", file: pipe)])
        else { continue }
        // A program that stopped reading is no failure.
        if failure.reader { break }
        try? pipe.close()
        return failure.text
      }
      try? pipe.close()
      return nil
    }
  }

  /// Starts copying what comes out of `pipe` to every one of `targets`.
  init(from pipe: FileDescriptor, into targets: [(name: String, file: FileDescriptor)]) {
    start {
      defer { try? pipe.close() }
      return copy(from: pipe, named: "pipe", to: targets)?.text
    }
  }

  private func start(_ work: @escaping @Sendable () -> String?) {
    DispatchQueue(label: "zvm.run.pump").async { [self] in
      let result = work()
      problem.withLock { $0 = result }
      done.signal()
    }
  }

  /// Waits until all has been copied; what went wrong, if anything.
  func finish() -> String? {
    done.wait()
    done.signal()
    return problem.withLock { $0 }
  }
}

/// Copies to the end of the source; nil when all went well. `reader`: the target hung up.
private func copy(
  from source: FileDescriptor, named name: String,
  to targets: [(name: String, file: FileDescriptor)]
) -> (text: String, reader: Bool)? {
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count: Int
    do {
      count = unsafe try buffer.withUnsafeMutableBytes { unsafe try source.read(into: $0) }
    } catch { return ("\(name): read: \(error)", false) }
    if count == 0 { return nil }
    for target in targets {
      do { try target.file.writeAll(buffer[..<count]) } catch {
        return ("\(target.name): write: \(error)", (error as? Errno) == .brokenPipe)
      }
    }
  }
}
