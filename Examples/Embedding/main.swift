// embedding FIRST.nexe SECOND.nexe < input > output
//
// Runs two untrusted programs side by side, each in a sandbox of its own: the first reads standard
// input, the second reads what the first writes. docs/EMBEDDING.md goes through it.
import Foundation
import Sandbox
import SystemPackage

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  FileHandle.standardError.write(Data("usage: embedding FIRST.nexe SECOND.nexe\n".utf8))
  exit(2)
}

do {
  // Validated here; what is refused never runs. A launcher holds one program and can start any
  // number of sandboxes of it, one after the other or at once.
  let first = try Launcher(module: ValidatedModule(path: FilePath(arguments[1])))
  let second = try Launcher(module: ValidatedModule(path: FilePath(arguments[2])))
  let pipe = try ChannelPipe()

  // All that the programs can reach: their channels, so many bytes, so much memory and time.
  let producer = Session.command(
    arguments: ["first"], standardInput: .stream(.standardInput), standardOutput: pipe.writing,
    standardError: .stream(.standardError), memoryByteCount: 64 << 20, timeout: .seconds(10))
  var consumer = Session.command(
    arguments: ["second"], standardInput: pipe.reading, standardOutput: .stream(.standardOutput),
    standardError: .stream(.standardError), memoryByteCount: 64 << 20, timeout: .seconds(10))
  consumer.channels[1].digest = true

  async let produced = first.run(producer)
  async let consumed = second.run(consumer)
  let producerReport = try await produced
  pipe.finishWriting()
  let consumerReport = try await consumed

  for (name, report) in [("first", producerReport), ("second", consumerReport)] {
    guard case .exited(code: 0) = report.outcome else {
      FileHandle.standardError.write(Data("\(name): \(report.outcome)\n".utf8))
      exit(1)
    }
  }
  let bytes = consumerReport.accounting[1].putBytes
  let digest = consumerReport.digests[1] ?? "-"
  FileHandle.standardError.write(Data("\(bytes) bytes, sha256 \(digest)\n".utf8))
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
