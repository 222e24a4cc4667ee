import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Sandbox

/// Sessions that a thread waits for, alone: the launcher notes their processes' numbers (`ForkNote`), their sockets are
/// used again, and what ends them may come before or after each word of the launcher's.
@Suite("Forks that are noted", .serialized)
struct NotedTests {
  private func fleet(_ body: String) throws -> SandboxFleet {
    let scratch = try Scratch()
    return try SandboxFleet(
      module: try ValidatedModule(path: try scratch.nexe(body)), options: Launcher.Options())
  }

  @Test("time limits and cancelling at any moment leave no process")
  func early() throws {
    let fleet = try fleet("1: jmp 1b")
    defer { fleet.shutDown() }
    let group = fleet.process.process
    _ = try fleet.runAndWait(nullSession(.milliseconds(1)))
    let quiet = family(of: group).count
    for round in 0..<100 {
      let timeout = Duration.nanoseconds(6000 * round)
      #expect(try fleet.runAndWait(nullSession(timeout)).outcome == .timedOut)
    }
    for round in 0..<100 {
      let next = fleet.state.withLock { $0.nextNumber }
      let isOver = Atomic(false)
      let done = DispatchSemaphore(value: 0)
      Thread {
        // Its number is one of the next ones: the process and the session have one each.
        usleep(UInt32(4 * round))
        while !isOver.load(ordering: .relaxed) {
          for number in next..<next + 3 { fleet.cancel(number) }
        }
        done.signal()
      }.start()
      #expect(try fleet.runAndWait(nullSession()).outcome == .cancelled)
      isOver.store(true, ordering: .relaxed)
      done.wait()
    }
    waitUntil { family(of: group).count == quiet }
    #expect(family(of: group).count == quiet)
    #expect(fleet.state.withLock { $0.processes.isEmpty && $0.running.isEmpty })
  }

  @Test("many threads that wait at once, and a launcher that is killed meanwhile")
  func killed() throws {
    for round in 0..<12 {
      let fleet = try fleet("TRAP EXIT, 5")
      let done = DispatchGroup()
      let wrong = Mutex<[String]>([])
      for _ in 0..<3 {
        done.enter()
        Thread {
          defer { done.leave() }
          while true {
            do {
              let outcome = try fleet.runAndWait(nullSession()).outcome
              if outcome != .exited(code: 5) { wrong.withLock { $0.append("\(outcome)") } }
            } catch {
              if !"\(error)".contains("launcher") { wrong.withLock { $0.append("\(error)") } }
              return
            }
          }
        }.start()
      }
      usleep(UInt32(2000 + 1000 * round))
      kill(fleet.process.process, SIGKILL)
      #expect(done.wait(timeout: .now() + 60) == .success)
      #expect(wrong.withLock { $0 } == [])
      let group = fleet.process.process
      fleet.shutDown()
      #expect(kill(-group, 0) == -1 && errno == ESRCH)
    }
  }
}
