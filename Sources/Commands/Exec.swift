public import ArgumentParser
import Foundation
import PlainRun
import Sandbox
import SystemPackage
import Toolchain

/// `zvm exec`: what runs a program that was linked with ZVM_EXECUTABLE=1 and is called by its name.
public struct Exec: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a program on a copy of the current folder; keep what it changed.",
    discussion: """
      For building and testing: the program gets the environment, the time, the standard streams, \
      and a copy of the current folder (or of $ZVM_TREE, a folder above it; or of the package around it, where an \
      argument or a variable such as srcdir names a file there). When it exits, by itself \
      and whatever its status, what it made, changed or removed there is done to the folder. Nothing \
      outside of the folder can be touched. Use `zvm run` for programs that may see less.
      """)

  @Argument(
    help: ArgumentHelp("A nexe, or a file with one behind a #! line.", valueName: "program"))
  var program: String

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the program.")
  var arguments: [String] = []

  public init() {}

  /// `zvm exec PROGRAM WORD…` as a `#!` line calls it: the words are the program's own, even one such as
  /// `---word`, which no option parser takes. Nil when the command line is another.
  public init?(words: [String]) {
    guard words.count > 2, words[1] == "exec", !words[2].hasPrefix("-"),
      var command = try? Exec.parse([words[2]])
    else { return nil }
    command.arguments = Array(words.dropFirst(3))
    self = command
  }

  public func run() throws {
    do {
      throw ExitCode(try runOnTree())
    } catch let error as SandboxError {
      complain("\(error)")
      throw ExitCode(126)
    } catch let error as ToolchainError {
      complain("\(error)")
      throw ExitCode(126)
    }
  }

  /// The program's argv[0]. A shell that finds it in PATH calls it by its bare name, of which a `#!` line
  /// only tells the path: programs print it in their messages.
  private func calledName(_ searched: String) -> String {
    guard let slash = program.lastIndex(of: "/") else { return program }
    let name = String(program[program.index(after: slash)...])
    for folder in searched.split(separator: ":") {
      let candidate = "\(folder)/\(name)"
      if candidate == program { return name }
      if FileManager.default.isExecutableFile(atPath: candidate) { return program }
    }
    return program
  }

  private func complain(_ text: String) {
    say("zvm exec: \(text)\n")
  }

  /// Whoever calls: what tests do beside the program is done with that user and umask, too.
  private var identity: Session.Identity {
    let mask = umask(0)
    umask(mask)
    return Session.Identity(user: getuid(), group: getgid(), umask: UInt32(mask))
  }

  /// Standard input, from where it stands, if it is a plain file: programs may go back in it. What says that it is one
  /// and has no end, as much of /proc, is read like a pipe.
  private func seekableInput() -> Channel.Backing? {
    var status = stat()
    guard unsafe fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let place = try? FileDescriptor.standardInput.seek(offset: 0, from: .current),
      (try? FileDescriptor.standardInput.seek(offset: 0, from: .end)) != nil,
      (try? FileDescriptor.standardInput.seek(offset: place, from: .start)) != nil
    else { return nil }
    return .file(.standardInput, offset: place, length: nil)
  }

  /// Leaves standard input behind what was read, for the next program: exactly for one that only read on, else
  /// as near as can be told.
  private func leave(_ input: Channel.Backing, _ byteCount: Int64) throws {
    guard case .file(let file, let place, _) = input else { return }
    let end = try file.seek(offset: 0, from: .end)
    try file.seek(offset: min(end, place + byteCount), from: .start)
  }

  /// Whether standard output is a plain file of its own, at its beginning: programs may go back in it. Not if others
  /// write behind it (`>>`, `2>&1`): a place that only this program knows would be in their way.
  private var isOutputSeekable: Bool {
    var status = stat()
    var errors = stat()
    guard unsafe fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      (try? FileDescriptor.standardOutput.seek(offset: 0, from: .current)) == 0
    else { return false }
    let flags = fcntl(STDOUT_FILENO, F_GETFL)
    guard flags >= 0, flags & O_APPEND == 0 else { return false }
    return unsafe fstat(STDERR_FILENO, &errors) != 0
      || (errors.st_dev, errors.st_ino) != (status.st_dev, status.st_ino)
  }

  private func runOnTree() throws -> Int32 {
    let environment = ProcessInfo.processInfo.environment
    // It starts while the folder is packed.
    let spare = try SpareLauncher(isForOne: true)
    let folder = PackageFolder(current: FileManager.default.currentDirectoryPath)
    let tree = try WorkingTree(
      root: environment["ZVM_TREE"] ?? folder.needed(arguments, environment))
    let module: ValidatedModule
    if let bytes = ExecutableNexe.nexe(in: program) {
      let plain = tree.scratch + "/program.nexe"
      try bytes.write(to: URL(filePath: plain))
      module = try ValidatedModule(path: FilePath(plain))
    } else {
      module = try ValidatedModule(path: FilePath(program))
    }
    // Test programs measure until some time has gone by: their clocks move on with the host's.
    let uptime = try? FileDescriptor.open(
      FilePath("/proc/uptime"), .readOnly, options: .closeOnExec)
    defer { try? uptime?.close() }
    let launcher = try Launcher(module: module, spare: spare)
    defer { launcher.shutDown() }
    let words = try ProgramWords()
    let told = words.arguments.suffix(arguments.count)
    let variables =
      words.environment.filter { $0.name != Array("PWD".utf8) }
      + [(name: Array("PWD".utf8), value: Array(tree.current.utf8))]
    let memory = environment["ZVM_MEMORY"].flatMap(ByteCount.init(argument:))
    let input = seekableInput()
    let seeksOutput = isOutputSeekable
    let session = Session.command(
      arguments: [Array(calledName(environment["PATH"] ?? "").utf8)] + told,
      environment: variables,
      standardInput: input ?? .stream(.standardInput), seekableInput: input != nil,
      standardOutput: seeksOutput
        ? .file(.standardOutput, offset: 0, length: nil) : .stream(.standardOutput),
      seekableOutput: seeksOutput, standardError: .stream(.standardError),
      mounts: [(.file(tree.before, offset: 0, length: nil), tree.root)],
      saves: [(.file(tree.after, offset: 0, length: nil), tree.root)],
      kept: [(.file(tree.kept, offset: 0, length: nil), tree.root)],
      seconds: UInt32(clamping: tree.seconds),
      clock: uptime.map { .file($0, offset: 0, length: 64) }, identity: identity,
      memoryByteCount: memory?.rawValue ?? 1 << 30, timeout: .seconds(3600), tellsErrors: true)
    let report = try launcher.runAndWait(session)
    // The next program goes on behind what this one wrote.
    if seeksOutput { _ = try? FileDescriptor.standardOutput.seek(offset: 0, from: .end) }
    if let input, let read = report.accounting.first?.getBytes { try leave(input, read) }
    if case .exited = report.outcome {
      if try tree.isSaved { try tree.apply() }
    } else if let problem = report.outcome.detailedProblem {
      complain("\(program): \(problem)")
    }
    return report.outcome.exitStatus
  }
}
