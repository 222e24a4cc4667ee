// Unsafe: words are handed to execv, which returns only where it fails; those of this process are there until then.
import Glibc
import PlainRun

// `zvm`: what it can do without much, it does; for all else it becomes `zvm-commands`, which lies beside it.

// Sandboxes are children that are waited for, whatever a shell ignores.
signal(SIGCHLD, SIG_DFL)
StandardStreams.prepare()

/// Becomes another program, with our own words, which need not be UTF-8, or others.
private func become(_ program: String, _ words: [String]? = nil) -> Never {
  if let words {
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    unsafe execv(program, &arguments)
  } else {
    unsafe execv(program, CommandLine.unsafeArgv)
  }
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
case .notRun: become(commands)
}
