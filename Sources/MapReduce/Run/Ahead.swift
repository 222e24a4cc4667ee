import Dispatch
import Sandbox

/// A value that is made on a thread of its own, before it is wanted.
final class Ahead<Value: Sendable>: Sendable {
  private let result = Handoff<Result<Value, JobError>>()

  init(_ make: @escaping @Sendable () throws(JobError) -> Value) {
    // A queue of its own, which may block.
    DispatchQueue(label: "zvm.job.ahead").async { [result] in
      do throws(JobError) { result.give(.success(try make())) } catch {
        result.give(.failure(error))
      }
    }
  }

  /// Waits for the value.
  func get() throws(JobError) -> Value { try result.take().get() }
}

/// Launchers that are not wanted any more: each is ended on a thread of its own, since that takes a few
/// milliseconds, and all are gone when `wait` returns.
struct EndingLaunchers: Sendable {
  private let group = DispatchGroup()

  /// Ends the program's launcher when it is there, and its making was no failure.
  func end(_ program: Ahead<StageProgram>) {
    DispatchQueue(label: "zvm.job.ending").async(group: group) {
      do throws(JobError) { try program.get().shutDown() } catch {}
    }
  }

  func wait() { group.wait() }
}
