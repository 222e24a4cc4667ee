import Glibc
import Synchronization

/// Remembers the requests that must not be served twice, for as long as they could come again.
///
/// What an earlier daemon served is not known here, so requests from before this one's start are refused.
final class NonceMemory: Sendable {
  /// Seconds. Whoever checked the stamp allows 60 in both directions.
  private static let memory: Int64 = 150
  private static let capacity = 1 << 20

  private let start = Int64(time(nil))
  private let seen = Mutex<[String: Int64]>([:])

  /// Throws `forbidden` when this nonce was there before, or is too old to tell.
  func admit(_ once: ServiceRequest.Once) throws(ServiceError) {
    let now = Int64(time(nil))
    guard once.stamp >= start, once.stamp > now - Self.memory, once.stamp < now + Self.memory else {
      throw ServiceError(.forbidden, "the request is from another time than this daemon's")
    }
    let isNew = seen.withLock { seen in
      if seen.count >= Self.capacity { return false }
      // Cheap enough: a pass for every thousand requests.
      if seen.count % 1000 == 999 { seen = seen.filter { $0.value > now } }
      return seen.updateValue(max(now, once.stamp) + Self.memory, forKey: once.nonce) == nil
    }
    guard isNew else { throw ServiceError(.forbidden, "the request was served before") }
  }
}
