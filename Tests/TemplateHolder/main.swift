// For TemplateTests, which kill it: makes a template of a program, starts one copy, whose output is its
// own, and waits for ever.
import Glibc
import Sandbox
import SystemPackage

func session() -> Session {
  Session.command(
    arguments: ["x"], standardInput: .null, standardOutput: .stream(.standardOutput),
    standardError: .null, memoryByteCount: 64 << 20, timeout: .seconds(3600))
}

let launcher = try Launcher(
  module: try ValidatedModule(path: FilePath(CommandLine.arguments[1])),
  options: Launcher.Options(templates: true))
let template = try launcher.makeTemplate(session())
template.start(session()) { _ in exit(1) }
while true { pause() }
