public import ArgumentParser
import Foundation
import Toolchain

/// `zvm cc`: C and assembly to sandboxed objects and nexes; usable as CC in a makefile.
public struct CC: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "cc",
    abstract: "Compile C to a nexe: takes gcc's options.",
    discussion: """
      -c -S -E -o -I -D -U -O -g -W -f -std -l -L -M* -x, several sources, objects and archives.
      Code that cannot be made to obey the sandbox rules is an error that names file, line and
      instruction. The result is not trusted: the validator decides.
      """)

  @Argument(parsing: .captureForPassthrough, help: "Options and files, as for gcc.")
  var arguments: [String] = []

  public init() {}

  public func run() throws {
    if arguments == ["--help"] || arguments == ["-h"] {
      throw CleanExit.helpRequest(self)
    }
    do throws(ToolchainError) {
      let invocation = try Invocation(arguments)
      if let query = invocation.query {
        print(Driver.answer(query))
        return
      }
      try Driver(invocation).run()
    } catch {
      FileHandle.standardError.write(Data("zvm cc: \(error)\n".utf8))
      throw ExitCode(error.status == 0 ? 1 : error.status)
    }
  }
}
