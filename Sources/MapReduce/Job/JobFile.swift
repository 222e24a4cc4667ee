public import Datasets

/// A job as its file describes it; paths are as usable from the current folder.
public struct JobFile: Sendable, Equatable {
  public var name: String
  /// In an order in which each stage comes after those that it reads from.
  public var stages: [Stage]
  public var failures = FailurePolicy()
}

extension JobFile {
  /// A program with its limits.
  public struct Program: Sendable, Hashable {
    /// Whether a program's sandboxes are copies of one that is ready.
    public enum Template: Sendable {
      case never, always
      /// Scripts, unless the job file says otherwise.
      case whereFaster
    }

    /// What `ProgramResolver` understands: a `.nexe`, a source that is compiled on the fly, …
    public var path: String
    public var arguments: [String] = []
    public var environment: [Variable] = []
    public var memoryByteCount = 256 << 20
    public var timeoutSeconds: Int
    /// CPU seconds in the sandbox; nil: no limit but the clock's.
    public var cpuSeconds: Int?
    /// Most bytes that one run may write, on all channels together.
    public var outputByteCount: Int64 = .max
    /// Whether a sandbox may serve one shard after the other of its stage, made anew in between.
    public var reuse = true
    /// Whether sandboxes start as copies of one that ran up to its first input or output.
    public var template = Template.never
  }

  public struct Variable: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  /// Input files of one kind.
  public struct Input: Sendable, Equatable {
    /// Files, folders, patterns.
    public var patterns: [String]
    public var records = RecordFormat.lines
    /// What the files must be compressed with (`none`, `zst`, `gz`, `xz`, `bz2`, `lz4`); nil: found
    /// out by their first bytes.
    public var codec: String?
  }

  /// Where a stage's input comes from.
  public enum Source: Sendable, Equatable {
    case files([Input])
    /// Outputs of other stages, in this order.
    case stages([String])
  }

  /// What happens between map and reduce.
  public enum Shuffle: String, Sendable, CaseIterable {
    /// The reduce program reads the map outputs in shard order.
    case none
    /// Lines `key TAB value` come sorted by key, equal keys in shard order.
    case sort
  }

  /// A tarball that every sandbox of a stage finds at a folder.
  public struct SideInput: Sendable, Equatable {
    public var tarball: String
    public var folder: String
  }

  public enum Compression: String, Sendable, CaseIterable {
    case none, zst, gz
  }

  public struct Output: Sendable, Equatable {
    /// With `{n}` in it: one file for each part. Otherwise the parts follow each other in one file.
    public var path: String
    public var compression = Compression.none
  }

  /// One map, and mostly one reduce, over the whole of some input.
  public struct Stage: Sendable, Equatable {
    public var name: String
    public var source: Source
    public var map: Program
    public var combine: Program?
    public var shuffle = Shuffle.none
    public var reducers = 1
    public var reduce: Program?
    public var sideInputs: [SideInput] = []
    /// Wanted shard size in bytes, decompressed; nil: what the command line says.
    public var shardByteCount: Int64?
    /// nil: only other stages read it.
    public var output: Output?
    /// Where lines that map programs wrote to /dev/rejects go; nil: there is no such channel.
    public var rejects: Rejects?
    /// Set for jobs that were described as a graph of groups: programs exchange data by channels
    /// of the groups' names instead of standard input and output.
    public var exchange: Exchange?
  }

  /// Names of the channels between two groups of a ZeroCloud job: `/dev/out/REDUCE` and
  /// `/dev/in/MAP`.
  public struct Exchange: Sendable, Equatable {
    public var map: String
    public var reduce: String
  }

  public struct Rejects: Sendable, Equatable {
    public var path: String
    /// Most rejected records in the whole stage.
    public var limit = 1000
  }

  /// What happens when a task fails.
  public struct FailurePolicy: Sendable, Equatable {
    /// How many more times a task is tried whose failure may not come again (sandbox lost, out of
    /// time, input/output error). What a program does by itself comes again.
    public var retries = 1
    /// Whether a failed shard is left out, instead of ending the job.
    public var skip = false
    /// How many shards may be left out.
    public var tolerance = Tolerance.count(.max)
    /// Whether a failing job lets running shards end.
    public var drain = false
    /// Whether a job with left-out shards counts as done.
    public var allowSkipped = false
    /// A shard is stopped when it takes more than so many times the median; nil: never.
    public var medianFactor: Int?
  }

  public enum Tolerance: Sendable, Equatable {
    case count(Int)
    case percent(Int)

    /// Whether `failed` of `total` shards are too many.
    func isExceeded(by failed: Int, of total: Int) -> Bool {
      switch self {
      case .count(let limit): failed > limit
      case .percent(let limit): failed * 100 > limit * total
      }
    }
  }

  /// Seconds that one shard's map may take, and the reduce program, unless the file says otherwise.
  static let mapTimeoutSeconds = 600
  static let reduceTimeoutSeconds = 3600
  static let maximumReducerCount = 4096
}

/// What is wrong with a job, and where.
public struct JobError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
