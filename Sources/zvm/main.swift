import ArgumentParser
import Commands
import Glibc

// Sandboxes are children that are waited for, whatever a shell ignores.
signal(SIGCHLD, SIG_DFL)
StandardStreams.prepare()
if let status = PlainRun.status(of: CommandLine.arguments) { exit(status) }
if let exec = Exec(words: CommandLine.arguments) {
  do {
    try exec.run()
  } catch {
    Exec.exit(withError: error)
  }
} else if !JobRun.answers(CommandLine.arguments) {
  ZVM.main()
}
