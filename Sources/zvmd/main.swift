import ArgumentParser
import Dispatch
import Foundation
import Service

/// `zvmd`: runs programs in sandboxes for other processes of this machine, over a UNIX socket.
struct Daemon: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zvmd",
    abstract: "Run programs in sandboxes for other processes of this machine.",
    discussion: """
      Takes one program a connection on a UNIX socket: a JSON packet, and descriptors for the program \
      and its channels. Answers with the report. The kernel says who asks: this user and root may, \
      others only with --allow-user. There is no network port. The format is in \
      docs/OPENSTACK-SWIFT.md.
      """)

  @Option(help: "Path of the socket.")
  var socket: String

  @Option(help: "Programs that run at once; by default one a processor.")
  var slots: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Requests that may wait for a slot; the next one is told to go elsewhere.")
  var queue: Int = 64

  @Option(help: ArgumentHelp("A user, by number, that may ask, too.", valueName: "uid"))
  var allowUser: [UInt32] = []

  @Option(help: ArgumentHelp("A program that requests can name.", valueName: "name=path"))
  var image: [String] = []

  @Option(help: "Most memory one program may have, in MiB.")
  var memory: Int = 4096

  @Option(help: "Longest time limit that a request may ask for, in seconds.")
  var timeout: Int = 3600

  @Option(help: "Most bytes that one channel may write, in MiB.")
  var channel: Int = 1024

  func validate() throws {
    guard (1...1024).contains(slots) else { throw ValidationError("--slots must be 1 to 1024") }
    guard (0...100_000).contains(queue) else {
      throw ValidationError("--queue must be 0 to 100000")
    }
    guard memory > 0, memory <= 4096, timeout > 0, channel > 0, channel < 1 << 40 else {
      throw ValidationError("--memory is 1 to 4096; --timeout and --channel are above 0")
    }
    for text in image where !text.dropFirst().contains("=") {
      throw ValidationError("--image \(text): not NAME=PATH")
    }
  }

  func run() throws {
    var options = Service.Options(path: socket)
    options.slots = slots
    options.queue = queue
    options.users = Set(allowUser)
    for text in image {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      options.images[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    options.limits.memoryByteCount = memory << 20
    options.limits.timeoutSeconds = Double(timeout)
    options.limits.channelByteCount = Int64(channel) << 20
    do throws(ServiceError) {
      let service = try Service(options)
      let signals = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { service.stop() }
        source.resume()
        return source
      }
      signal(SIGPIPE, SIG_IGN)
      // Sandboxes are children that are waited for, whatever was inherited.
      signal(SIGCHLD, SIG_DFL)
      defer { for source in signals { source.cancel() } }
      try service.run()
    } catch {
      FileHandle.standardError.write(Data("zvmd: \(error)\n".utf8))
      throw ExitCode.failure
    }
  }
}

Daemon.main()
