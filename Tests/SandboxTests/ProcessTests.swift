import CSandbox
import Foundation
import Glibc
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
    try SandboxProcess.make(
      identifier: 1, template: template, pool: SharedMemoryPool(), launcher: launcher)
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
      let (process, control) = try SandboxProcess.make(
        identifier: 1, template: template, pool: pool, launcher: 1)
      close(control)
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
}
