// Unsafe: names are handed to system calls, and buffers filled, for the length of one call.
import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// `zvm run --verify`: the same session twice, under host conditions as different as can be had, and
/// a comparison of all that a program can tell: exit, output, error output, memory, calls.
struct RunTwice {
  /// What one of the two runs left behind.
  private struct Trace {
    let report: SandboxReport
    let output: FileDescriptor
    let errors: FileDescriptor
  }

  private let module: ValidatedModule
  private let session: (Channel.Backing, Channel.Backing, Channel.Backing) throws -> Session

  /// `session` makes one for standard input, output and error output.
  init(
    _ module: ValidatedModule,
    session: @escaping (Channel.Backing, Channel.Backing, Channel.Backing) throws -> Session
  ) {
    self.module = module
    self.session = session
  }

  /// Runs both; the first one's report, and its output where it belongs. The runs' first difference
  /// is the error.
  func run() throws -> (report: SandboxReport, session: Session, protections: [String]) {
    let input = try repeatableInput()
    defer { try? input.close() }
    let (first, description, protections) = try once(input)
    // The second: another folder, environment, umask and time zone, and every core busy.
    var folder = [CChar](repeating: 0, count: 4096)
    let hasFolder = unsafe getcwd(&folder, folder.count) != nil
    unsafe chdir("/")
    unsafe setenv("TZ", "Pacific/Chatham", 1)
    unsafe setenv("ZVM_VERIFY", "second", 1)
    let mask = umask(0o077)
    let busy = Busy()
    defer {
      busy.stop()
      umask(mask)
      unsafe unsetenv("TZ")
      unsafe unsetenv("ZVM_VERIFY")
      if hasFolder { unsafe chdir(folder) }
    }
    let (second, _, _) = try once(input)
    if let difference = try difference(first, second) {
      throw SandboxError("\(module.name): the second run differs: \(difference)", status: 1)
    }
    try copy(first.output, .standardOutput)
    try copy(first.errors, .standardError)
    for trace in [first, second] {
      try trace.output.close()
      try trace.errors.close()
    }
    return (first.report, description, protections)
  }

  private func once(_ input: FileDescriptor) throws -> (Trace, Session, [String]) {
    let launcher = try Launcher(module: module)
    defer { launcher.shutDown() }
    let (output, errors) = (try namelessFile(), try namelessFile())
    var session = try session(
      .file(input, offset: 0, length: nil), .file(output, offset: 0, length: nil),
      .file(errors, offset: 0, length: nil))
    session.memoryDigest = true
    let report = try launcher.runAndWait(session)
    return (Trace(report: report, output: output, errors: errors), session, launcher.protections)
  }

  // MARK: Comparing

  private func difference(_ first: Trace, _ second: Trace) throws -> String? {
    if let offset = try firstDifference(first.output, second.output) {
      return "standard output at byte \(offset)"
    }
    if let offset = try firstDifference(first.errors, second.errors) {
      return "error output at byte \(offset)"
    }
    if first.report.outcome != second.report.outcome {
      return "\(first.report.outcome), then \(second.report.outcome)"
    }
    if first.report.accounting != second.report.accounting { return "calls and bytes of channels" }
    if first.report.trapCount != second.report.trapCount { return "number of traps" }
    if first.report.memoryDigest != second.report.memoryDigest { return "memory at the end" }
    return nil
  }

  private func firstDifference(_ a: FileDescriptor, _ b: FileDescriptor) throws -> Int64? {
    var offset: Int64 = 0
    while true {
      let (left, right) = (try block(a, offset), try block(b, offset))
      if left != right {
        let same = zip(left, right).prefix { $0 == $1 }.count
        return offset + Int64(same)
      }
      if left.isEmpty { return nil }
      offset += Int64(left.count)
    }
  }

  private func block(_ file: FileDescriptor, _ offset: Int64) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe try buffer.withUnsafeMutableBytes {
      unsafe try file.read(fromAbsoluteOffset: offset, into: $0)
    }
    return Array(buffer[..<count])
  }

  private func copy(_ file: FileDescriptor, _ target: FileDescriptor) throws {
    var offset: Int64 = 0
    while true {
      let bytes = try block(file, offset)
      if bytes.isEmpty { return }
      _ = try target.writeAll(bytes)
      offset += Int64(bytes.count)
    }
  }

  // MARK: Files

  /// Standard input as a file that can be read twice.
  private func repeatableInput() throws -> FileDescriptor {
    let copy = try namelessFile()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe try buffer.withUnsafeMutableBytes {
        unsafe try FileDescriptor.standardInput.read(into: $0)
      }
      if count == 0 { return copy }
      _ = try copy.writeAll(buffer[..<count])
    }
  }

  /// A file without a name: gone with this process.
  private func namelessFile() throws -> FileDescriptor {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    return try FileDescriptor.nameless(in: folder)
  }
}

/// Keeps every core busy until it is stopped.
private final class Busy: Sendable {
  private let isOver = Atomic(false)
  private let group = DispatchGroup()

  init() {
    for _ in 0..<max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) {
      DispatchQueue(label: "zvm.run.busy").async(group: group) { [self] in
        while !isOver.load(ordering: .relaxed) {}
      }
    }
  }

  func stop() {
    isOver.store(true, ordering: .relaxed)
    group.wait()
  }
}
