public import ArgumentParser
import Foundation
import PlainRun
import Toolchain

/// `zvm port`: programs of other people's, built for the sandbox.
public struct PortCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "port", abstract: "Build programs from distribution source packages.",
    discussion: """
      Each is built unmodified, once per machine, and kept in the cache. Job files use lua and mawk \
      by themselves, for .lua and .awk programs.
      """,
    subcommands: [List.self, Build.self, Path.self, Test.self])

  public init() {}

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show all ports.")

    func run() throws {
      let ports = try SourcePort.all()
      let width = ports.map(\.name.count).max() ?? 0
      for port in ports {
        let name = port.name.padding(toLength: width, withPad: " ", startingAt: 0)
        print("\(name)  \(port.isBuilt ? "built    " : "not built")  \(port.summary)")
      }
    }
  }

  struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Build ports and print where their programs are.")
    @Argument(help: "Names of ports, or 'all'.") var names: [String]

    func run() throws {
      for port in try PortCommand.ports(names) {
        try port.build(log: PortCommand.note)
        for program in port.programs { print(port.program(program)) }
      }
    }
  }

  struct Path: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print where a port's first program is; build it when it is not there.")
    @Argument(help: "Name of the port.") var name: String

    func run() throws {
      let port = try SourcePort(name)
      try port.build(log: PortCommand.note)
      print(port.program(port.programs[0]))
    }
  }

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Test ports against native builds of the same source.")
    @Argument(help: "Names of ports, or 'all'.") var names: [String]

    func run() throws {
      var failed: [String] = []
      for port in try PortCommand.ports(names) {
        if try port.test(log: PortCommand.note) != 0 { failed.append(port.name) }
      }
      guard failed.isEmpty else {
        throw ToolchainError("ports that failed: \(failed.joined(separator: ", "))")
      }
    }
  }

  fileprivate static func ports(_ names: [String]) throws -> [SourcePort] {
    names == ["all"] ? try SourcePort.all() : try names.map { try SourcePort($0) }
  }

  fileprivate static func note(_ text: String) {
    say(text + "\n")
  }
}
