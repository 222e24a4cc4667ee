public import ArgumentParser
import Datasets
import Foundation
import Glibc
import MapReduce

/// `zvm dataset`: data to try jobs on.
public struct DatasetCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Make data to try jobs on.", subcommands: [Generate.self])

  public init() {}

  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a realistic access log; the same seed gives the same bytes.",
      discussion: "The output's ending says how it is compressed: .zst, .gz, .xz, .bz2, or plain.")

    @Option(help: "Size before compression, such as 64MiB; the last line is whole.")
    var size = "64MiB"

    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 1

    @Option(help: "File to write; - for standard output.")
    var output: String

    func run() throws {
      guard let total = byteCount(size), total > 0 else {
        throw ValidationError("--size: '\(size)' is not a size such as 64MiB")
      }
      let temporary = output + ".part"
      if output == "-" {
        try write(total, to: .standardOutput)
        return
      }
      guard FileManager.default.createFile(atPath: temporary, contents: nil),
        let file = FileHandle(forWritingAtPath: temporary)
      else { throw ValidationError("--output: \(temporary): cannot be written") }
      do {
        try fill(file, total)
        try file.synchronize()
        try file.close()
      } catch {
        try? FileManager.default.removeItem(atPath: temporary)
        throw error
      }
      guard unsafe rename(temporary, output) == 0 else {
        throw ValidationError("--output: \(output): \(unsafe String(cString: strerror(errno)))")
      }
    }

    /// Through the tool of the format, or plain.
    private func fill(_ file: FileHandle, _ total: Int) throws {
      let tools: [String: [String]] = [
        "zst": ["zstd", "-q", "-c", "-T0"], "gz": ["gzip", "-6", "-c"],
        "xz": ["xz", "-T0", "-c"], "bz2": ["bzip2", "-c"],
      ]
      let ending = URL(filePath: output).pathExtension
      guard let command = tools[ending] else { return try write(total, to: file) }
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = command
      process.standardInput = pipe
      process.standardOutput = file
      try process.run()
      try write(total, to: pipe.fileHandleForWriting)
      try pipe.fileHandleForWriting.close()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw ValidationError("\(command[0]) failed with status \(process.terminationStatus)")
      }
    }

    private func write(_ total: Int, to file: FileHandle) throws {
      var generator = AccessLogGenerator(seed: seed)
      var rest = total
      while rest > 0 {
        let lines = generator.lines(atLeast: min(rest, 1 << 20))
        try file.write(contentsOf: lines)
        rest -= lines.count
      }
    }
  }
}
