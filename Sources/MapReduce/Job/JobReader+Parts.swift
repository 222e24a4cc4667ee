import Datasets
import Yams

/// The parts of a stage.
extension JobReader {
  static let programKeys = [
    "program", "args", "env", "memory", "timeout", "cpu", "output_limit", "reuse", "template",
  ]
  static let inputKeys = ["path", "records", "codec"]
  static let failureKeys = [
    "retries", "on_error", "stop", "after", "allow_skipped", "slow_factor",
  ]
  static let codecs = ["none", "zst", "gz", "xz", "bz2", "lz4"]

  func program(_ node: Node, _ key: String, timeoutSeconds: Int) throws(JobError)
    -> JobFile.Program
  {
    let fields = try fields(node, of: key, allowed: Self.programKeys)
    let programNode = try required("program", fields, node)
    let program = try text(programNode, "program")
    guard ProgramResolver.understands(program) else {
      let endings = ProgramResolver.endings.joined(separator: " or ")
      throw error(programNode, "program: '\(program)' must end in \(endings), or be 'awk: …'")
    }
    var result = JobFile.Program(
      path: Script.isInline(program) ? program : resolved(program), timeoutSeconds: timeoutSeconds)
    if let node = fields["args"] { result.arguments = try texts(node, "args") }
    if let node = fields["env"] { result.environment = try environment(node) }
    if let node = fields["memory"] {
      result.memoryByteCount = try size(
        node, "memory", 32 << 20...0xF000_0000, "from 32MiB to 3840MiB")
    }
    if let node = fields["timeout"] { result.timeoutSeconds = try duration(node, "timeout") }
    if let node = fields["cpu"] { result.cpuSeconds = try duration(node, "cpu") }
    if let node = fields["output_limit"] {
      result.outputByteCount = Int64(
        try size(node, "output_limit", 0...(1 << 50), "from 0 to 1024TiB"))
    }
    if let node = fields["reuse"] { result.reuse = try bool(node, "reuse") }
    if let node = fields["template"] {
      result.template = try bool(node, "template") ? .always : .never
    } else if Script.Language(program: program) != nil {
      result.template = .whereFaster
    }
    return result
  }

  func environment(_ node: Node) throws(JobError) -> [JobFile.Variable] {
    guard let mapping = node.mapping else { throw error(node, "env must be a mapping") }
    var result: [JobFile.Variable] = []
    for (key, value) in mapping {
      guard let name = key.string, !name.isEmpty, !name.contains("="), !name.utf8.contains(0) else {
        throw error(key, "env: a name without = expected")
      }
      result.append(JobFile.Variable(name: name, value: try text(value, "env")))
    }
    return result
  }

  /// A path, a list of paths, a mapping with a record format, or a list of these.
  func inputs(_ node: Node) throws(JobError) -> [JobFile.Input] {
    var result: [JobFile.Input] = []
    let items: [Node] = node.sequence.map(Array.init) ?? [node]
    for item in items {
      if item.mapping != nil {
        result.append(try input(item))
      } else {
        let path = resolvedInput(try text(item, "input"))
        if let last = result.last, last == JobFile.Input(patterns: last.patterns) {
          result[result.count - 1].patterns.append(path)
        } else {
          result.append(JobFile.Input(patterns: [path]))
        }
      }
    }
    guard !result.isEmpty else { throw error(node, "input: no path is given") }
    return result
  }

  /// `-` is standard input.
  private func resolvedInput(_ path: String) -> String {
    path == SpooledInputs.standardInput ? path : resolved(path)
  }

  private func input(_ node: Node) throws(JobError) -> JobFile.Input {
    guard node.mapping?.contains(where: { Self.inputKeys.contains($0.key.string ?? "") }) ?? false
    else { throw error(node, "input: text expected, or a mapping of path, records, codec") }
    let fields = try fields(node, of: "input", allowed: Self.inputKeys)
    let pathNode = try required("path", fields, node)
    var result = JobFile.Input(patterns: try texts(pathNode, "path").map(resolvedInput))
    guard !result.patterns.isEmpty else { throw error(pathNode, "path: no path is given") }
    if let node = fields["records"] {
      let written = try text(node, "records")
      guard let format = RecordFormat(written) else {
        throw error(
          node,
          "records: '\(written)' is none of lines, json-lines, nul, csv, file, fixed:BYTES, "
            + "length:WIDTH, length:WIDTH:big")
      }
      result.records = format
    }
    if let node = fields["codec"] {
      let written = try text(node, "codec")
      guard written == "auto" || Self.codecs.contains(written) else {
        throw error(
          node, "codec: '\(written)' is none of auto, \(Self.codecs.joined(separator: ", "))")
      }
      result.codec = written == "auto" ? nil : written
    }
    return result
  }

