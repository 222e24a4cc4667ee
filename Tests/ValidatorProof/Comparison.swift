import Dispatch
import Glibc
import SlowChecker
import Synchronization
import Validator
import ValidatorThreads

/// The validator and the slow checker over generated texts, on several threads.
final class Comparison: Sendable {
  private let wanted: UInt64
  private let seed: UInt64
  private let workers: Int
  private let samples: [[UInt8]]
  private let bundles = Atomic<UInt64>(0)
  private let texts = Atomic<UInt64>(0)
  private let accepted = Atomic<UInt64>(0)
  private let found = Atomic<UInt64>(0)
  private let start = DispatchTime.now().uptimeNanoseconds

  /// `workers` 0: as many as there are cores.
  init(bundles: UInt64, seed: UInt64, workers: Int, samples: [[UInt8]]) {
    wanted = bundles
    self.samples = samples
    self.seed = seed
    self.workers = workers > 0 ? workers : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  var disagreements: UInt64 { found.load(ordering: .relaxed) }

  /// Compares, and answers a line that says what came of it.
  func run() -> String {
    DispatchQueue.concurrentPerform(iterations: workers) { work($0) }
    return
      "\(bundles.load(ordering: .relaxed)) bundles in \(texts.load(ordering: .relaxed)) texts, "
      + "\(accepted.load(ordering: .relaxed)) accepted, \(disagreements) disagreements"
  }

  private func work(_ worker: Int) {
    var generator = TextGenerator(
      seed: seed &* 0x1_0001 &+ UInt64(worker) &* 0x5eed_5eed, samples: samples)
    let validator = Validator(profile: .nacl, threads: .dispatched)
    let slow = SlowChecker()
    let share = wanted / UInt64(workers)
    var done: UInt64 = 0
    var count: UInt64 = 0
    var nextLine = start + 10_000_000_000
    // What lies around a text in memory must not matter. Every thing changes from text to text.
    var memory = [UInt8](repeating: 0, count: 512)
    while done < share {
      var text = generator.next()
      // The vector loop looks at four bundles at a time, the scalar one at what is left and at the last.
      if count % 2 == 0 { text += [UInt8](repeating: 0xF4, count: max(0, 160 - text.count)) }
      let place = Int(count % 67)
      for index in memory.indices {
        memory[index] = UInt8(truncatingIfNeeded: count &* 31 &+ UInt64(index) &* 0x9D)
      }
      memory.replaceSubrange(place..<place + text.count, with: text)
      let span = memory.span.extracting(place..<place + text.count)
      let verdict = validator.accepts(span)
      let opinion = slow.accepts(text)
      if verdict != opinion { tell("validator \(verdict), slow \(opinion)", text) }
      if count % 4 == 0 {
        // Chunks joined, and the passes that explain.
        let threads = 1 + Int(count / 4 % 4)
        let report = validator.report(on: span, limit: 3, workers: threads)
        if report.violations.isEmpty != opinion {
          tell("validator with \(threads) workers \(!opinion), slow \(opinion)", text)
        }
      }
      if verdict { accepted.add(1, ordering: .relaxed) }
      count += 1
      done += UInt64(text.count / 32)
      bundles.add(UInt64(text.count / 32), ordering: .relaxed)
      texts.add(1, ordering: .relaxed)
      if worker == 0, count % 256 == 0 { progress(&nextLine) }
    }
  }

  private func tell(_ what: String, _ text: [UInt8]) {
    if found.add(1, ordering: .relaxed).oldValue < 20 { print("\(what): \(hex(text))") }
  }

  private func progress(_ nextLine: inout UInt64) {
    let now = DispatchTime.now().uptimeNanoseconds
    guard now >= nextLine else { return }
    nextLine = now + 10_000_000_000
    let done = bundles.load(ordering: .relaxed)
    let seconds = Double(now - start) / 1e9
    let rate = Double(done) / seconds
    let left = Double(wanted - min(wanted, done)) / rate
    let line =
      "\(done) of \(wanted) bundles, \(Int(rate)) a second, \(Int(left / 60)) min left, "
      + "\(disagreements) disagreements\n"
    _ = line.withCString { write(2, $0, strlen($0)) }
  }
}
