public import ArgumentParser
import ELF
import Foundation
import PlainRun
import Validator
import ValidatorThreads
import X86

extension Profile: ExpressibleByArgument {}
extension Baseline: ExpressibleByArgument {}

/// `zvm validate`: says whether a program may run, and why not.
public struct Validate: ParsableCommand {
  public static let configuration = CommandConfiguration(
    abstract: "Check that a nexe obeys the sandbox rules.",
    discussion: "Exit status: 0 valid, 1 refused, 2 the file cannot be read.")

  @Argument(help: "Program to check; - for standard input.")
  var file: String

  @Option(help: "Rules to apply: nacl, zerovm or portable.")
  var profile = Profile.zerovm

  @Option(help: "What portable code may count on: x86-64, x86-64-v2 or x86-64-v3.")
  var baseline = Baseline.v2

  @Flag(help: "The file is bare machine code, without ELF headers.")
  var raw = false

  @Flag(help: "Read one text a line as hex; print `valid` or `invalid OFFSET RULE` a line.")
  var hexLines = false

  @Flag(help: "Print the whole verdict as JSON.")
  var json = false

  @Option(help: "Name at most this many violations; JSON names 1000 unless told.")
  var limit: Int?

  public init() {}

  public func validate() throws {
    if hexLines, json || limit != nil {
      throw ValidationError("--hex-lines has its own form of answers: no --json, no --limit")
    }
  }

  public func run() throws {
    if hexLines { return try compare() }
    guard let code = CodeFile(path: file, isRaw: raw) else { throw cannotRead() }
    let limit = max(1, self.limit ?? (json ? 1000 : 20))
    let report: TextReport
    var headerError: ELFError?
    if raw {
      report = Validator(profile: profile, baseline: baseline, threads: .dispatched)
        .report(on: code.bytes.span, limit: limit)
    } else {
      let verdict = NexeValidator(
        profile: profile, baseline: baseline, limit: limit, threads: .dispatched
      )
      .check(code.bytes.span)
      report = verdict.text
      headerError = verdict.headerError
    }
    let result = ValidationResult(
      file: file, profile: profile, baseline: baseline, code: code, report: report,
      headerError: headerError)
    print(try json ? result.json() : result.text())
    if !result.valid { throw ExitCode(1) }
  }

  private func compare() throws {
    guard let input = file == "-" ? .standardInput : FileHandle(forReadingAtPath: file) else {
      throw cannotRead()
    }
    let lines = HexLines(validator: Validator(profile: profile, baseline: baseline))
    guard try !lines.run(input, .standardOutput) else { throw ExitCode(2) }
  }

  private func cannotRead() -> ExitCode {
    say("zvm validate: \(file): cannot be read\n")
    return ExitCode(2)
  }
}
