public import ArgumentParser
import Dispatch
import Foundation
import Glibc
import MapReduce
import Synchronization

/// `zvm job`: map-reduce jobs from job files.
public struct JobCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "job", abstract: "Run map-reduce jobs.",
    subcommands: [Run.self, JobReport.self, JobErrors.self])

  public init() {}

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run a job file: every map and reduce program in a sandbox of its own.",
      discussion: """
        The output appears complete or not at all, and is the same for any --jobs.
        Exit status: 0 done, 1 failed, 130 interrupted.
        """)

    @Argument(help: "Job file (YAML).")
    var file: String

    @Option(name: .shortAndLong, help: "Sandboxes at a time; by default one a processor.")
    var jobs: Int?

    @Option(help: "Write the result here instead of where the job file says.")
    var output: String?

    @Option(help: "Size of a shard of plain text, such as 8MiB.")
    var shardSize = "8MiB"

    func validate() throws {
      if let jobs, !(1...JobRunner.maximumConcurrency).contains(jobs) {
        throw ValidationError("--jobs must be 1 to \(JobRunner.maximumConcurrency)")
      }
      guard let size = byteCount(shardSize), size > 0 else {
        throw ValidationError("--shard-size: '\(shardSize)' is not a size such as 8MiB")
      }
    }

    func run() throws {
      let progress = Progress()
      do throws(JobError) {
        let job = try JobFile(path: file)
        let runner = JobRunner(
          job: job, output: output,
          concurrency: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
          shardByteCount: Int64(byteCount(shardSize) ?? 8 << 20),
          progress: progress.update, guestError: progress.guestError)
        let interrupted = InterruptHandler { runner.cancel() }
        defer { interrupted.stop() }
        let summary = try runner.run()
        progress.finish(summary, of: job.name)
      } catch {
        progress.clear()
        FileHandle.standardError.write(Data("zvm: \(error)\n".utf8))
        throw ExitCode(InterruptHandler.wasInterrupted ? 130 : 1)
      }
    }
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
