import Foundation
import Yams

extension JobFile {
  /// Largest job file in bytes.
  static let maximumByteCount = 1 << 20

  /// Reads a job file: YAML, or the JSON of a graph of groups. Paths in it are relative to its
  /// folder. `parameters` override those in the file. Throws with line and column for whatever is
  /// not understood.
  public init(path: String, parameters: [String: String] = [:]) throws(JobError) {
    try self.init(text: try Self.text(path: path), path: path, parameters: parameters)
  }

  /// The job file's text.
  public static func text(path: String) throws(JobError) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw JobError("\(path): cannot be read: no such job file")
    }
    guard data.count <= maximumByteCount else {
      throw JobError("\(path): larger than \(maximumByteCount) bytes")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw JobError("\(path): not UTF-8 text")
    }
    return text
  }

  /// Reads a job from text that came from `path`.
  public init(text: String, path: String, parameters: [String: String] = [:]) throws(JobError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw JobError(Self.text(of: error, path: path))
    }
    guard let node else { throw JobError("\(path): the job file is empty") }
    let folder = URL(filePath: path).deletingLastPathComponent().relativePath
    if node.sequence != nil {
      let reader = JobReader(path: path, folder: folder, parameters: parameters)
      self = try reader.groups(node)
      return
    }
    var reader = JobReader(path: path, folder: folder, parameters: [:])
    let fields = try reader.fields(node, of: "the job", allowed: Self.keys)
    let all = try reader.parameters(fields["parameters"], overridden: parameters)
    reader = JobReader(path: path, folder: folder, parameters: all)
    name = try reader.name(try reader.required("name", fields, node), "name")
    if let node = fields["failures"] { failures = try reader.failures(node) }
    if let list = fields["stages"] {
      for key in Self.stageKeys where fields[key] != nil && key != "name" {
        throw reader.error(fields[key] ?? node, "\(key): belongs to one of the stages")
      }
      stages = try reader.stages(list)
    } else {
      // The short form: the job is its only stage.
      var stage = try reader.stage(node, fields, name: name)
      if stage.output == nil { throw reader.error(node, "key 'output' is missing") }
      stage.name = "main"
      stages = [stage]
    }
  }

  /// What the YAML parser says, as other errors of a job file are written.
  private static func text(of error: any Error, path: String) -> String {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
      return "\(path):\(mark.line):\(mark.column): \(problem)\(place)"
    case .reader(let problem, let offset?, _, _):
      return "\(path): near byte \(offset): \(problem)"
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.joined(separator: ", ")
      return "\(path):\(context.mark.line):\(context.mark.column): \(names): stands twice"
    default: return "\(path): \(error)"
    }
  }

  static let keys =
    ["name", "parameters", "stages", "failures"] + stageKeys.filter { $0 != "name" }
  static let stageKeys = [
    "name", "input", "from", "map", "combine", "shuffle", "reducers", "reduce", "side",
    "shard_size", "output", "rejects",
  ]
}

extension JobReader {
  func parameters(_ node: Node?, overridden: [String: String]) throws(JobError) -> [String: String]
  {
    var result: [String: String] = [:]
    if let node {
      guard let mapping = node.mapping else { throw error(node, "parameters must be a mapping") }
      for (key, value) in mapping {
        guard let name = key.string, isPlain(name) else {
          throw error(key, "parameters: a name of letters, digits and _ expected")
        }
        guard result.updateValue(try text(value, "parameters"), forKey: name) == nil else {
          throw error(key, "parameter '\(name)' is given twice")
        }
      }
    }
    for (name, value) in overridden {
      guard result.updateValue(value, forKey: name) != nil else {
        throw JobError("\(path): --set \(name): the job has no such parameter")
      }
    }
    return result
  }

