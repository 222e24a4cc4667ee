import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing

private func session(output: Channel.Backing = .null) -> Session {
  Session(
    channels: [
      Channel(alias: "/dev/stdin", backing: .null, limits: .readOnly),
      Channel(alias: "/dev/stdout", backing: output, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ], memoryByteCount: 64 << 20, timeout: .seconds(30))
}

private func launcher(_ body: String, _ options: Launcher.Options = .init()) throws -> Launcher {
  let scratch = try Scratch()
  return try Launcher(
    module: try ValidatedModule(path: try scratch.nexe(body)), options: options)
}

@Suite("Limits")
struct LimitTests {
  @Test(
    "CPU time ends a program that spins, long before its wall-clock limit",
    arguments: [Launcher.Options(), .init(reuse: true), .init(pool: 2)])
  func processorTime(options: Launcher.Options) throws {
    let launcher = try launcher("1: jmp 1b", options)
    defer { launcher.shutDown() }
    for _ in 0..<2 {
      var session = session()
      session.cpuTimeLimit = .milliseconds(50)
      let report = try launcher.runAndWait(session)
      #expect(report.outcome == .limitReached(.cpuTime))
      #expect(report.userTime + report.systemTime >= .milliseconds(50))
      #expect(report.userTime + report.systemTime < .seconds(15))
    }
  }

  @Test("a program that waits uses no CPU time")
  func waiting() throws {
    let launcher = try launcher("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 3")
    defer { launcher.shutDown() }
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    var session = session()
    session.channels[0].backing = .stream(pipe.readEnd)
    session.cpuTimeLimit = .milliseconds(100)
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.4) { try? pipe.writeEnd.close() }
    #expect(try launcher.runAndWait(session).outcome == .exited(code: 3))
  }

  @Test("the trap limit is exact", arguments: [1, 2, 3])
  func traps(limit: UInt64) throws {
    let launcher = try launcher("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 0")
    defer { launcher.shutDown() }
    var session = session()
    session.trapLimit = limit
    let report = try launcher.runAndWait(session)
    #expect(report.outcome == (limit < 2 ? .limitReached(.traps) : .exited(code: 0)))
    #expect(report.trapCount == min(limit, 2))
  }

  @Test("the output limit counts all channels, and nothing past it is written")
  func output() throws {
    let scratch = try Scratch()
    let file = try FileDescriptor.open(
      FilePath(scratch.path + "/out"), .readWrite, options: [.create],
      permissions: .ownerReadWrite)
    defer { try? file.close() }
    let launcher = try launcher(
      "TRAP WRITE, 1, buffer, 100, 0\n TRAP WRITE, 2, buffer, 100, 0\n"
        + "TRAP WRITE, 1, buffer, 100, 0\n TRAP EXIT, 0")
    defer { launcher.shutDown() }
    for (limit, expected): (Int64, SandboxReport.Outcome) in [
      (300, .exited(code: 0)), (299, .limitReached(.outputBytes)),
      (99, .limitReached(.outputBytes)),
    ] {
      try file.resize(to: 0)
      var session = session(output: .file(file, offset: 0, length: nil))
      session.outputByteLimit = limit
      let report = try launcher.runAndWait(session)
      #expect(report.outcome == expected)
      let written = report.accounting.reduce(0) { $0 + $1.putBytes }
      #expect(written <= limit)
      let size = try file.seek(offset: 0, from: .end)
      #expect(size == report.accounting[1].putBytes)
    }
  }

  @Test("a program that floods, fills or spins harms nobody beside it")
  func neighbours() throws {
    let scratch = try Scratch()
    let full = try FileDescriptor.open("/dev/full", .writeOnly)
    defer { try? full.close() }
    let pipe = try FileDescriptor.pipe()
    try pipe.readEnd.close()
    defer { try? pipe.writeEnd.close() }
    let flood = try launcher("1: TRAP WRITE, 2, buffer, 65536, 0\n jmp 1b", .init(reuse: true))
    let spin = try launcher("1: jmp 1b")
    let good = try launcher("TRAP WRITE, 1, buffer, 16, 0\n TRAP EXIT, 0", .init(reuse: true))
    defer { for launcher in [flood, spin, good] { launcher.shutDown() } }
    let group = DispatchGroup()
    var flooding = session()
    flooding.outputByteLimit = 1 << 30
    var spinning = session()
    spinning.cpuTimeLimit = .milliseconds(300)
    for (launcher, session) in [(flood, flooding), (spin, spinning), (spin, spinning)] {
      group.enter()
      launcher.start(session) { result in
        if case .success(let report) = result, case .limitReached = report.outcome {
        } else {
          Issue.record("\(result)")
        }
        group.leave()
      }
    }
    // A pipe that nobody reads and a disk that is full are the program's own trouble.
    for broken in [full, pipe.writeEnd] {
      guard
        case .channelFailed(alias: "/dev/stdout", _) = try good.runAndWait(
          session(output: .stream(broken))
        ).outcome
      else {
        Issue.record("a write that cannot go on must end the session")
        return
      }
    }
    for number in 0..<20 {
      let file = try FileDescriptor.open(
        FilePath(scratch.path + "/\(number)"), .readWrite, options: [.create],
        permissions: .ownerReadWrite)
      defer { try? file.close() }
      let report = try good.runAndWait(session(output: .file(file, offset: 0, length: nil)))
      #expect(report.outcome == .exited(code: 0))
      #expect(try file.seek(offset: 0, from: .end) == 16)
    }
    group.wait()
  }
}
