// Unsafe: clock_gettime fills a local variable.
import CSandbox
import Glibc

/// CPU time of a process that goes on, from the kernel's clocks for other processes
/// (clock_getcpuclockid(3)): what a sandbox says of itself is not asked.
struct ProcessClock {
  private var total: UInt64 = 0
  /// Of that, what was said to be user time.
  private var user: UInt64 = 0
  private var ticks: UInt64 = 0
  private var userTicks: UInt64 = 0

  static func whole(process: Int32) -> UInt64 { read(process, 2) }

  /// What was used since the last call of `start` or `advance`.
  func used(process: Int32) -> UInt64 {
    let now = Self.read(process, 2)
    return now >= total ? now - total : 0
  }

  /// What was used up to now is nobody's: system time, since no guest has run.
  mutating func start(process: Int32) -> UInt64 {
    total = max(total, Self.read(process, 2))
    return total
  }

  /// Takes out of what an ended process used in all what it used before.
  func takeEarlier(from end: inout csb_end) {
    let all = end.user_nanoseconds + end.system_nanoseconds
    let used = all - min(all, total)
    // The sum is exact; of the split the kernel may think otherwise now.
    end.user_nanoseconds -= min(end.user_nanoseconds, user)
    end.user_nanoseconds = min(end.user_nanoseconds, used)
    end.system_nanoseconds = used - end.user_nanoseconds
  }

  /// What was used since the last call. The sum is exact; the split follows the kernel's ticks.
  mutating func advance(process: Int32) -> (user: UInt64, system: UInt64) {
    let total = Self.read(process, 2)
    // The kernel splits by ticks of milliseconds: for less there is nothing to split.
    if total >= self.total, total - self.total < 1_000_000 {
      defer {
        user += total - self.total
        self.total = total
      }
      return (total - self.total, 0)
    }
    let ticks = Self.read(process, 0)
    let userTicks = Self.read(process, 1)
    defer { (self.total, self.ticks, self.userTicks) = (total, ticks, userTicks) }
    let used = total >= self.total ? total - self.total : 0
    let all = ticks > self.ticks ? ticks - self.ticks : 0
    let inUser = userTicks > self.userTicks ? min(all, userTicks - self.userTicks) : 0
    let share = all > 0 ? UInt64(Double(used) * Double(inUser) / Double(all)) : used
    user += min(share, used)
    return (min(share, used), used - min(share, used))
  }

  private static func read(_ process: Int32, _ kind: Int32) -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(~process << 3 | kind, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
