#if DEBUG
  import Dispatch
  import Foundation
  import Glibc
  import Sandbox
  import Synchronization
  import SystemPackage
  import Testing

  /// What a process says of its session's end, where it has one session only: nothing that counts.
  /// `syscall-forged-idle` says that it is done, then reads, and here nothing comes.
  @Suite("forged ends")
  struct ForgedEndTests {
    private let folder: Folder
    private let pipe: (readEnd: FileDescriptor, writeEnd: FileDescriptor)

    init() throws {
      folder = try Folder()
      pipe = try FileDescriptor.pipe()
    }

    private func launcher(
      _ options: Launcher.Options, _ name: String = "syscall-forged-idle"
    ) throws -> Launcher {
      let attack = try #require(Attack.all.first { $0.name == name })
      return try Launcher(
        module: try ValidatedModule(unvalidatedForTests: try attack.build(in: folder)),
        options: options)
    }

    private func session(timeout: Duration) -> Session {
      Session.command(
        arguments: ["x"], standardInput: .stream(pipe.readEnd), standardOutput: .null,
        standardError: .null, memoryByteCount: 32 << 20, timeout: timeout)
    }

    private func close() throws {
      try pipe.readEnd.close()
      try pipe.writeEnd.close()
    }

    /// How many processes of the launcher's group are left as children of this one: the launcher and the
    /// first process of the sandboxes' namespace, at most.
    private func familySize(of launcher: Launcher) throws -> Int {
      let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
      return tasks.flatMap { task -> [Int32] in
        let path = "/proc/self/task/\(task)/children"
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        let text = (try? file.readToEnd()) ?? Data()
        return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
      }.count { getpgid($0) == launcher.processIdentifier }
    }

    @Test("a copy of a template that says it waits for the next session is killed")
    func copy() throws {
      let launcher = try launcher(Launcher.Options(templates: true))
      let template = try launcher.makeTemplate(session(timeout: .seconds(60)))
      let before = try familySize(of: launcher)
      for _ in 0..<5 {
        let report = try template.runAndWait(session(timeout: .seconds(60)))
        #expect(report.outcome == .killed(signal: SIGKILL))
      }
      #expect(try familySize(of: launcher) == before)
      launcher.shutDown()
      try close()
    }

    @Test("counts that are lies can be added up")
    func counts() throws {
      let launcher = try launcher(Launcher.Options(), "report-forged-counts")
      defer { launcher.shutDown() }
      let report = try launcher.runAndWait(session(timeout: .seconds(60)))
      #expect(report.outcome == .exited(code: 0))
      #expect(report.accounting.count > 2)
      for sums in report.accounting {
        for count in [sums.gets, sums.getBytes, sums.puts, sums.putBytes] {
          // It got through, and as many as a job has shards fit into a sum.
          #expect(count > 0 && !count.multipliedReportingOverflow(by: 10_000).overflow)
        }
      }
      try close()
    }

    @Test("what a sandbox says of a channel steers no terminal")
    func message() throws {
      let launcher = try launcher(Launcher.Options(), "report-forged-message")
      defer { launcher.shutDown() }
      let report = try launcher.runAndWait(session(timeout: .seconds(60)))
      #expect(
        report.outcome
          == .channelFailed(
            alias: "/dev/stdout", message: "disk full?]0;owned????31mzvm: all is well?"))
      try close()
    }

    /// The engine hears what such a process says only until it knows its number, and of what is said
    /// meanwhile: with many at once, of some.
    @Test("a process with one session that says so ends as killed, or when its time is up")
    func single() throws {
      let launcher = try launcher(Launcher.Options())
      let before = try familySize(of: launcher)
      let outcomes = Mutex<[String]>([])
      let done = DispatchGroup()
      for _ in 0..<40 {
        var session = session(timeout: .seconds(2))
        session.cpuTimeLimit = .seconds(60)
        done.enter()
        launcher.start(session) { result in
          outcomes.withLock { $0.append(result.words) }
          done.leave()
        }
      }
      done.wait()
      let heard = outcomes.withLock { $0 }
      #expect(heard.count == 40)
      #expect(
        heard.allSatisfy { $0 == "killed by signal \(SIGKILL)" || $0 == "timedOut" }, "\(heard)")
      #expect(try familySize(of: launcher) == before)
      launcher.shutDown()
      try close()
    }
  }
#endif
