public import ArgumentParser
import Foundation
import MapReduce

/// `zvm job run`.
public struct JobRun: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a job file: every map and reduce program in a sandbox of its own.",
    discussion: """
      The outputs appear complete or not at all, and are the same for any --jobs.
      Exit status: 0 done, 1 failed, 3 done but for shards that were left out, 130 interrupted.
      """)

  @Argument(help: "Job file (YAML, or the JSON of groups).")
  var file: String

  /// Where a job runs.
  enum Place: String, CaseIterable, ExpressibleByArgument { case local, swift }

  @Option(help: "Where to run: local, or swift, an OpenStack Swift that the inputs lie on.")
  var on = Place.local

  @Option(name: .shortAndLong, help: "Sandboxes at a time; by default one a processor.")
  var jobs: Int?

  @Option(help: "Write the result here instead of where the job file says.")
  var output: String?

  @Option(help: "Size of a shard, decompressed, such as 8MiB; by default as suits each file.")
  var shardSize: String?

  @Option(name: .customLong("set"), help: "Set a parameter of the job file: KEY=VALUE.")
  var parameters: [String] = []

  @Flag(name: .customLong("no-cache"), help: "Neither take results from the cache nor keep them.")
  var isUncached = false

  @Flag(name: .customLong("dry-run"), help: "Say what would be done: shards, sizes, memory.")
  var isDry = false

  @Option(help: "Keep the job's record and data below this folder.")
  var state: String?

  public init() {}

  /// Runs the job when the command line is a good `zvm job run …`; else answers false, and the parser of
  /// all commands says what it is. That one takes as long as a small job.
  public static func answers(_ words: [String]) -> Bool {
    guard words.count > 3, words[1] == "job", words[2] == "run",
      let command = try? JobRun.parse(Array(words.dropFirst(3)))
    else { return false }
    do { try command.run() } catch { ZVM.exit(withError: error) }
    return true
  }

  public func validate() throws {
    if let jobs, !(1...RunOptions.maximumConcurrency).contains(jobs) {
      throw ValidationError("--jobs must be 1 to \(RunOptions.maximumConcurrency)")
    }
    if let shardSize, byteCount(shardSize) ?? 0 == 0 {
      throw ValidationError("--shard-size: '\(shardSize)' is not a size such as 8MiB")
    }
    for parameter in parameters where !parameter.contains("=") {
      throw ValidationError("--set: '\(parameter)' is not KEY=VALUE")
    }
    if on == .swift, jobs != nil || state != nil {
      throw ValidationError("--jobs and --state: not with --on swift: the cluster decides")
    }
  }

  public func run() throws {
    try JobExecution.report {
      progress throws(JobError) in
      let parameters = Dictionary(
        parameters.map { text in
          let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          return (String(parts[0]), String(parts[1]))
        }, uniquingKeysWith: { _, last in last })
      let text = try JobFile.text(path: file)
      let job = try JobFile(text: text, path: file, parameters: parameters)
      if on == .swift {
        try SwiftClient.run(try SwiftJob(job, output: output), isDry: isDry)
        return nil
      }
      var options = RunOptions(
        concurrency: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
        stateHome: JobFolder.home(state))
      options.shardByteCount = shardSize.flatMap { byteCount($0) }.map { Int64($0) }
      options.output = output
      options.cache = isUncached ? nil : ShardCache()
      options.file = file
      options.absoluteFile = URL(filePath: file).path
      options.parameters = parameters
      progress.attach(to: &options)
      if isDry {
        let plan = try JobPlan(job: job, options: options)
        print(plan.description)
        return nil
      }
      return try JobRunner(job: job, text: text, options: options)
    }
  }
}
