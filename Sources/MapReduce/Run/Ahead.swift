import Dispatch
import Sandbox
import Synchronization

/// A value that is made on a thread of its own, before it is wanted.
final class Ahead<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, JobError>?>(nil)
  private let done = DispatchGroup()

  init(_ make: @escaping @Sendable () throws(JobError) -> Value) {
    done.enter()
    // A queue of its own, which may block.
    DispatchQueue(label: "zvm.job.ahead").async { [self] in
      let made: Result<Value, JobError>
      do throws(JobError) { made = .success(try make()) } catch { made = .failure(error) }
      result.withLock { $0 = made }
      done.leave()
    }
  }

  /// Waits for the value.
  func get() throws(JobError) -> Value {
    done.wait()
    guard let made = result.withLock({ $0 }) else {
      preconditionFailure("the result is there before the group is left")
    }
    return try made.get()
  }
}

/// Launchers that are not wanted any more: each is ended on a thread of its own, since that takes a few
/// milliseconds, and all are gone when `wait` returns.
struct EndingLaunchers: Sendable {
  private let group = DispatchGroup()

  /// Ends the program's launcher when it is there, and its making was no failure.
  func end(_ program: Ahead<StageProgram>) {
    DispatchQueue(label: "zvm.job.ending").async(group: group) {
      do throws(JobError) { try program.get().launcher.shutDown() } catch {}
    }
  }

  func wait() { group.wait() }
}
