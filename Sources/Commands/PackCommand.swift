public import ArgumentParser
import Datasets
import Glibc
import MapReduce

/// `zvm pack`: any input to seekable zstd with a record index.
public struct PackCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Convert an input to seekable zstd that jobs can split anywhere.",
    discussion: """
      The output has a frame for about every --frame-size bytes of whole records, an index that counts \
      the records of each frame, and a seek table; zstd and zstdcat read it like any other file. The \
      input may be plain, zst, gz, xz, bz2 or lz4; it is decompressed behind the sandbox's filter.
      """)

  @Argument(help: "File to convert.")
  var input: String

  @Option(name: .shortAndLong, help: "File to write; the input's name with .zst if not given.")
  var output: String?

  @Option(
    help:
      "What a record is: lines, json-lines, nul, csv, fixed:SIZE, length:WIDTH or length:WIDTH:big."
  )
  var records = "lines"

  @Option(help: "Decompressed size of a frame.")
  var frameSize = "4MiB"

  @Option(help: "zstd level, 1 to 19.")
  var level = 3

  @Option(name: .shortAndLong, help: "Threads; all processors if not given.")
  var jobs: Int?

  public init() {}

  public func run() throws {
    guard let format = RecordFormat(records), format.rule != nil else {
      throw ValidationError("--records: '\(records)' is no record format that has an index")
    }
    guard let size = byteCount(frameSize), (1 << 10...1 << 30).contains(size) else {
      throw ValidationError("--frame-size: '\(frameSize)' is not a size from 1KiB to 1GiB")
    }
    guard (1...19).contains(level) else { throw ValidationError("--level: 1 to 19") }
    let target = output ?? input + ".zst"
    guard target != input else { throw ValidationError("--output: the input cannot be replaced") }
    let summary = try Packer(
      path: input, output: target, format: format, frameByteCount: Int64(size), level: level,
      workers: jobs ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))
    ).run()
    let frames = summary.frameCount == 1 ? "1 frame" : "\(summary.frameCount) frames"
    print(
      "\(target): \(summary.recordCount) records in \(frames), "
        + "\(summary.inputByteCount) bytes to \(summary.outputByteCount)")
  }
}