  private func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 < 128 && (isalnum(Int32($0)) != 0 || $0 == 0x5F) }
  }

  func stages(_ node: Node) throws(JobError) -> [JobFile.Stage] {
    guard let list = node.sequence, !list.isEmpty else {
      throw error(node, "stages must be a list of stages")
    }
    var result: [JobFile.Stage] = []
    for item in list {
      let fields = try fields(item, of: "a stage", allowed: JobFile.stageKeys)
      let nameNode = try required("name", fields, item)
      let name = try name(nameNode, "name")
      guard isPlain(name.replacing("-", with: "_")) else {
        throw error(nameNode, "name: letters, digits, - and _ only in a stage's name")
      }
      guard !result.contains(where: { $0.name == name }) else {
        throw error(nameNode, "two stages are called '\(name)'")
      }
      result.append(try stage(item, fields, name: name))
    }
    return try ordered(result, list)
  }

  /// Stages behind those that they read from; throws for unknown names, circles, and a stage
  /// whose output nobody takes.
  private func ordered(_ stages: [JobFile.Stage], _ nodes: Node.Sequence) throws(JobError)
    -> [JobFile.Stage]
  {
    let names = Set(stages.map(\.name))
    var read: Set<String> = []
    for (stage, node) in zip(stages, nodes) {
      guard case .stages(let sources) = stage.source else { continue }
      for source in sources where !names.contains(source) {
        throw error(node, "from: no stage is called '\(source)'")
      }
      read.formUnion(sources)
    }
    for (stage, node) in zip(stages, nodes) where stage.output == nil && !read.contains(stage.name)
    {
      throw error(node, "stage '\(stage.name)' has no output, and no stage reads from it")
    }
    var result: [JobFile.Stage] = []
    var done: Set<String> = []
    var left = stages
    while !left.isEmpty {
      let ready = left.firstIndex { stage in
        guard case .stages(let sources) = stage.source else { return true }
        return done.isSuperset(of: sources)
      }
      guard let ready else {
        throw error(nodes[0], "stages read from each other in a circle: \(left.map(\.name))")
      }
      done.insert(left[ready].name)
      result.append(left.remove(at: ready))
    }
    return result
  }

  func stage(_ node: Node, _ fields: [String: Node], name: String) throws(JobError)
    -> JobFile.Stage
  {
    let source: JobFile.Source
    if let from = fields["from"] {
      guard fields["input"] == nil else {
        throw error(from, "from: the stage has an input already")
      }
      source = .stages(try texts(from, "from"))
      if case .stages([]) = source { throw error(from, "from: no stage is given") }
    } else {
      source = .files(try inputs(try required("input", fields, node)))
    }
    var stage = JobFile.Stage(
      name: name, source: source,
      map: try program(
        try required("map", fields, node), "map", timeoutSeconds: JobFile.mapTimeoutSeconds))
    if let node = fields["reduce"] {
      stage.reduce = try program(
        node, "reduce", timeoutSeconds: JobFile.reduceTimeoutSeconds)
    }
    if let node = fields["shuffle"] {
      stage.shuffle = try choice(node, "shuffle", JobFile.Shuffle.self)
    }
    if let node = fields["combine"] {
      stage.combine = try program(node, "combine", timeoutSeconds: JobFile.mapTimeoutSeconds)
      guard stage.shuffle == .sort else {
        throw error(node, "combine: only with 'shuffle: sort'")
      }
    }
    if let node = fields["reducers"] {
      stage.reducers = try integer(node, "reducers", 1...JobFile.maximumReducerCount)
      guard stage.reduce != nil else { throw error(node, "reducers: there is no reduce program") }
      if stage.reducers > 1, stage.shuffle != .sort {
        throw error(node, "reducers: more than one needs 'shuffle: sort'")
      }
    }
    if stage.shuffle == .sort, stage.reduce == nil, let node = fields["shuffle"] {
      throw error(node, "shuffle: there is no reduce program")
    }
    // libzmr's reducers keep no pairs in memory when they are told that these come in order.
    if stage.shuffle == .sort, var reduce = stage.reduce,
      !reduce.environment.contains(where: { $0.name == "ZVM_SHUFFLE" })
    {
      reduce.environment.append(JobFile.Variable(name: "ZVM_SHUFFLE", value: "sort"))
      stage.reduce = reduce
    }
    if let node = fields["side"] { stage.sideInputs = try sideInputs(node) }
    if let node = fields["shard_size"] {
      stage.shardByteCount = Int64(
        try size(node, "shard_size", 1...(1 << 40), "from 1 to 1TiB"))
    }
    if let node = fields["output"] { stage.output = try output(node) }
    if let node = fields["rejects"] { stage.rejects = try rejects(node) }
    return stage
  }
}
