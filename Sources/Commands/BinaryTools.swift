public import ArgumentParser
import Foundation
import PlainRun
import Toolchain

/// A command that is a stock tool under our name: what makefiles want as AR, NM and the like.
public protocol BinaryToolCommand: ParsableCommand {
  var arguments: [String] { get }
}

extension BinaryToolCommand {
  public func run() throws {
    let name = Self.configuration.commandName ?? ""
    do throws(ToolchainError) {
      let status = try BinaryTool.run(name, arguments)
      guard status == 0 else { throw ToolchainError("", status: status) }
    } catch {
      if !error.description.isEmpty {
        say("zvm \(name): \(error)\n")
      }
      throw ExitCode(error.status)
    }
  }

  static func described(_ name: String, _ abstract: String) -> CommandConfiguration {
    CommandConfiguration(commandName: name, abstract: abstract)
  }
}

/// `zvm ar`.
public struct AR: BinaryToolCommand {
  public static let configuration = described("ar", "Make archives of sandboxed objects.")
  @Argument(parsing: .captureForPassthrough) public var arguments: [String] = []
  public init() {}
}

/// `zvm ranlib`.
public struct Ranlib: BinaryToolCommand {
  public static let configuration = described("ranlib", "Index an archive.")
  @Argument(parsing: .captureForPassthrough) public var arguments: [String] = []
  public init() {}
}

/// `zvm nm`.
public struct NM: BinaryToolCommand {
  public static let configuration = described("nm", "List the symbols of objects and nexes.")
  @Argument(parsing: .captureForPassthrough) public var arguments: [String] = []
  public init() {}
}

/// `zvm strip`.
public struct Strip: BinaryToolCommand {
  public static let configuration = described("strip", "Take symbols and debug information away.")
  @Argument(parsing: .captureForPassthrough) public var arguments: [String] = []
  public init() {}
}

/// `zvm objdump`.
public struct Objdump: BinaryToolCommand {
  public static let configuration = described(
    "objdump", "Disassemble a nexe; with -dl, beside its source lines.")
  @Argument(parsing: .captureForPassthrough) public var arguments: [String] = []
  public init() {}
}

/// `zvm ld`.
public struct LD: BinaryToolCommand {
  public static let configuration = described(
    "ld", "Link objects to a nexe, without start files and libraries, or with -r to an object.")
  @Argument(parsing: .captureForPassthrough) public var arguments: [String] = []
  public init() {}
}

/// `zvm env`: the environment in which configure and make build for the sandbox.
public struct Env: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Run a command with CC, AR and so on set for the sandbox, or print them.",
    discussion: """
      zvm env ./configure --host=x86_64-zvm && zvm env make check

      Without a command: shell text for eval. Programs that are linked can then be called like any \
      other; they run in the sandbox with the current folder's content (zvm exec).
      """)

  @Argument(parsing: .captureForPassthrough, help: "Command and its arguments.")
  var command: [String] = []

  public init() {}

  public func run() throws {
    do throws(ToolchainError) {
      let variables = try BuildEnvironment(executable: Sysroot.command ?? "zvm").variables
      guard !command.isEmpty else {
        for (name, value) in variables {
          print("export \(name)='\(value.replacing("'", with: "'\\''"))'")
        }
        return
      }
      let arguments = variables.map { "\($0.name)=\($0.value)" } + command
      throw ToolchainError("", status: try BinaryTool.spawn("/usr/bin/env", arguments))
    } catch {
      if !error.description.isEmpty {
        say("zvm env: \(error)\n")
      }
      throw ExitCode(error.status)
    }
  }
}
