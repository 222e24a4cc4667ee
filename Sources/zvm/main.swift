// Unsafe: words are handed to execv, which returns only where it fails.
import Glibc
import PlainRun

// `zvm`: what it can do without much, it does; for all else it becomes `zvm-commands`, which lies beside it.

// Sandboxes are children that are waited for, whatever a shell ignores.
signal(SIGCHLD, SIG_DFL)
StandardStreams.prepare()

/// Becomes another program.
private func become(_ program: String, _ words: [String]) -> Never {
  var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
  unsafe execv(program, &arguments)
  let problem = unsafe String(cString: strerror(errno))
  say("zvm: \(program): \(problem)\n")
  exit(127)
}

private func path() -> String {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
  return String(decoding: buffer[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
}

let words = CommandLine.arguments
let commands = path() + "-commands"
switch PlainRun.run(words, validator: commands) {
case .exit(let status): exit(status)
case .faulted(let signal, let instruction):
  become(commands, ["zvm", "fault-place", "\(signal)", "\(instruction)", words[2]])
case .notRun: become(commands, words)
}
