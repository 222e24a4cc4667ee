import ArgumentParser
import Commands
import Glibc

if let status = PlainRun.status(of: CommandLine.arguments) { exit(status) }
ZVM.main()
