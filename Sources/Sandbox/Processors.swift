// Unsafe: an array of words is handed to the shim for the length of one call.
import CSandbox

/// The processors that a process may run on, as sched_setaffinity(2) has them.
struct Processors: Sendable {
  private var words: [UInt64]

  /// Those of a process; nil where this process may not say where that one runs.
  init?(of process: Int32) {
    words = [UInt64](repeating: 0, count: 128)
    let size = unsafe csb_processors(process, &words, words.count * 8)
    guard size > 0 else { return nil }
    words.removeLast(words.count - Int(size) / 8)
    guard allow(process) else { return nil }
  }

  /// The one that the calling thread is on.
  static var current: Int { Int(csb_processor()) }

  /// From here on that process may run on all of them, and no others.
  @discardableResult
  func allow(_ process: Int32) -> Bool {
    unsafe csb_let_run(process, words, words.count * 8) == 0
  }

  /// How many they are.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The others; nil where there are none.
  func without(_ processor: Int) -> Processors? {
    guard processor >= 0, processor / 64 < words.count else { return nil }
    var others = self
    others.words[processor / 64] &= ~(1 << UInt64(processor % 64))
    return others.words.contains { $0 != 0 } ? others : nil
  }
}
