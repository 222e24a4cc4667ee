import Dispatch
import Synchronization

/// One value from one thread to another, which waits for it.
final class Handoff<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  func give(_ value: Value) {
    self.value.withLock { $0 = value }
    isThere.signal()
  }

  /// Blocks until it is there. Once.
  func take() -> Value {
    isThere.wait()
    guard let value = value.withLock({ $0 }) else {
      preconditionFailure("a value is given before it is announced")
    }
    return value
  }
}
