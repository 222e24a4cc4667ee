import Datasets

/// A job as `zvm-swift job-run` takes it (integrations/openstack-swift): programs as files that can be
/// uploaded, inputs as patterns of objects. A cluster runs one map over each object and one reduce, so
/// that only jobs of that form have one.
public struct SwiftJob: Encodable, Sendable, Equatable {
  /// A program with its limits; what is nil is the cluster's to choose.
  public struct Program: Encodable, Sendable, Equatable {
    /// Path of the nexe: an interpreter's where `script` is set.
    public var nexe: String
    /// argv[0].
    public var name: String
    public var arguments: [String]
    public var environment: [String: String]
    /// Bytes.
    public var memory: Int
    /// Seconds.
    public var timeout: Int?
    /// The text that an interpreter finds at `scriptPath`.
    public var script: String?
  }

  /// Objects that one map program each reads.
  public struct Input: Encodable, Sendable, Equatable {
    /// `swift://account/container/object`, in which `*` is any text.
    public var path: String
    /// Whether objects that are compressed are decompressed on the way in.
    public var decompress: Bool
    /// Whether an object is split where it lies, at the edges of lines.
    public var split: Bool
  }

  public var name: String
  public var inputs: [Input]
  public var map: Program
  public var reduce: Program?
  /// Sorts the map outputs by key before the reduce program reads them.
  public var sort: Program?
  /// Path of the local file for the result.
  public var output: String

  /// What an input in OpenStack Swift begins with.
  public static let scheme = "swift://"
  /// Where a script is on a cluster, whatever its file is called.
  static let scriptPath = "/dev/script"
  /// What the sorting program may use: it holds all of the map outputs.
  static let sortMemoryByteCount = 2 << 30

  /// Compiles the job's programs. Throws with the key that asks for something a cluster does not do:
  /// it never runs another job than the one that was written.
  public init(_ job: JobFile, output override: String? = nil) throws(JobError) {
    func refuse(_ what: String) -> JobError { JobError("\(job.name): --on swift: \(what)") }
    guard job.stages.count == 1, let stage = job.stages.first else {
      throw refuse("stages: one stage only")
    }
    guard stage.exchange == nil else {
      throw refuse("groups: send them to the cluster as they are")
    }
    guard case .files(let inputs) = stage.source else { throw refuse("from: one stage only") }
    guard stage.reducers == 1 else { throw refuse("reducers: one only") }
    guard stage.sideInputs.isEmpty else { throw refuse("side: not on a cluster") }
    guard stage.rejects == nil else { throw refuse("rejects: not on a cluster") }
    guard !job.failures.skip else { throw refuse("failures: on_error: skip is not on a cluster") }
    guard let result = stage.output, result.compression == .none, !result.path.contains("{n}")
    else { throw refuse("output: one file, not compressed") }
    name = job.name
    output = override ?? result.path
    self.inputs = []
    for input in inputs {
      for pattern in input.patterns {
        guard pattern.hasPrefix(Self.scheme) else {
          throw refuse("input: \(pattern) is not \(Self.scheme)account/container/object")
        }
        self.inputs.append(
          Input(path: pattern, decompress: input.codec != "none", split: input.records == .lines))
      }
    }
    map = try Self.program(stage.map, usualSeconds: JobFile.mapTimeoutSeconds)
    reduce = try stage.reduce.map { program throws(JobError) in
      try Self.program(program, usualSeconds: JobFile.reduceTimeoutSeconds)
    }
    guard stage.shuffle == .sort else { return }
    var program = JobFile.Program(
      path: try ProgramResolver.tool("sort"), timeoutSeconds: JobFile.reduceTimeoutSeconds)
    program.memoryByteCount = Self.sortMemoryByteCount
    sort = try Self.program(program, usualSeconds: JobFile.reduceTimeoutSeconds)
  }

  private static func program(_ program: JobFile.Program, usualSeconds: Int) throws(JobError)
    -> Program
  {
    let resolver = ProgramResolver()
    let script = try Script(program.path)
    var words = try resolver.commandLine(of: program).arguments
    if let script { words = script.arguments(program.arguments, at: scriptPath) }
    return Program(
      nexe: try resolver.nexe(for: program), name: words[0], arguments: Array(words.dropFirst()),
      environment: Dictionary(
        program.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last }),
      memory: program.memoryByteCount,
      timeout: program.timeoutSeconds == usualSeconds ? nil : program.timeoutSeconds,
      script: script?.text)
  }
}
