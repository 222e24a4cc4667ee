/// A job as its file describes it; paths are as usable from the current folder.
public struct JobFile: Sendable, Equatable {
  /// A map or reduce program with its limits.
  public struct Program: Sendable, Equatable {
    /// A `.nexe`, or a `.c` that is compiled on the fly.
    public var path: String
    public var arguments: [String] = []
    public var environment: [(name: String, value: String)] = []
    public var memoryByteCount = 256 << 20
    public var timeoutSeconds: Int

    public static func == (left: Program, right: Program) -> Bool {
      left.path == right.path && left.arguments == right.arguments
        && left.environment.elementsEqual(right.environment) { $0 == $1 }
        && left.memoryByteCount == right.memoryByteCount
        && left.timeoutSeconds == right.timeoutSeconds
    }
  }

  public var name: String
  public var inputs: [String]
  public var map: Program
  public var reduce: Program?
  public var output: String

  /// Seconds that one shard's map may take, and the reduce program, unless the file says otherwise.
  static let mapTimeoutSeconds = 600
  static let reduceTimeoutSeconds = 3600
}

/// What is wrong with a job, and where.
public struct JobError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// Reads sizes such as `8MiB`, `64K`, `1000`: bytes, with binary multiples.
public func byteCount(_ text: String) -> Int? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  guard let number = Int(digits), number >= 0 else { return nil }
  let units: [String: Int] = [
    "": 0, "B": 0, "K": 10, "KB": 10, "KiB": 10, "M": 20, "MB": 20, "MiB": 20, "G": 30, "GB": 30,
    "GiB": 30,
  ]
  guard let shift = units[String(text.dropFirst(digits.count)).replacing(" ", with: "")],
    number <= Int.max >> shift
  else { return nil }
  return number << shift
}

/// Reads times such as `30`, `30s`, `5m`, `1h` as seconds.
public func seconds(_ text: String) -> Int? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  let units = ["": 1, "s": 1, "m": 60, "h": 3600]
  guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))],
    number > 0, number <= 2_147_483_647 / unit
  else { return nil }
  return number * unit
}
