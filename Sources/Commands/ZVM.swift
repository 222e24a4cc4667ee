public import ArgumentParser

/// The `zvm` command: one subcommand per file in this folder.
public struct ZVM: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "zvm",
    abstract: "Run code you do not trust over data you care about.",
    version: "0.1.0",
    subcommands: [
      JobCommand.self, JobsCommand.self, Run.self, CC.self, CXX.self, AR.self, Ranlib.self,
      NM.self, Strip.self, Objdump.self, LD.self, Env.self, Exec.self, Validate.self, Inspect.self,
      DatasetCommand.self, PackCommand.self, SysrootCommand.self, CacheCommand.self,
      PortCommand.self, Zapp.self,
    ])

  public init() {}
}
