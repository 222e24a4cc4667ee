import CSandbox
import Foundation
import Glibc
import Synchronization
import Testing
import Wire

@testable import Sandbox

/// What the engine believes of a sandbox process, without one: this process says the words.
@Suite("A sandbox process as the engine sees it")
struct ProcessTests {
  private static let me = getpid()

  /// Says one packet at the process's end of its socket, and what the engine makes of it.
  private func heard(
    _ kind: PacketKind, _ identifier: UInt64, of process: SandboxProcess, at control: Int32
  ) throws -> SandboxProcess.Reply {
    var writer = ByteWriter()
    PacketHeader(kind: kind, identifier: identifier).encode(into: &writer)
    let count = writer.bytes.count
    try #require(write(control, writer.bytes, count) == count)
    return try #require(process.receiveReply(to: 5, waits: false))
  }

  private func isNonsense(_ reply: SandboxProcess.Reply) -> Bool {
    if case .nonsense = reply { true } else { false }
  }

  private func make(template: Int32 = 0, launcher: Int32) throws -> (SandboxProcess, Int32) {
    let process = try SandboxProcess(
      identifier: 1, template: template, pool: SharedMemoryPool(), sockets: nil,
      launcher: launcher)
    return (process, process.sandboxEnd)
  }

  @Test("its words are those of the process with its number, and of no other")
  func words() throws {
    // Known, and this one.
    let (known, first) = try make(launcher: 1)
    defer { close(first) }
    known.note(number: Self.me)
    guard case .idle = try heard(.idle, 5, of: known, at: first) else {
      Issue.record("the process itself is not believed")
      return
    }
    // An answer to another session than the one it has.
    #expect(isNonsense(try heard(.idle, 4, of: known, at: first)))
    known.disown()

    // Known, and another: whoever has got hold of its socket.
    let (other, second) = try make(launcher: 1)
    defer { close(second) }
    other.note(number: getppid())
    #expect(isNonsense(try heard(.idle, 5, of: other, at: second)))
    #expect(isNonsense(try heard(.template, 5, of: other, at: second)))
    other.disown()

    // Not known yet: it may be the one, and the kernel's word is its number from here on.
    let (new, third) = try make(launcher: 1)
    defer { close(third) }
    guard case .template = try heard(.template, 5, of: new, at: third) else {
      Issue.record("a new process is not believed")
      return
    }
    #expect(new.number == Self.me)
    new.disown()

    // The launcher, which has the socket too while it forks.
    let (forked, fourth) = try make(launcher: Self.me)
    defer { close(fourth) }
    #expect(isNonsense(try heard(.idle, 5, of: forked, at: fourth)))
    #expect(isNonsense(try heard(.template, 5, of: forked, at: fourth)))
    #expect(!forked.isKnown)
  }

  @Test("a copy is known by its first word alone, which its template cannot say")
  func copies() throws {
    let (copy, first) = try make(template: getppid(), launcher: 1)
    defer { close(first) }
    #expect(isNonsense(try heard(.idle, 5, of: copy, at: first)))
    guard case .hello(let number) = try heard(.hello, 0, of: copy, at: first) else {
      Issue.record("a copy is not believed")
      return
    }
    #expect(number == Self.me)
    copy.note(number: number)
    #expect(isNonsense(try heard(.hello, 0, of: copy, at: first)))
    copy.disown()

    let (lie, second) = try make(template: Self.me, launcher: 1)
    defer { close(second) }
    #expect(isNonsense(try heard(.hello, 0, of: lie, at: second)))
  }

  @Test("shared memory is used again, but not that of a copy that nobody waited for")
  func memory() throws {
    let pool = SharedMemoryPool()
    func use(template: Int32, isOver: Bool) throws -> SharedMemory {
      let process = try SandboxProcess(
        identifier: 1, template: template, pool: pool, sockets: nil, launcher: 1)
      process.closeSandboxEnd()
      if isOver { process.disown() }
      return process.memory
    }
    let plain = try use(template: 0, isOver: false)
    #expect(try pool.take() === plain)
    // It may run still, and write there.
    let lost = try use(template: 7, isOver: false)
    #expect(try pool.take() !== lost)
    let over = try use(template: 7, isOver: true)
    #expect(try pool.take() === over)
  }

