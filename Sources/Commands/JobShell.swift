import ArgumentParser
import Foundation
import MapReduce
import PlainRun

/// `zvm job shell`.
struct JobShell: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shell",
    abstract: "Run the map program of one shard again, with its output on this terminal.",
    discussion: """
      The sandbox gets the same input, arguments and limits as in the job. Exit status: that of the
      program, or 1 when it did not end by itself.
      """)

  @Argument(help: "The job's id; without it the last job.")
  var id: String?

  @Option(help: "Number of the shard.")
  var shard: Int

  @Option(help: "Name of the stage; by default the first.")
  var stage: String?

  @Flag(name: .customLong("print"), help: "Only print the command that does this.")
  var isPrinting = false

  @Option(help: "The folder that the job's --state named.")
  var state: String?

  func run() throws {
    let status: Int32
    do throws(JobError) {
      status = try replay()
    } catch {
      say("zvm: \(error)\n")
      throw ExitCode(1)
    }
    if status != 0 { throw ExitCode(status) }
  }

  private func replay() throws(JobError) -> Int32 {
    let home = JobFolder.home(state)
    guard let id = id ?? JobFolder.identifiers(home: home).last else {
      throw JobError("\(home): there is no job")
    }
    let task = try ShardReplay(home: home, id: id, stage: stage, shard: shard)
    if isPrinting {
      print("# \(task.description)")
      print(
        "zvm job shell \(id) --stage \(task.stage.name) --shard \(shard)"
          + (state.map { " --state '\($0)'" } ?? ""))
      return 0
    }
    return try task.run()
  }
}
