public import ArgumentParser
import Foundation
import PlainRun
import Toolchain

/// `zvm cc`: C and assembly to sandboxed objects and nexes; usable as CC in a makefile.
public struct CC: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "cc",
    abstract: "Compile C to a nexe: takes gcc's options.",
    discussion: """
      -c -S -E -o -I -D -U -O -g -W -f -std -l -L -M* -x, several sources, objects and archives.
      Code that cannot be made to obey the sandbox rules is an error that names file, line and
      instruction. The result is not trusted: the validator decides. With ZVM_EXECUTABLE=1 in the
      environment a linked program can be called like any other (zvm exec).
      """)

  @Argument(parsing: .captureForPassthrough, help: "Options and files, as for gcc.")
  var arguments: [String] = []

  public init() {}

  public func run() throws { try compile(arguments, cxx: false) }
}

/// `zvm c++`: the same for C++17 without exceptions and run-time types.
public struct CXX: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "c++",
    abstract: "Compile C++ (without exceptions) to a nexe: takes g++'s options.",
    discussion: """
      As `zvm cc`, with the standard library's containers, algorithms, strings, smart pointers and \
      functional tools. There are no exceptions (what would throw ends the program), no RTTI, no \
      iostreams, no locales, no threads, no file system library.
      """)

  @Argument(parsing: .captureForPassthrough, help: "Options and files, as for g++.")
  var arguments: [String] = []

  public init() {}

  public func run() throws { try compile(arguments, cxx: true) }
}

extension ParsableCommand {
  fileprivate func compile(_ arguments: [String], cxx: Bool) throws {
    if arguments == ["--help"] || arguments == ["-h"] {
      throw CleanExit.helpRequest(self)
    }
    do throws(ToolchainError) {
      let invocation = try Invocation(arguments, cxx: cxx)
      if let query = invocation.query {
        print(Driver.answer(query))
        return
      }
      try Driver(invocation).run()
    } catch {
      say("zvm \(cxx ? "c++" : "cc"): \(error)\n")
      throw ExitCode(error.status == 0 ? 1 : error.status)
    }
  }
}
