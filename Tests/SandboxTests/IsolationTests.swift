import Foundation
import Glibc
import Sandbox
import SystemPackage
import Testing

private func waitingSession(_ input: FileDescriptor) -> Session {
  Session(
    channels: [
      Channel(alias: "/dev/stdin", backing: .stream(input), limits: .readOnly),
      Channel(alias: "/dev/stdout", backing: .null, limits: .writeOnly),
      Channel(alias: "/dev/stderr", backing: .null, limits: .writeOnly),
    ], memoryByteCount: 64 << 20)
}

@Suite("Isolation")
struct IsolationTests {
  /// Looks at a living sandbox from outside. What the launcher says it took away must be away.
  @Test("what the launcher states is so")
  func statements() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(
        path: try scratch.nexe("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 0"))
    )
    defer { launcher.shutDown() }
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    let done = DispatchSemaphore(value: 0)
    launcher.start(waitingSession(pipe.readEnd)) { _ in done.signal() }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    let process = try #require(sandboxes(of: launcher).first)
    func status(_ key: String) throws -> String {
      let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
      return String(try #require(line).dropFirst(key.count + 1)).trimmingCharacters(
        in: .whitespaces)
    }
    func link(_ name: String, of process: some CustomStringConvertible) -> String? {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/\(name)")
    }
    waitUntil { (try? status("Seccomp")) == "2" }
    #expect(try status("Seccomp") == "2")
    #expect(try status("NoNewPrivs") == "1")
    let said = launcher.protections
    #expect(!said.isEmpty)
    let me = getpid()
    for statement in said where statement.hasSuffix(": yes") {
      switch statement.dropLast(5) {
      case "namespaces mount,net,ipc,uts,process", "namespaces user,mount,net,ipc,uts,process":
        for name in ["mnt", "net", "ipc", "uts", "pid"] {
          #expect(link("ns/\(name)", of: process) != link("ns/\(name)", of: me), "\(name)")
        }
        #expect(try status("NSpid").split(separator: "\t").count == 2)
      case "namespace user": #expect(link("ns/user", of: process) != link("ns/user", of: me))
      case "empty root":
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/root/") == [])
        let written = FileManager.default.createFile(
          atPath: "/proc/\(process)/root/x", contents: nil)
        #expect(!written)
      case "own user": #expect(try status("Uid").hasPrefix("2054581504"))
      case "no capabilities":
        #expect(try status("CapEff") == "0000000000000000")
        #expect(try status("CapBnd") == "0000000000000000")
      case "landlock", "rdtsc faults": break
      default: Issue.record("\(statement): not looked at")
      }
    }
    try pipe.writeEnd.close()
    done.wait()
  }

  #if DEBUG
    @Test("rdtsc faults when the validator let it pass")
    func timeStampCounter() throws {
      let scratch = try Scratch()
      let launcher = try Launcher(
        module: try ValidatedModule(
          unvalidatedForTests: try scratch.nexe("rdtsc\n TRAP EXIT, 0")))
      defer { launcher.shutDown() }
      guard launcher.protections.contains("rdtsc faults: yes") else { return }
      let null = try FileDescriptor.open("/dev/null", .readOnly)
      defer { try? null.close() }
      guard
        case .faulted(SIGSEGV, 0x20000, _, _) = try launcher.runAndWait(waitingSession(null))
          .outcome
      else {
        Issue.record("no fault")
        return
      }
    }
  #endif

  @Test("when the first process of the sandboxes' namespace is killed, all are, and come back")
  func initKilled() throws {
    let scratch = try Scratch()
    let launcher = try Launcher(
      module: try ValidatedModule(
        path: try scratch.nexe("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 0")))
    defer { launcher.shutDown() }
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    let done = DispatchSemaphore(value: 0)
    launcher.start(waitingSession(pipe.readEnd)) { result in
      if case .success(let report) = result { #expect(report.outcome == .killed(signal: SIGKILL)) }
      done.signal()
    }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    let mine = launcher.processIdentifier
    let all = try String(contentsOfFile: "/proc/\(mine)/task/\(mine)/children", encoding: .utf8)
      .split(separator: " ")
    guard let first = Set(all).subtracting(sandboxes(of: launcher)).first else { return }
    kill(try #require(Int32(first)), SIGKILL)
    done.wait()
    waitUntil { kill(mine, 0) != 0 }
    try pipe.writeEnd.close()
    #expect(try launcher.runAndWait(waitingSession(pipe.readEnd)).outcome == .exited(code: 0))
    #expect(launcher.processIdentifier != mine)
  }
}
