import ArgumentParser
import Commands
import Glibc
import PlainRun

// What `zvm` becomes for all that it does not do itself.
signal(SIGCHLD, SIG_DFL)
StandardStreams.prepare()
if let status = FaultPlaceCommand.status(of: CommandLine.arguments) { exit(status) }
if let exec = Exec(words: CommandLine.arguments) {
  do {
    try exec.run()
  } catch {
    Exec.exit(withError: error)
  }
} else if !JobRun.answers(CommandLine.arguments) {
  ZVM.main()
}
