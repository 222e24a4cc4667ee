import Glibc
import SystemPackage

/// The files that a job is to write, looked at before anything runs: an output takes the place of what has
/// its name, so what would be lost, or could not be written, is an error before the work and not after it.
struct OutputTargets: Sendable {
  private struct Identity: Hashable {
    var device: UInt
    var inode: UInt

    init(_ status: stat) {
      device = UInt(status.st_dev)
      inode = UInt(status.st_ino)
    }

    /// Of what a path leads to; nil: there is nothing.
    init?(path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      self.init(status)
    }
  }

  private let jobName: String
  /// Outputs that are there already, from an earlier run as a rule.
  private var present: [Identity: String] = [:]
  private var paths: Set<String> = []

  /// Throws when an output is no regular file or cannot be one, or is a file that the job needs.
  init(_ job: JobFile, _ options: RunOptions) throws(JobError) {
    jobName = job.name
    let named = job.stages.filter { $0.output != nil }
    if options.output != nil, named.count != 1 {
      throw JobError("\(job.name): --output: the job has \(named.count) outputs, not one")
    }
    for stage in job.stages {
      if let output = stage.output {
        let pattern = options.output ?? output.path
        let count = pattern.contains("{n}") && stage.reduce != nil ? stage.reducers : 1
        for part in 0..<count { try add(StageOutput.path(pattern, part)) }
      }
      if let rejects = stage.rejects { try add(rejects.path) }
    }
    try check(programsAndSides: job, options)
  }

  /// Throws when an output is one of the files that are read.
  func check(inputs: [String]) throws(JobError) {
    for path in inputs { try check(path, "an input") }
  }

  private func check(programsAndSides job: JobFile, _ options: RunOptions) throws(JobError) {
    try check(options.absoluteFile, "the job file")
    for stage in job.stages {
      for program in [stage.map, stage.combine, stage.reduce].compactMap({ $0 })
      where !Script.isInline(program.path) {
        try check(program.path, "a program")
      }
      for side in stage.sideInputs { try check(side.tarball, "a side input") }
    }
  }

  private func check(_ path: String, _ role: String) throws(JobError) {
    guard !present.isEmpty, let identity = Identity(path: path), let output = present[identity]
    else { return }
    throw error(output, "is \(role) of the job as well, and would be lost")
  }

  private mutating func add(_ path: String) throws(JobError) {
    guard paths.insert(path).inserted else { throw error(path, "two outputs have this name") }
    let whole = FilePath(path)
    guard let name = whole.lastComponent?.string, name != "-" else {
      throw error(path, "an output is a file with a name")
    }
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      return try checkFolder(whole.removingLastComponent())
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: present[Identity(status)] = path
    case S_IFDIR: throw error(path, "is a folder")
    case S_IFLNK: throw error(path, "is a symbolic link; name the file that it stands for")
    default: throw error(path, "is no regular file, and would be replaced by one")
    }
    try checkFolder(whole.removingLastComponent())
  }

  /// The folder, or the first one above it that is there, must be one that can be written to.
  private func checkFolder(_ folder: FilePath) throws(JobError) {
    var folder = folder
    while true {
      let path = folder.isEmpty ? "." : folder.string
      var status = stat()
      if unsafe stat(path, &status) == 0 {
        guard status.st_mode & S_IFMT == S_IFDIR else { throw error(path, "is no folder") }
        guard unsafe access(path, W_OK | X_OK) == 0 else {
          throw error(path, systemMessage(errno))
        }
        return
      }
      guard errno == ENOENT else { throw error(path, systemMessage(errno)) }
      guard !folder.isEmpty, folder.removeLastComponent() else {
        throw error(path, systemMessage(ENOENT))
      }
    }
  }

  private func error(_ path: String, _ text: String) -> JobError {
    JobError("\(jobName): output: \(path): \(text)")
  }
}