  /// `{tar: FILE, at: FOLDER}`, or a list of these.
  func sideInputs(_ node: Node) throws(JobError) -> [JobFile.SideInput] {
    var result: [JobFile.SideInput] = []
    let items: [Node] = node.sequence.map(Array.init) ?? [node]
    for item in items {
      let fields = try fields(item, of: "side", allowed: ["tar", "at"])
      let folderNode = try required("at", fields, item)
      let folder = try text(folderNode, "at")
      guard folder.hasPrefix("/"), folder != "/dev", !folder.hasPrefix("/dev/"),
        !folder.split(separator: "/").contains(where: { $0 == ".." || $0 == "." })
      else { throw error(folderNode, "at: an absolute folder outside /dev expected") }
      result.append(
        JobFile.SideInput(
          tarball: resolved(try text(try required("tar", fields, item), "tar")), folder: folder))
    }
    return result
  }

  /// A path, or `{path, compression}`; without compression the path's ending decides.
  func output(_ node: Node) throws(JobError) -> JobFile.Output {
    var result: JobFile.Output
    if node.mapping == nil {
      result = JobFile.Output(path: try text(node, "output"))
    } else {
      let fields = try fields(node, of: "output", allowed: ["path", "compression"])
      result = JobFile.Output(path: try text(try required("path", fields, node), "path"))
      if let node = fields["compression"] {
        result.compression = try choice(node, "compression", JobFile.Compression.self)
        result.path = try outputPath(result.path, node)
        return result
      }
    }
    if result.path.hasSuffix(".zst") { result.compression = .zst }
    if result.path.hasSuffix(".gz") { result.compression = .gz }
    result.path = try outputPath(result.path, node)
    return result
  }

  private func outputPath(_ path: String, _ node: Node) throws(JobError) -> String {
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw error(node, "output: '\(path)' is not the path of a file")
    }
    guard path.split(separator: "{n}", omittingEmptySubsequences: false).count <= 2 else {
      throw error(node, "output: '{n}' is given twice")
    }
    return resolved(path)
  }

  /// A path, or `{path, limit}`.
  func rejects(_ node: Node) throws(JobError) -> JobFile.Rejects {
    if node.mapping == nil { return JobFile.Rejects(path: resolved(try text(node, "rejects"))) }
    let fields = try fields(node, of: "rejects", allowed: ["path", "limit"])
    var result = JobFile.Rejects(
      path: resolved(try text(try required("path", fields, node), "path")))
    if let node = fields["limit"] { result.limit = try integer(node, "limit", 0...1_000_000_000) }
    return result
  }

  func failures(_ node: Node) throws(JobError) -> JobFile.FailurePolicy {
    let fields = try fields(node, of: "failures", allowed: Self.failureKeys)
    var result = JobFile.FailurePolicy()
    if let node = fields["retries"] { result.retries = try integer(node, "retries", 0...100) }
    if let node = fields["on_error"] {
      result.skip = try choice(node, "on_error", OnError.self) == .skip
    }
    if let node = fields["stop"] { result.drain = try choice(node, "stop", Stop.self) == .drain }
    if let node = fields["after"] {
      guard result.skip else { throw error(node, "after: only with 'on_error: skip'") }
      let written = try text(node, "after")
      if written.hasSuffix("%"), let value = Int(written.dropLast()), (0...100).contains(value) {
        result.tolerance = .percent(value)
      } else if let value = Int(written), value >= 0 {
        result.tolerance = .count(value)
      } else {
        throw error(node, "after: '\(written)' is neither a number of shards nor a percentage")
      }
    }
    if let node = fields["allow_skipped"] {
      result.allowSkipped = try bool(node, "allow_skipped")
    }
    if let node = fields["slow_factor"] {
      result.medianFactor = try integer(node, "slow_factor", 2...1_000_000)
    }
    return result
  }

  private enum OnError: String, CaseIterable { case fail, skip }
  private enum Stop: String, CaseIterable { case now, drain }
}
