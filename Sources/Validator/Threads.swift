/// How a validator has its work done by several threads at once. A launcher, which validates what its programs
/// make (jail), has one thread and not the library for more; `ValidatorThreads` brings `Threads.dispatched`.
public struct Threads: Sendable {
  /// How many are worth having.
  let count: Int
  /// Calls the body for each of 0..<count, and comes back when all have been.
  let perform: @Sendable (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void

  public init(
    count: Int, perform: @escaping @Sendable (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void
  ) {
    self.count = count
    self.perform = perform
  }

  /// The calling thread alone.
  public static let one = Threads(count: 1) { count, body in
    for index in 0..<count { body(index) }
  }
}
