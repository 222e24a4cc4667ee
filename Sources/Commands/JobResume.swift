import ArgumentParser
import MapReduce
import PlainRun

/// `zvm job resume`.
struct JobResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a job that failed, was stopped or was killed.",
    discussion: """
      What was finished is kept if its bytes are still those that were recorded; the result is the
      same as that of a run without a stop.
      """)

  @Argument(help: "The job's id; without it the last job.")
  var id: String?

  @Option(name: .shortAndLong, help: "Sandboxes at a time; by default as before.")
  var jobs: Int?

  @Option(help: "The folder that the job's --state named.")
  var state: String?

  func validate() throws {
    if let jobs, !(1...RunOptions.maximumConcurrency).contains(jobs) {
      throw ValidationError("--jobs must be 1 to \(RunOptions.maximumConcurrency)")
    }
  }

  func run() throws {
    try JobExecution.report { progress throws(JobError) in
      let home = JobFolder.home(state)
      guard let id = id ?? JobFolder.identifiers(home: home).last else {
        throw JobError("\(home): there is no job")
      }
      let interrupted = try InterruptedJob(home: home, id: id)
      var options = interrupted.options(stateHome: home)
      if interrupted.isOutdated {
        say(
          "zvm: \(options.absoluteFile) was changed since; the job goes on as it was begun. "
            + "For the change, run the job anew: what stays the same is in the cache.\n")
      }
      if let jobs { options.concurrency = jobs }
      progress.attach(to: &options)
      return try JobRunner(resuming: interrupted, options: options)
    }
  }
}
