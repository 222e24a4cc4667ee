public import ArgumentParser
import Foundation
import MapReduce
import PlainRun

/// `zvm-swift` (integrations/openstack-swift), which speaks to clusters for us.
enum SwiftClient {
  /// Runs a job on the cluster that the environment names. `isDry`: only shows what would be sent.
  static func run(_ job: SwiftJob, isDry: Bool) throws(JobError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      let data = try encoder.encode(job)
      if isDry {
        print(String(decoding: data, as: UTF8.self))
        return
      }
      let folder = URL.temporaryDirectory.appending(path: "zvm-swift-\(UUID().uuidString)")
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      defer { try? FileManager.default.removeItem(at: folder) }
      try data.write(to: folder.appending(path: "job.json"))
      let status = try call(["job-run", "--verbose", folder.path])
      guard status == 0 else { throw JobError("\(job.name): the cluster did not run it") }
    } catch let error as JobError {
      throw error
    } catch {
      throw JobError("\(job.name): \(error)")
    }
  }

  /// Calls the client and waits; answers its exit status. $ZVM_SWIFT says how it is called, words with
  /// blanks between, where it is not `zvm-swift` of the search path.
  static func call(_ arguments: [String]) throws -> Int32 {
    let words =
      ProcessInfo.processInfo.environment["ZVM_SWIFT"]?.split(separator: " ").map(String.init)
      ?? ["zvm-swift"]
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words + arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus != 127 else {
      throw JobError(
        "\(words[0]): not found; `pip install` integrations/openstack-swift, or set ZVM_SWIFT")
    }
    return process.terminationStatus
  }
}

/// `zvm zapp`: programs and files in a tarball that runs on an OpenStack Swift.
public struct Zapp: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "zapp", abstract: "Make, store and run applications on an OpenStack Swift.",
    discussion: """
      new FOLDER | bundle [FOLDER] | deploy ZAPP CONTAINER[/PREFIX] | execute ZAPP|swift://… [--stdin]
      docs/OPENSTACK-SWIFT.md tells what a zapp is.
      """)

  @Argument(
    parsing: .captureForPassthrough, help: "new, bundle, deploy or execute, and what it needs.")
  var arguments: [String] = []

  public init() {}

  public func run() throws {
    do {
      throw ExitCode(try SwiftClient.call(["zapp"] + arguments))
    } catch let error as JobError {
      say("zvm zapp: \(error)\n")
      throw ExitCode(1)
    }
  }
}