  /// Starts /bin/true in this process group, or in a launcher's; a child of this process.
  private func child(_ program: String = "/bin/true", group: Int32 = 0) throws -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, group)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), nil]
    defer { free(arguments[0]) }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var number: Int32 = 0
    try #require(posix_spawn(&number, program, nil, &attributes, &arguments, &environment) == 0)
    return number
  }

  @Test("a control socket is used again after a clean end, and what nobody read is gone")
  func sockets() throws {
    let pool = ControlSocketPool()
    /// A process that ends by itself, or is killed meanwhile; both leave packets and a descriptor unread.
    /// `isTold`: its launcher, which is this process, names it over its socket.
    func use(_ program: String, kills: Bool = false, waits: Bool = true, isTold: Bool = true)
      throws -> UInt
    {
      let process = try SandboxProcess(
        identifier: 1, template: 0, pool: SharedMemoryPool(), sockets: pool, launcher: Self.me)
      let number = try child(program)
      if isTold {
        var writer = ByteWriter()
        PacketHeader(kind: .forked, identifier: 1).encode(into: &writer)
        writer.integer(number)
        writer.integer(Int32(0))
        try #require(write(process.sandboxEnd, writer.bytes, writer.bytes.count) > 0)
        guard case .forked = process.receiveReply(to: 5, waits: false) else {
          Issue.record("the launcher is not believed")
          return 0
        }
      } else {
        process.note(number: number)
      }
      let secret = Array("the last tenant's".utf8)
      #expect(csb_send(process.socket, secret, secret.count, [0, 1], 2, 0) == secret.count)
      #expect(write(process.sandboxEnd, secret, secret.count) == secret.count)
      if kills { process.kill() }
      if waits {
        guard case .ended = process.reap(waits: true) else {
          Issue.record("\(program) was not waited for")
          return 0
        }
      } else {
        #expect(waitpid(process.number, nil, 0) == process.number)
      }
      process.closeSandboxEnd()
      return try self.number(of: process.socket)
    }
    let first = try use("/bin/true")
    let again = try pool.take()
    #expect(try number(of: again.engine) == first)
    for end in [again.engine, again.sandbox] {
      var byte: UInt8 = 0
      #expect(recv(end, &byte, 1, Int32(MSG_DONTWAIT)) == -1)
      #expect(errno == EAGAIN)
    }
    // It works as at the start, and names who says something.
    let word: [UInt8] = [7]
    #expect(write(again.sandbox, word, 1) == 1)
    var heard: UInt8 = 0
    var sender: Int32 = 0
    #expect(csb_receive_from(again.engine, &heard, 1, &sender, 0) == 1)
    #expect(heard == 7 && sender == Self.me)
    pool.put(again)

    // Who was killed, or failed, or was not waited for, may have left it in any state; and of whom the launcher
    // has not spoken, it may still.
    for (program, kills, waits, isTold) in [
      ("/bin/cat", true, true, true), ("/bin/false", false, true, true),
      ("/bin/true", false, false, true), ("/bin/true", false, true, false),
    ] {
      let used = try use(program, kills: kills, waits: waits, isTold: isTold)
      let next = try pool.take()
      #expect(try number(of: next.engine) != used, "\(program)")
      pool.put(next)
    }
  }

  /// The kernel's number of a socket, which no other gets.
  private func number(of socket: Int32) throws -> UInt {
    var status = stat()
    try #require(fstat(socket, &status) == 0)
    return status.st_ino
  }

  /// An executable that stands for a launcher: it leaves a process in its group, and ends.
  private func launcher(_ scratch: Scratch) throws -> (LauncherProcess, left: Int32) {
    let file = scratch.path + "/left"
    let path = try scratch.write(
      Data("#!/bin/sh\nsleep 1000 &\necho $! > \(file).new\nmv \(file).new \(file)\nexit 3\n".utf8),
      "launcher")
    try #require(chmod(path, 0o755) == 0)
    var spawned: LauncherProcess?
    // What other tests fork meanwhile has the file open for writing, until it becomes another program.
    waitUntil {
      spawned = try? LauncherProcess.spawn(path)
      return spawned != nil
    }
    let process = try #require(spawned)
    waitUntil { access(file, F_OK) == 0 && csb_await_end(process.process, 0) == 1 }
    let text = try String(contentsOfFile: file, encoding: .utf8)
    return (process, try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))))
  }

  /// Whether it runs: what has ended may wait for whoever is its parent now.
  private func runs(_ process: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let state = text.split(separator: ")").last?.split(separator: " ").first
    else { return false }
    return state != "Z"
  }

  @Test("with a launcher ends all of its group")
  func group() throws {
    let (launcher, left) = try launcher(try Scratch())
    defer { close(launcher.socket) }
    let sandbox = try child("/bin/cat", group: launcher.process)
    #expect(runs(left))
    #expect(launcher.reapAll() == "status 3")
    waitUntil { !runs(left) }
    #expect(!runs(left))
    // Nothing is left to be waited for.
    #expect(waitpid(sandbox, nil, WNOHANG) == -1)
  }

  @Test("a group that may be another's is left alone: somebody else has waited for the launcher")
  func otherGroup() throws {
    let (launcher, left) = try launcher(try Scratch())
    defer { close(launcher.socket) }
    #expect(waitpid(launcher.process, nil, 0) == launcher.process)
    #expect(launcher.reapAll() == "unknown")
    #expect(runs(left))
    kill(left, SIGKILL)
  }

  @Test("a child that nobody knows is waited for, but none that may be somebody's")
  func strays() throws {
    let scratch = try Scratch()
    let fleet = try SandboxFleet(
      module: try ValidatedModule(path: try scratch.nexe("TRAP EXIT, 0")),
      options: Launcher.Options(templates: true))
    defer { fleet.shutDown() }
    let stray = try child(group: fleet.process.process)
    #expect(csb_await_end(stray, 1) == 1)
    func add(_ identifier: UInt64) throws -> SandboxProcess {
      let process = try SandboxProcess(
        identifier: identifier, template: 0, pool: SharedMemoryPool(), sockets: nil, launcher: 1)
      process.closeSandboxEnd()
      fleet.state.withLock { $0.processes[identifier] = process }
      return process
    }
    func isThere() -> Bool { csb_await_end(stray, 0) == 1 }
    // Forked, and its number has not been told yet: this may be it.
    let unknown = try add(1001)
    fleet.reapStrays()
    #expect(isThere())
    // It is another. Somebody else is this one, and has not come round to it.
    unknown.note(number: Self.me)
    let known = try add(1002)
    known.note(number: stray)
    fleet.reapStrays()
    #expect(isThere())
    // A copy may be on its way that has not said its number.
    fleet.state.withLock {
      $0.processes[1002] = nil
      $0.newCopies[1003] = known
    }
    fleet.reapStrays()
    #expect(isThere())
    fleet.state.withLock {
      $0.processes[1001] = nil
      $0.newCopies[1003] = nil
    }
    fleet.reapStrays()
    #expect(!isThere())
    for process in [known, unknown] { process.disown() }
  }

  @Test("what it used before its session is taken out of its end, to the nanosecond")
  func earlier() {
    var clock = ProcessClock()
    let before = clock.start(process: Self.me)
    #expect(before > 0)
    for (user, system, used) in [
      (before, 5_000, 5_000), (0, before + 7_000, 7_000), (before / 3, before, before / 3),
      // The kernel's microseconds may be less than its clock's.
      (0, before - 1, 0), (0, 0, 0),
    ] {
      var end = csb_end()
      end.user_nanoseconds = user
      end.system_nanoseconds = system
      clock.takeEarlier(from: &end)
      #expect(end.user_nanoseconds + end.system_nanoseconds == used)
    }
  }

  @Test("a process that waits for its first session looks as often as it was told, and no more")
  func looks() throws {
    var pair: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &pair) == 0)
    let (engine, process) = (pair[0], pair[1])
    defer { for descriptor in pair { close(descriptor) } }
    func say(_ bytes: [UInt8]) { #expect(write(engine, bytes, bytes.count) == bytes.count) }
    func takePacket() { #expect(recv(process, nil, 0, 0) == 0) }
    let session = [UInt8](repeating: 4, count: 20)
    var looks: UInt32 = 0

    // By itself it stops, and sleeps until there is something.
    csb_announce_soon(engine, 300)
    #expect(csb_await_first(process, &looks) == 0)
    #expect(looks == 300)
    #expect(csb_await_first(process, &looks) == 0)
    #expect((1..<300).contains(looks))
    let later = Thread {
      usleep(100_000)
      _ = write(engine, session, session.count)
    }
    later.start()
    #expect(csb_await_first(process, &looks) == 1)
    #expect(looks == 0)
    takePacket()

    // Told to stop it does, and what comes next is there.
    csb_announce_soon(engine, CSB_MOST_LOOKS)
    #expect(csb_await_first(process, &looks) == 0)
    #expect(looks == CSB_MOST_LOOKS)
    csb_announce(engine)
    say(session)
    #expect(csb_await_first(process, &looks) == 1)
    #expect(looks == 0)
    takePacket()

    // What is none of these is no announcement, and whoever receives it refuses it.
    for packet: [UInt8] in [
      [0, 0, 0, 0], [0x81, 0x96, 0x98, 0], [255, 255, 255, 255], [1, 0], [1, 0, 0],
      [1, 0, 0, 0, 0],
    ] {
      say(packet)
      #expect(csb_await_first(process, &looks) == 1, "\(packet)")
      #expect(looks == 0)
      takePacket()
    }

    // Nobody is there any more.
    csb_announce_soon(engine, 1000)
    #expect(csb_await_first(process, &looks) == 0)
    shutdown(engine, Int32(SHUT_RDWR))
    #expect(csb_await_first(process, &looks) == 1)
  }
}
