public import ArgumentParser

/// `zvm job`: map-reduce jobs from job files.
public struct JobCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "job", abstract: "Run map-reduce jobs.",
    subcommands: [JobRun.self, JobResume.self, JobShell.self, JobReport.self, JobErrors.self])

  public init() {}
}
