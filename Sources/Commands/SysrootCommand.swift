public import ArgumentParser
import Foundation
import PlainRun
import Toolchain

/// `zvm sysroot`: the guest's C library.
public struct SysrootCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "sysroot",
    abstract: "Build the guest C library, or say where it is.",
    subcommands: [Build.self, Path.self])

  public init() {}

  struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Build it unless this machine has it.")

    func run() throws {
      try Sysroot().build { say($0 + "\n") }
    }
  }

  struct Path: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print its folder.")

    func run() throws {
      print(try Sysroot().path)
    }
  }
}
