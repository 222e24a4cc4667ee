public import ArgumentParser
import ELF
import Foundation
import Validator

extension Profile: ExpressibleByArgument {}

/// `zvm validate`: says whether a program may run, and why not.
public struct Validate: ParsableCommand {
  public static let configuration = CommandConfiguration(
    abstract: "Check that a nexe obeys the sandbox rules.",
    discussion: "Exit status: 0 valid, 1 refused, 2 the file cannot be read.")

  @Argument(help: "Program to check.")
  var file: String

  @Option(help: "Rules to apply: nacl, zerovm or portable.")
  var profile = Profile.zerovm

  @Flag(help: "The file is bare machine code, without ELF headers.")
  var raw = false

  @Flag(help: "Read one text a line as hex; print `valid` or `invalid OFFSET RULE` a line.")
  var hexLines = false

  @Option(help: "Print at most this many violations.")
  var limit = 20

  public init() {}

  public func run() throws {
    if hexLines {
      guard let input = file == "-" ? .standardInput : FileHandle(forReadingAtPath: file) else {
        throw cannotRead()
      }
      let lines = HexLines(validator: Validator(profile: profile))
      guard try !lines.run(input, .standardOutput) else { throw ExitCode(2) }
      return
    }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw cannotRead()
    }
    let bytes = [UInt8](data)
    let violations: [Violation]
    var start = 0
    if raw {
      violations = Validator(profile: profile).check(bytes.span)
    } else {
      let verdict = NexeValidator(profile: profile).check(bytes.span)
      if let error = verdict.headerError {
        print("\(file): refused: \(error)")
        throw ExitCode(1)
      }
      violations = verdict.violations
      start = Int(verdict.image?.text.address ?? 0)
    }
    guard violations.isEmpty else {
      print("\(file): refused: \(violations.count) violations of the rules")
      for violation in violations.prefix(limit) {
        print("  0x\(String(start + violation.offset, radix: 16)): text offset \(violation)")
      }
      if violations.count > limit { print("  … and \(violations.count - limit) more") }
      throw ExitCode(1)
    }
    print("\(file): valid (\(profile.rawValue))")
  }

  private func cannotRead() -> ExitCode {
    FileHandle.standardError.write(Data("zvm validate: \(file): cannot be read\n".utf8))
    return ExitCode(2)
  }
}
