import Dispatch
import Synchronization

/// One value from one thread to others, which wait for it.
package final class Handoff<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  package init() {}

  /// Once.
  package func give(_ value: Value) {
    self.value.withLock { $0 = value }
    isThere.signal()
  }

  /// Blocks until it is there.
  package func take() -> Value {
    isThere.wait()
    defer { isThere.signal() }
    guard let value = value.withLock({ $0 }) else {
      preconditionFailure("a value is given before it is announced")
    }
    return value
  }
}
