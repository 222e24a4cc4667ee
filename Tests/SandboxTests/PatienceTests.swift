import Sandbox
import Testing

/// How long is told to it, so these need no clock.
@Suite("Looking for the next session")
struct PatienceTests {
  private static let short: UInt64 = 20_000
  private static let long: UInt64 = 4_000_000

  /// Sessions until it may look again.
  private func refusals(_ patience: inout Patience) -> Int {
    var count = 0
    while !patience.mayLook() { count += 1 }
    return count
  }

  @Test("a process looks while sessions run as soon as they are asked for, however long they take")
  func quick() {
    var patience = Patience()
    for _ in 0..<1000 {
      let mayLook = patience.mayLook()
      #expect(mayLook)
      patience.note(elapsed: Self.short + 500_000, used: Self.short)
      patience.note(elapsed: 50 * Self.long, used: 50 * Self.long)
    }
  }

  @Test("a process that waited for its turn sleeps at once, for ever longer")
  func slow() {
    var patience = Patience()
    var pauses: [Int] = []
    for _ in 0..<8 {
      patience.note(elapsed: Self.long, used: Self.short)
      pauses.append(refusals(&patience))
    }
    #expect(pauses == [50, 100, 200, 400, 800, 1600, 1600, 1600])
    for _ in 0..<20 { patience.note(elapsed: Self.short, used: Self.short) }
    patience.note(elapsed: Self.long, used: Self.short)
    let shortest = refusals(&patience)
    #expect(shortest == 50)
  }

  @Test("what happens while it does not look changes nothing, nor does a clock that is behind")
  func others() {
    var patience = Patience()
    patience.note(elapsed: 0, used: Self.long)
    let mayLook = patience.mayLook()
    #expect(mayLook)
    patience.note(elapsed: Self.long, used: 0)
    for _ in 0..<10 { patience.note(elapsed: Self.long, used: 0) }
    let pause = refusals(&patience)
    #expect(pause == 50)
  }
}
