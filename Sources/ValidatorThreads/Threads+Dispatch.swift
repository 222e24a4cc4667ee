import Dispatch
import Glibc
public import Validator

extension Threads {
  /// As many as there are cores, by Dispatch.
  public static let dispatched = Threads(
    count: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  ) { count, body in
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }
}
