// Unsafe: the C structures and strings of posix_spawn live inside one function and are freed at its end.
import Glibc

/// Runs a program to its end. Foundation's `Process` looks every 50 ms whether a child has ended: a compilation of
/// 20 ms took 160 so.
public enum Subprocess {
  /// Answers the exit status, 128 + N for one that ended by signal N.
  ///
  /// - Parameters:
  ///   - program: a path.
  ///   - environment: all variables; nil: our own.
  ///   - input, output: descriptors in the place of our standard streams.
  /// - Throws: when it cannot be started.
  public static func run(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil,
    input: Int32? = nil, output: Int32? = nil
  ) throws(ToolchainError) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // dup2 onto the same number keeps close-on-exec off, as posix_spawn promises.
    if let input { unsafe posix_spawn_file_actions_adddup2(&actions, input, 0) }
    if let output { unsafe posix_spawn_file_actions_adddup2(&actions, output, 1) }

    // What this process ignores or blocks is its own affair.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var argv = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe argv.indices { unsafe free(argv[index]) } }
    var variables = unsafe (environment ?? [:]).map { unsafe strdup("\($0.key)=\($0.value)") }
    unsafe variables.append(nil)
    defer { for index in unsafe variables.indices { unsafe free(variables[index]) } }

    var process: pid_t = 0
    let result =
      environment == nil
      ? unsafe posix_spawn(&process, program, &actions, &attributes, &argv, environ)
      : unsafe posix_spawn(&process, program, &actions, &attributes, &argv, &variables)
    guard result == 0 else {
      throw ToolchainError("\(program): cannot be run: \(unsafe String(cString: strerror(result)))")
    }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else {
        throw ToolchainError("\(program): its end is not known: errno \(errno)")
      }
    }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
  }
}
