// For SingleSessionTests: an engine that is killed after it has asked for a fork, and before there is one.
//
// `orphan-check NEXE one|usual`: starts itself again as that engine, lets the launcher, which the engine has
// stopped, go on when the engine is dead, and waits until nothing is left of them: 0. What is still there after
// a while it kills: 1. Everything becomes its child, so nothing can hide.
import CSandbox
import Glibc
import Sandbox
import SystemPackage

private func fail(_ text: String) -> Never {
  _ = try? FileDescriptor.standardError.writeAll(Array((text + "\n").utf8))
  exit(2)
}

/// The engine: asks a stopped launcher for a sandbox, says who the launcher is, and dies.
private func runEngine(_ nexe: String, isForOne: Bool) throws -> Never {
  let launcher = try Launcher(
    module: try ValidatedModule(path: FilePath(nexe)),
    spare: try SpareLauncher(isForOne: isForOne))
  var number = launcher.processIdentifier
  kill(number, SIGSTOP)
  launcher.start(
    Session.command(
      arguments: ["x"], standardInput: .null, standardOutput: .null, standardError: .null,
      memoryByteCount: 64 << 20, timeout: .seconds(3600))
  ) { _ in fail("a session of a stopped launcher is over") }
  _ = withUnsafeBytes(of: &number) { write(1, $0.baseAddress, $0.count) }
  kill(getpid(), SIGKILL)
  fail("alive")
}

/// Starts the engine; the launcher that it leaves behind.
private func orphanedLauncher(_ words: [String]) -> Int32 {
  var pair: [Int32] = [-1, -1]
  guard pipe(&pair) == 0 else { fail("pipe") }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawn_file_actions_adddup2(&actions, pair[1], 1)
  for end in pair { posix_spawn_file_actions_addclose(&actions, end) }
  var arguments = (words + ["engine"]).map { strdup($0) } + [nil]
  var engine: pid_t = 0
  guard posix_spawn(&engine, "/proc/self/exe", &actions, nil, &arguments, environ) == 0 else {
    fail("posix_spawn")
  }
  close(pair[1])
  var launcher: Int32 = 0
  _ = withUnsafeMutableBytes(of: &launcher) { read(pair[0], $0.baseAddress, $0.count) }
  waitpid(engine, nil, 0)
  guard launcher > 0 else { fail("no launcher") }
  return launcher
}

let words = CommandLine.arguments
guard words.count >= 3 else { fail("orphan-check NEXE one|usual") }
if words.count > 3 { try runEngine(words[1], isForOne: words[2] == "one") }
// Also keeps the launcher's group from becoming an orphaned one, whose stopped members the kernel ends.
guard csb_prctl(PR_SET_CHILD_SUBREAPER, 1, 0) == 0 else { fail("prctl") }
let launcher = orphanedLauncher(words)
kill(launcher, SIGCONT)
for _ in 0..<1000 {
  while true {
    let ended = waitpid(-1, nil, WNOHANG)
    if ended < 0 { exit(0) }
    if ended == 0 { break }
  }
  usleep(10_000)
}
kill(-launcher, SIGKILL)
exit(1)
