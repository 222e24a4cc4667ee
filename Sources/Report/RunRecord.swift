/// What one run of a job left behind in its `record.jsonl` (docs/RUN-RECORD.md).
///
/// Of a task that was tried or run more than once, the last line counts. Times are milliseconds since 1970
/// (UTC), durations seconds, sizes bytes.
public struct RunRecord: Sendable {
  /// The first line: which job, where, with what.
  public struct Header: Decodable, Sendable {
    public var format: Int
    public var id: String
    public var t: Double
    public var name: String
    public var file: String
    public var folder: String?
    public var engine: String?
    public var host: String?
    public var cores: Int?
    /// Sandboxes at a time.
    public var jobs: Int?
    public var cache: Bool?
    public var set: [String: String]?
  }

  /// An input file as it was split.
  public struct Input: Decodable, Sendable {
    public var stage: String
    public var path: String
    public var bytes: Int64
  }

  /// A map or reduce phase of a stage.
  public struct Phase: Decodable, Sendable {
    public var t: Double
    public var stage: String
    public var phase: String
    public var program: String?
    public var programDigest: String?
    public var tasks: Int?
    public var bytes: Int64?

    private enum CodingKeys: String, CodingKey {
      case t, stage, phase, program, tasks, bytes
      case programDigest = "program_sha256"
    }
  }

  /// One shard that was mapped, or one partition that was reduced.
  public struct Task: Decodable, Sendable {
    public var stage: String
    public var phase: String
    public var n: Int
    public var t: Double
    public var wall: Double
    public var user: Double?
    public var system: Double?
    public var slot: Int?
    public var attempt: Int?
    public var status: String
    public var reason: String?
    public var path: String?
    public var offset: Int64?
    public var length: Int64?
    public var `in`: Int64?
    public var out: Int64?
    public var peak: Int64?
    public var exit: Int?
    public var signal: Int?
    public var error: String?
    public var etag: String?
    public var stderr: Int64?
    public var rejects: Int64?
  }

  /// A failure that was tried again.
  public struct Retry: Decodable, Sendable {
    public var t: Double
    public var stage: String
    public var phase: String
    public var n: Int
    public var attempt: Int
    public var error: String
  }

  /// The end of a phase.
  public struct PhaseEnd: Decodable, Sendable {
    public var stage: String
    public var phase: String
    public var wall: Double
  }

  /// How the run ended.
  public struct End: Decodable, Sendable {
    public struct Output: Decodable, Sendable {
      public var path: String
      public var bytes: Int64
      public var sha256: String?
    }

    public var t: Double
    public var status: String
    public var error: String?
    public var tasks: Int?
    public var cached: Int?
    public var resumed: Int?
    public var skipped: Int?
    public var `in`: Int64?
    public var out: Int64?
    public var wall: Double
    public var user: Double?
    public var system: Double?
    public var outputs: [Output]?
  }

  public var header: Header
  public var inputs: [Input] = []
  public var phases: [Phase] = []
  public var phaseEnds: [PhaseEnd] = []
  /// In the order of stages, then of numbers.
  public var tasks: [Task] = []
  public var retries: [Retry] = []
  /// When the job was taken up again, once for each `zvm job resume`.
  public var resumes: [Double] = []
  /// Nil while the job runs, or when its engine was killed.
  public var end: End?
}

extension RunRecord {
  /// `done`, `failed`, `interrupted`, or `unfinished` when no end was written.
  public var status: String { end?.status ?? "unfinished" }

  /// Seconds from the first event to the last one that is known.
  public var wall: Double {
    if let end { return end.wall }
    let last = tasks.map { $0.t / 1000 + $0.wall }.max() ?? header.t / 1000
    return max(0, last - header.t / 1000)
  }

  /// Bytes that map programs read: what throughput is counted in.
  public var inputByteCount: Int64 {
    tasks.filter { $0.phase == "map" }.reduce(0) { $0 + ($1.in ?? 0) }
  }
}
