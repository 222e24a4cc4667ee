import Dispatch
import Glibc
import Manifest
import Sandbox
import SystemPackage

/// A template session of a manifest with `Job` (CONTRACT.md, "Template sessions"): a request is a length
/// of eight bytes, little endian, and a manifest of that many bytes; the answer is the report of a copy
/// that ran with that manifest's channels. One request a connection, many connections at a time.
struct JobServer: Sendable {
  let template: Template
  let protections: [String]
  /// The set-up's program: a request's `Program` is the same.
  let program: String
  let isJSON: Bool

  /// How many copies run at a time; further requests wait.
  private static let maximumCount = 64

  /// Serves until the process is ended.
  func serve(_ socket: JobSocket) throws(SandboxError) -> Never {
    let free = DispatchSemaphore(value: Self.maximumCount)
    while true {
      free.wait()
      let peer = try socket.accept()
      // A thread for each: Dispatch adds one a second to a queue's where they all wait.
      DispatchQueue(label: "zvm.job").async {
        answer(peer)
        try? peer.close()
        free.signal()
      }
    }
  }

  private func answer(_ peer: FileDescriptor) {
    let report: RunReport
    do { report = try run(try Self.request(from: peer)) } catch {
      report = RunReport(state: "\(error)", validator: .passed)
    }
    // Whoever asked may be gone.
    signal(SIGPIPE, SIG_IGN)
    _ = try? peer.writeAll((isJSON ? report.json : report.classic).utf8)
  }

  private static func request(from peer: FileDescriptor) throws -> [UInt8] {
    var length: UInt64 = 0
    for (index, byte) in try read(8, from: peer).enumerated() {
      length |= UInt64(byte) << (8 * UInt64(index))
    }
    guard length <= UInt64(Manifest.maximumByteCount) else {
      throw SandboxError(
        "a request of \(length) bytes; a manifest has at most \(Manifest.maximumByteCount)",
        status: EFAULT)
    }
    return try read(Int(length), from: peer)
  }

  private static func read(_ count: Int, from peer: FileDescriptor) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let step = unsafe try bytes.withUnsafeMutableBytes { buffer in
        unsafe try peer.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      }
      guard step > 0 else {
        throw SandboxError("the request ends after \(done) of \(count) bytes", status: EPROTO)
      }
      done += step
    }
    return bytes
  }

  private func run(_ request: [UInt8]) throws -> RunReport {
    let manifest = try Manifest(parsing: request)
    guard manifest.program == program else {
      throw SandboxError("Program is \(manifest.program); the template's is \(program)")
    }
    let limit = Duration.seconds(manifest.timeoutSeconds)
    var opened = ManifestChannels(manifest, until: ContinuousClock.now + limit)
    defer { opened.discard() }
    var session = Session(
      channels: try opened.open(), memoryByteCount: manifest.memoryByteCount, timeout: limit)
    session.memoryDigest = manifest.memoryDigest
    var result = try template.runAndWait(session)
    if case .exited = result.outcome {
      if let (alias, message) = opened.finish() {
        result.outcome = .channelFailed(alias: alias, message: message)
      } else {
        try opened.commit()
      }
    }
    return RunReport(
      result, of: program, session, protections, network: opened.networkChannels, isDaemon: true)
  }
}
