import ArgumentParser
import Commands

if let exec = Exec(words: CommandLine.arguments) {
  do {
    try exec.run()
  } catch {
    Exec.exit(withError: error)
  }
} else {
  ZVM.main()
}
