import ArgumentParser
import Commands
import Glibc

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
