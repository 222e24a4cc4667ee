import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

/// Reads one byte at set-up, forks, reads one more, writes both and exits with the second.
private let program = """
  TRAP READ, 0, buffer, 1, 0
  TRAP 0x6b726f46
  testl %eax, %eax
  jnz 9f
  TRAP READ, 0, buffer+1, 1, 0
  TRAP WRITE, 1, buffer, 2, 0
  movzbl buffer+1(%rip), %eax
  9: EXIT_EAX
  """

private func manifest(_ nexe: FilePath, input: String, output: String, job: String? = nil) -> Data {
  Data(
    """
    Version = 20130611
    Program = \(nexe)
    Memory = 33554432, 0
    Timeout = 20
    Channel = \(input), /dev/stdin, 0, 0, 9, 9, 0, 0
    Channel = \(output), /dev/stdout, 0, 0, 0, 0, 99, 999
    Channel = /dev/null, /dev/stderr, 0, 0, 0, 0, 9, 9
    \(job.map { "Job = \($0)" } ?? "")
    """.utf8)
}

/// Sends a request as it is and reads the whole answer.
private func ask(_ path: String, _ request: Data) throws -> String {
  let file = FileDescriptor(rawValue: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
  defer { try? file.close() }
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
  let connected = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(file.rawValue, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  guard connected == 0 else { return "not connected: \(errno)" }
  try file.writeAll(request)
  Glibc.shutdown(file.rawValue, Int32(SHUT_WR))
  var answer = Data()
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
    if count == 0 { return String(decoding: answer, as: UTF8.self) }
    answer += buffer[..<count]
  }
}

private func framed(_ manifest: Data) -> Data {
  withUnsafeBytes(of: UInt64(manifest.count).littleEndian) { Data($0) } + manifest
}

/// A server that listens at `job`, or has ended.
private struct JobServer {
  let scratch: Scratch
  let nexe: FilePath
  let job: String
  /// The set-up's input.
  let first: String
  let process = Process()

  init() throws {
    scratch = try Scratch()
    nexe = try scratch.nexe(program)
    job = scratch.path + "/job"
    first = try scratch.write(Data("s".utf8), "first")
    let setUp = try scratch.write(
      manifest(nexe, input: first, output: scratch.path + "/unwritten", job: job), "set-up")
    process.executableURL = URL(fileURLWithPath: try #require(builtZVM))
    process.arguments = ["run", setUp]
    process.environment = ["XDG_CACHE_HOME": scratch.path + "/cache", "PATH": "/usr/bin"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let (socket, server) = (job, process)
    waitUntil { access(socket, F_OK) == 0 || !server.isRunning }
  }

  func end() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

@Suite("Job sockets", .enabled(if: builtZVM != nil, "the zvm executable is not built"))
struct JobSocketTests {
  @Test("a manifest with Job serves copies, each with its own channels")
  func serve() throws {
    let server = try JobServer()
    defer { server.end() }
    let (scratch, nexe, job) = (server.scratch, server.nexe, server.job)
    #expect(server.process.isRunning)
    for letter in ["a", "b", "c"] {
      let input = try scratch.write(Data(letter.utf8), "in-\(letter)")
      let output = scratch.path + "/out-\(letter)"
      let answer = try ask(job, framed(manifest(nexe, input: input, output: output)))
        .split(separator: "\n")
      try #require(answer.count == 6)
      #expect(answer[0...3] == ["0", "1", "\(letter.utf8.first!)", "disabled"])
      #expect(answer[4].hasSuffix(" 1 1 1 2 0 0 0 0"))
      #expect(answer[5] == "ok")
      #expect(try String(contentsOfFile: output, encoding: .utf8) == "s" + letter)
    }
    #expect(access(scratch.path + "/unwritten", F_OK) != 0)
    // What is no request is answered with what is wrong with it, and harms nobody.
    #expect(try ask(job, Data([1, 2, 3])).contains("ends after 3 of 8 bytes"))
    #expect(try ask(job, Data(repeating: 0xff, count: 8)).contains("a request of"))
    #expect(try ask(job, framed(Data("Version = 1\n".utf8))).contains("Version"))
    let other = manifest("/other.nexe", input: server.first, output: scratch.path + "/unwritten")
    #expect(try ask(job, framed(other)).contains("/other.nexe"))
    let wrong = String(
      decoding: manifest(nexe, input: server.first, output: scratch.path + "/unwritten"),
      as: UTF8.self
    ).replacing("/dev/stderr, 0", with: "/dev/stderr, 3")
    #expect(try !ask(job, framed(Data(wrong.utf8))).hasSuffix("ok\n"))
    #expect(access(scratch.path + "/unwritten", F_OK) != 0)
    let input = try scratch.write(Data("z".utf8), "in-z")
    let answer = try ask(
      job, framed(manifest(nexe, input: input, output: scratch.path + "/out-z")))
    #expect(answer.hasSuffix("ok\n"))
  }

  @Test("fifty requests are served side by side")
  func manyAtOnce() throws {
    let server = try JobServer()
    defer { server.end() }
    let (scratch, nexe, job) = (server.scratch, server.nexe, server.job)
    // Each waits for a byte that comes when all of them are there.
    let fifo = scratch.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    let writer = try FileDescriptor.open(FilePath(fifo), .readWrite)
    defer { try? writer.close() }
    let count = 50
    let answers = Mutex<[String]>([])
    let done = DispatchSemaphore(value: 0)
    let request = framed(manifest(nexe, input: fifo, output: "/dev/null"))
    for _ in 0..<count {
      Thread {
        let answer = (try? ask(job, request)) ?? "no answer"
        answers.withLock { $0.append(answer) }
        done.signal()
      }.start()
    }
    let processes = { children(ofAllThreadsOf: server.process.processIdentifier).count }
    // The launcher, the first process of its namespace, the template, and the copies.
    waitUntil { processes() >= count + 3 }
    #expect(processes() >= count + 3)
    try writer.writeAll(Array(repeating: UInt8(ascii: "a"), count: count))
    for _ in 0..<count { #expect(done.wait(timeout: .now() + 60) == .success) }
    #expect(answers.withLock { $0.filter { $0.hasSuffix("ok\n") }.count } == count)
  }

  @Test("a program that ends without fork is no template")
  func noFork() throws {
    let scratch = try Scratch()
    let nexe = try scratch.nexe("TRAP EXIT, 0")
    let setUp = try scratch.write(
      manifest(nexe, input: "/dev/null", output: "/dev/null", job: scratch.path + "/job"), "set-up")
    let run = try tool(["timeout", "60", try #require(builtZVM), "run", setUp])
    #expect(run.status == 1)
    #expect(
      String(decoding: run.output, as: UTF8.self).contains("did not become a template"))
  }
}
