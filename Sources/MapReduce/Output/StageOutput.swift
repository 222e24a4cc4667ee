import SystemPackage

/// Where a stage's parts go: one file for each, or one for all.
struct StageOutput {
  private let path: String
  private let compression: JobFile.Compression
  private let isParted: Bool

  /// Digits of a part's number in a file name.
  private static let digitCount = 5

  init(_ output: JobFile.Output) {
    path = output.path
    compression = output.compression
    isParted = output.path.contains("{n}")
  }

  /// Parts that only other stages read, in the job's data folder.
  init(stage: String, in folder: String) {
    path = "\(folder)/parts/\(stage)-{n}"
    compression = .none
    isParted = true
  }

  /// Path of a part.
  static func path(_ pattern: String, _ part: Int) -> String {
    let digits = String(part)
    let number = String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
    return pattern.replacing("{n}", with: number)
  }

  /// Writes the parts, each the runs of one task. The files are complete but have no names yet.
  func write(_ outputs: TaskOutputs, _ data: DataFiles) throws(JobError) -> [OutputFile] {
    var files: [OutputFile] = []
    if !isParted { files.append(try OutputFile(path, compression: compression)) }
    try outputs.visit { index, output throws(JobError) in
      if isParted {
        files.append(try OutputFile(Self.path(path, index), compression: compression))
      }
      let file = files[files.count - 1]
      for run in output?.runs ?? [] {
        try file.append(try data.file(run.file), from: run.offset, length: run.length)
      }
      if isParted { try file.complete() }
    }
    if !isParted { try files[0].complete() }
    return files
  }
}
