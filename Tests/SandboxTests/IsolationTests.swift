import Foundation
import Glibc
import Sandbox
import Synchronization
import SystemPackage
import Testing

/// Of a program that waits for a byte.
private func waitingLauncher(_ options: Launcher.Options = Launcher.Options()) throws -> Launcher {
  let scratch = try Scratch()
  return try Launcher(
    module: try ValidatedModule(
      path: try scratch.nexe("TRAP READ, 0, buffer, 1, 0\n TRAP EXIT, 0")), options: options)
}

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
    let launcher = try waitingLauncher()
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

  /// What the kernel gives each program tells the time, to whoever gets past wall one.
  @Test(
    "no clock of the kernel's is mapped, and nothing in the guards", .enabled(if: geteuid() == 0))
  func mappings() throws {
    let launcher = try waitingLauncher()
    defer { launcher.shutDown() }
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    let done = DispatchSemaphore(value: 0)
    launcher.start(waitingSession(pipe.readEnd)) { _ in done.signal() }
    waitUntil { !sandboxes(of: launcher).isEmpty }
    let process = try #require(sandboxes(of: launcher).first)
    let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
    let lines = maps.split(separator: "\n").filter { !$0.hasSuffix("[vsyscall]") }
    #expect(lines.count > 10)
    // Where the launcher notes what it forks, for the engine.
    #expect(!maps.contains("memfd:forks"))
    let launchers = try String(
      contentsOfFile: "/proc/\(launcher.processIdentifier)/maps", encoding: .utf8)
    #expect(launchers.contains("memfd:forks"))
    let base: UInt64 = 0x440A_0000_0000
    let gigabyte: UInt64 = 1 << 30
    for line in lines {
      #expect(!line.contains("[v"), "\(line)")
      let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap {
        UInt64($0, radix: 16)
      }
      try #require(bounds.count == 2)
      // Pages that may be accessed, or come to be: none within 40 GiB of the guest's 4, nor in its first
      // and last 64 KiB.
      #expect(
        bounds[1] <= base - 40 * gigabyte || bounds[0] >= base + 44 * gigabyte
          || bounds[0] >= base + 0x10000 && bounds[1] <= base + 4 * gigabyte - 0x10000, "\(line)")
      // Nor in the megabyte between its shared memory and our code's stack.
      #expect(bounds[1] <= 0x6b0000 || bounds[0] >= 0x7b0000, "\(line)")
    }
    try pipe.writeEnd.close()
    done.wait()
  }

  /// Swift's constants share a segment with what is written to.
  @Test("a launcher's constants are read-only", .enabled(if: geteuid() == 0))
  func constants() throws {
    let launcher = try waitingLauncher()
    defer { launcher.shutDown() }
    let maps = try String(
      contentsOfFile: "/proc/\(launcher.processIdentifier)/maps", encoding: .utf8)
    var sizes: [Substring: Int] = [:]
    for line in maps.split(separator: "\n") where line.hasSuffix("/zvm-launcher") {
      let words = line.split(separator: " ")
      let bounds = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
      sizes[words[1], default: 0] += bounds[1] - bounds[0]
    }
    #expect(Set(sizes.keys) == ["r--p", "r-xp", "rw-p"])
    #expect(sizes["rw-p", default: 0] < 512 << 10, "\(sizes)")
    #expect(sizes["r--p", default: 0] > 1 << 20, "\(sizes)")
    // Each costs every fork a microsecond or two.
    #expect(maps.split(separator: "\n").count <= 20, "\(maps)")
  }

  /// Whoever blocks for the only session gets a sandbox that begins on the launcher's processor.
  @Test("a sandbox may run where its launcher may", .enabled(if: geteuid() == 0))
  func processors() throws {
    func mask(_ process: some CustomStringConvertible) -> Substring? {
      let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      return text?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
    }
    let launcher = try waitingLauncher()
    defer { launcher.shutDown() }
    let wanted = try #require(mask("self"))
    for _ in 0..<5 {
      let pipe = try FileDescriptor.pipe()
      let done = DispatchSemaphore(value: 0)
      let failure = Mutex<String?>(nil)
      Thread {
        do {
          let outcome = try launcher.runAndWait(waitingSession(pipe.readEnd)).outcome
          if outcome != .exited(code: 0) { failure.withLock { $0 = "\(outcome)" } }
        } catch { failure.withLock { $0 = "\(error)" } }
        done.signal()
      }.start()
      waitUntil { !sandboxes(of: launcher).isEmpty }
      let process = try #require(sandboxes(of: launcher).first)
      waitUntil { mask(process) == wanted }
      #expect(mask(process) == wanted)
      waitUntil { mask(launcher.processIdentifier) == wanted }
      #expect(mask(launcher.processIdentifier) == wanted)
      try pipe.writeEnd.close()
      done.wait()
      #expect(failure.withLock { $0 } == nil)
      try pipe.readEnd.close()
    }
  }

  /// The kernel looks up sixteen pages of a file at once, and forks copy what was looked up.
  @Test("a launcher forgets pages that it does not use", .enabled(if: geteuid() == 0))
  func sifting() throws {
    let launcher = try waitingLauncher()
    defer { launcher.shutDown() }
    func resident() throws -> Int {
      let text = try String(
        contentsOfFile: "/proc/\(launcher.processIdentifier)/status", encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
      return try #require(line.split(separator: " ").dropLast().last.flatMap { Int($0) })
    }
    let session = Session(
      channels: ["/dev/stdin", "/dev/stdout", "/dev/stderr"].map {
        Channel(alias: $0, backing: .null, limits: $0 == "/dev/stdin" ? .readOnly : .writeOnly)
      }, memoryByteCount: 64 << 20)
    _ = try launcher.runAndWait(session)
    let before = try resident()
    for _ in 0..<40 {
      #expect(try launcher.runAndWait(session).outcome == .exited(code: 0))
    }
    #expect(try resident() < before * 3 / 4)
    // It has nothing open by which it found out.
    let files = try FileManager.default.contentsOfDirectory(
      atPath: "/proc/\(launcher.processIdentifier)/fd"
    ).compactMap {
      try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/\(launcher.processIdentifier)/fd/\($0)")
    }
    #expect(!files.contains { $0.contains("pagemap") }, "\(files)")
    // Nor what it read there: present, of a file, and where in the machine's memory.
    let memory = Memory(process: "\(launcher.processIdentifier)")
    let found = memory.ownWords().filter {
      $0 >> 61 == 5 && $0 >> 57 & 15 == 0 && 1..<(1 << 40) ~= $0 & (1 << 55 - 1)
    }
    #expect(memory.ownWords().count > 1000)
    #expect(found.isEmpty, "\(found)")
  }

  @Test("what a launcher is told is in nothing that it forks", .enabled(if: geteuid() == 0))
  func packets() throws {
    let launcher = try waitingLauncher()
    defer { launcher.shutDown() }
    try #require(launcher.protections.contains { $0.contains("process: yes") })
    let parent = Memory(process: "\(launcher.processIdentifier)")
    let wiped = try #require(parent.wiped)
    let count = Int(wiped.end - wiped.start)
    // The module, and its filter, behind the page with the secret.
    #expect(parent.bytes(wiped.start, count).dropFirst(4096).count { $0 != 0 } > 100)
    let first = try #require(family(of: launcher.processIdentifier).first)
    let inherited = Memory(process: "\(first)").bytes(wiped.start, count)
    #expect(inherited.count == count && inherited.allSatisfy { $0 == 0 })
  }

  /// The filter that sandboxes inherit lets the launcher's calls pass, for whoever knows its secret.
  @Test("the launcher's secret is in none of its sandboxes", .enabled(if: geteuid() == 0))
  func secret() throws {
    let launcher = try waitingLauncher(Launcher.Options(templates: true))
    defer { launcher.shutDown() }
    let pipe = try FileDescriptor.pipe()
    let done = DispatchSemaphore(value: 0)
    launcher.start(waitingSession(pipe.readEnd)) { _ in done.signal() }
    // The namespace's first process, and the sandbox in its session.
    func family() -> [Substring] {
      children(of: launcher.processIdentifier).split(separator: " ")
    }
    waitUntil { family().count == 2 }
    let parent = Memory(process: "\(launcher.processIdentifier)")
    let wiped = try #require(parent.wiped)
    let secret = parent.bytes(wiped.start, 16)
    #expect(secret.count == 16)
    #expect(secret.contains { $0 != 0 })
    #expect(parent.places(of: secret.prefix(8)) == [wiped.start])
    #expect(parent.places(of: secret.suffix(8)) == [wiped.start + 8])
    for child in family() {
      let memory = Memory(process: String(child))
      #expect(memory.ranges.contains { $0.start == wiped.start && $0.isWipedOnFork })
      #expect(memory.places(of: secret.prefix(8)) == [])
      #expect(memory.places(of: secret.suffix(8)) == [])
    }
    try pipe.writeEnd.close()
    done.wait()
    try pipe.readEnd.close()
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
    let launcher = try waitingLauncher()
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
    let others = sandboxes(of: launcher)
    guard let first = family(of: mine).first(where: { !others.contains("\($0)") }) else { return }
    kill(first, SIGKILL)
    done.wait()
    waitUntil { kill(mine, 0) != 0 }
    try pipe.writeEnd.close()
    #expect(try launcher.runAndWait(waitingSession(pipe.readEnd)).outcome == .exited(code: 0))
    #expect(launcher.processIdentifier != mine)
  }
}

