import ArgumentParser
import Dispatch
import Foundation
import Glibc
import MapReduce
import PlainRun
import Synchronization

/// Runs a job for a command: interrupts, progress, the summary, the exit status.
enum JobExecution {
  /// `make` gives the job to run, or nil when there is nothing to run.
  static func report(_ make: (Progress) throws(JobError) -> JobRunner?) throws {
    let progress = Progress()
    let runner: JobRunner
    do throws(JobError) {
      guard let made = try make(progress) else { return }
      runner = made
    } catch {
      fail(progress, "\(error)")
      throw ExitCode(1)
    }
    let interrupted = InterruptHandler { runner.cancel() }
    defer { interrupted.stop() }
    do throws(JobError) {
      progress.finish(try runner.run(), of: runner.name)
    } catch {
      let isLeftOut = runner.isComplete
      let hint =
        isLeftOut || !runner.hasResults ? "" : "\nzvm: go on with: zvm job resume \(runner.id)"
      fail(progress, "\(error)\(hint)")
      throw ExitCode(InterruptHandler.wasInterrupted ? 130 : isLeftOut ? 3 : 1)
    }
  }

  static func fail(_ progress: Progress, _ text: String) {
    progress.clear()
    say("zvm: \(text)\n")
  }
}

/// Calls back on SIGINT and SIGTERM, on a queue, instead of dying at once.
private final class InterruptHandler {
  private static let interrupted = Atomic(false)

  /// Whether any handler was ever called.
  static var wasInterrupted: Bool { interrupted.load(ordering: .relaxed) }

  private var sources: [any DispatchSourceSignal] = []

  init(_ action: @escaping @Sendable () -> Void) {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        Self.interrupted.store(true, ordering: .relaxed)
        action()
      }
      source.resume()
      sources.append(source)
    }
  }

  func stop() { for source in sources { source.cancel() } }
}
