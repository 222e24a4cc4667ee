public import ArgumentParser
import Datasets
import Foundation
import Glibc
import MapReduce
import Wire

/// `zvm dataset`: data to try jobs on.
public struct DatasetCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Look at inputs; make data to try jobs on.",
    subcommands: [Info.self, Generate.self])

  public init() {}

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what inputs are, and how a job would split them.")

    @Argument(help: "Files, folders or patterns, as in a job file.")
    var inputs: [String]

    @Option(help: "What a record is, as in a job file.")
    var records = "lines"

    @Option(help: "Decompressed size of a shard; by default as suits each file.")
    var shardSize: String?

    @Flag(help: "List every shard.")
    var shards = false

    func run() throws {
      guard let format = RecordFormat(records) else {
        throw ValidationError("--records: '\(records)' is no record format")
      }
      let size = shardSize.flatMap { byteCount($0) }
      if let shardSize, size ?? 0 == 0 {
        throw ValidationError("--shard-size: '\(shardSize)' is not a size such as 8MiB")
      }
      let splitter = Splitter(shardByteCount: size.map { Int64($0) }, format: format)
      for input in inputs {
        for path in try InputPattern(input).files() {
          show(try InputDescription(path: path, splitter: splitter))
        }
      }
    }

    private func show(_ input: InputDescription) {
      print(input.path)
      let size = input.decompressedByteCount.map { ", \($0) decompressed" } ?? ""
      print("  size       \(input.byteCount) bytes\(input.codec == .none ? "" : size)")
      print("  made of    \(input.units)")
      print("  checksums  \(input.checksums)")
      if let records = input.records { print("  records    \(records)") }
      var how = ""
      if case .stream = input.shards.first?.piece {
        how = ", decoded once and dealt out; the number is a guess"
      }
      print("  shards     \(input.shards.count)\(how)")
      guard shards else { return }
      for shard in input.shards {
        print("    \(shard.index)\t\(shard.offset)\t\(shard.byteCount)")
      }
    }
  }

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