/// Another process's memory, read from outside.
struct Memory {
  struct Range {
    var start: UInt64
    var end: UInt64
    var isReadable: Bool
    var isWritten: Bool
    var isWipedOnFork = false
  }

  let ranges: [Range]
  /// Where a launcher keeps its secret. Its room for packets is empty in forks too, and lies among its data, below.
  /// What forks find empty, one range: first the secret, then what the launcher was told.
  var wiped: Range? {
    let all = ranges.filter(\.isWipedOnFork)
    return all.count == 1 ? all.first : nil
  }
  private let file: FileDescriptor?

  init(process: String) {
    var ranges: [Range] = []
    // To its end: Foundation takes the kernel's files for 4 KiB long.
    var text = Data()
    if let smaps = FileHandle(forReadingAtPath: "/proc/\(process)/smaps") {
      while let piece = try? smaps.read(upToCount: 64 << 10), !piece.isEmpty { text += piece }
      try? smaps.close()
    }
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      let ends = words[0].split(separator: "-")
      if ends.count == 2, let start = UInt64(ends[0], radix: 16),
        let end = UInt64(ends[1], radix: 16)
      {
        ranges.append(
          Range(
            start: start, end: end,
            isReadable: words[1].hasPrefix("r") && words.last?.hasPrefix("[v") == false,
            isWritten: words[1].hasPrefix("rw")))
      } else if words[0] == "VmFlags:", words.contains("wf") {
        ranges[ranges.count - 1].isWipedOnFork = true
      }
    }
    self.ranges = ranges
    file = try? FileDescriptor.open("/proc/\(process)/mem", .readOnly)
  }

  func bytes(_ start: UInt64, _ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = bytes.withUnsafeMutableBytes {
      try? file?.read(fromAbsoluteOffset: Int64(start), into: $0)
    }
    return Array(bytes.prefix(read ?? 0))
  }

  /// What a launcher's program writes to itself, heap and stack included.
  func ownWords() -> [UInt64] {
    ranges.filter { $0.isWritten && $0.end < 1 << 32 }.flatMap { range in
      let count = Int(range.end - range.start)
      return bytes(range.start, count).withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    }
  }

  /// Where these bytes stand, at whatever alignment.
  func places(of wanted: ArraySlice<UInt8>) -> [UInt64] {
    var places: [UInt64] = []
    for range in ranges where range.isReadable {
      // The guest's heap and stack: what of them was never touched is zero.
      var start = range.start
      while start < range.end {
        let count = Int(min(range.end - start, 4 << 20))
        let data = Data(bytes(start, count))
        var from = data.startIndex
        while let found = data.range(of: Data(wanted), in: from..<data.endIndex) {
          places.append(start + UInt64(found.lowerBound))
          from = found.upperBound
        }
        start += UInt64(count)
      }
    }
    return places
  }
}
