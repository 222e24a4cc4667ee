import Sandbox
import Testing

/// Times are told to it, so these need no clock.
@Suite("Looking ahead")
struct ForesightTests {
  private static let millisecond: UInt64 = 1_000_000

  /// Sessions of which each comes so long after the last one's end.
  private func run(_ foresight: inout Foresight, _ count: Int, gap: UInt64, time: inout UInt64) {
    for _ in 0..<count {
      foresight.noteReady(at: time)
      time += gap
      foresight.noteSession(at: time)
    }
  }

  @Test("with no time to look nobody does")
  func never() { #expect(!Foresight(limit: 0).mayLook) }

  @Test("after three sessions in a row that came late nobody looks until one comes in time")
  func late() {
    var time = Self.millisecond
    var foresight = Foresight(limit: 2 * Self.millisecond)
    #expect(foresight.mayLook)
    run(&foresight, 100, gap: 2 * Self.millisecond, time: &time)
    #expect(foresight.mayLook)
    run(&foresight, 2, gap: 2 * Self.millisecond + 1, time: &time)
    #expect(foresight.mayLook)
    run(&foresight, 1, gap: Self.millisecond, time: &time)
    run(&foresight, 2, gap: 3 * Self.millisecond, time: &time)
    #expect(foresight.mayLook)
    run(&foresight, 1, gap: 3 * Self.millisecond, time: &time)
    #expect(!foresight.mayLook)
    run(&foresight, 1000, gap: 3 * Self.millisecond, time: &time)
    #expect(!foresight.mayLook)
    run(&foresight, 1, gap: Self.millisecond, time: &time)
    #expect(foresight.mayLook)
  }

  @Test("after three sessions in a row that came at once nobody looks until one comes later")
  func atOnce() {
    var time = Self.millisecond
    var foresight = Foresight(limit: 2 * Self.millisecond)
    run(&foresight, 2, gap: 99_999, time: &time)
    #expect(foresight.mayLook)
    run(&foresight, 1, gap: 99_999, time: &time)
    #expect(!foresight.mayLook)
    // Asked for before the last one was over.
    foresight.noteReady(at: time + 10)
    foresight.noteSession(at: time)
    #expect(!foresight.mayLook)
    run(&foresight, 1, gap: 100_000, time: &time)
    #expect(foresight.mayLook)
    // Whoever looks for a shorter time than that expects them sooner.
    foresight = Foresight(limit: 20_000)
    run(&foresight, 10, gap: 10_000, time: &time)
    #expect(foresight.mayLook)
    run(&foresight, 3, gap: 9_999, time: &time)
    #expect(!foresight.mayLook)
  }

  /// Sessions until somebody may look again.
  private func pause(_ foresight: inout Foresight) -> Int {
    var count = 0
    var time: UInt64 = 0
    while !foresight.mayLook {
      run(&foresight, 1, gap: Self.millisecond, time: &time)
      count += 1
    }
    return count
  }

  @Test("where others wanted the processor nobody looks, for ever longer")
  func contended() {
    var foresight = Foresight(limit: Self.millisecond)
    var pauses: [Int] = []
    for _ in 0..<6 {
      foresight.noteLook(elapsed: 4 * Self.millisecond, used: 2 * Self.millisecond - 1)
      pauses.append(pause(&foresight))
    }
    #expect(pauses == [8, 16, 32, 64, 64, 64])
    for _ in 0..<10 {
      foresight.noteLook(elapsed: 4 * Self.millisecond, used: 2 * Self.millisecond)
      #expect(foresight.mayLook)
    }
    // Too short to tell.
    foresight.noteLook(elapsed: Self.millisecond - 1, used: 0)
    #expect(foresight.mayLook)
    foresight.noteLook(elapsed: Self.millisecond, used: 0)
    let shortest = pause(&foresight)
    #expect(shortest == 8)
  }
}
