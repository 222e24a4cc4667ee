import Foundation
import Yams

/// Jobs as ZeroCloud describes them: a list of groups. Groups that map connect to groups that reduce;
/// a map program writes to `/dev/out/REDUCE` (`/dev/out/REDUCE-K` where the count is more than one), a
/// reduce program reads `/dev/in/MAP-1` to `/dev/in/MAP-N`, one for each shard.
extension JobReader {
  static let groupKeys = ["name", "exec", "devices", "file_list", "connect", "count"]
  static let deviceKeys = ["name", "device", "path"]
  static let execKeys = ["path", "args", "env", "name"]

  private struct Group {
    var node: Node
    var name: String
    var program: JobFile.Program
    var devices: [String: (path: String?, node: Node)]
    var connect: [String]
    var count: Int
  }

  func groups(_ node: Node) throws(JobError) -> JobFile {
    var groups: [Group] = []
    for item in node.sequence ?? [] {
      let group = try group(item)
      guard !groups.contains(where: { $0.name == group.name }) else {
        throw error(item, "two groups are called '\(group.name)'")
      }
      groups.append(group)
    }
    guard !groups.isEmpty else { throw error(node, "the job has no groups") }
    var stages: [JobFile.Stage] = []
    var reducers: Set<String> = []
    for group in groups
    where group.devices["stdin"]?.path != nil || group.devices["input"]?.path != nil {
      stages.append(try stage(group, groups, &reducers))
    }
    for group in groups where !stages.contains(where: { $0.name == group.name }) {
      guard reducers.contains(group.name) else {
        throw error(group.node, "group '\(group.name)' has no input, and no group connects to it")
      }
    }
    let name = URL(filePath: path).deletingPathExtension().lastPathComponent
    return JobFile(name: name.isEmpty ? "groups" : name, stages: stages)
  }

  private func stage(_ map: Group, _ groups: [Group], _ reducers: inout Set<String>)
    throws(JobError) -> JobFile.Stage
  {
    guard let (path, inputNode) = map.devices["stdin"] ?? map.devices["input"], let path else {
      throw error(map.node, "group '\(map.name)' has no input")
    }
    guard map.count == 1 else {
      throw error(map.node, "count: a group with an input has one sandbox for each shard")
    }
    var stage = JobFile.Stage(
      name: map.name, source: .files([JobFile.Input(patterns: [try local(path, inputNode)])]),
      map: map.program)
    guard let target = map.connect.first else {
      stage.output = try output(of: map)
      return stage
    }
    guard map.connect.count == 1, let reduce = groups.first(where: { $0.name == target }),
      reduce.connect.isEmpty, reduce.devices["stdin"]?.path == nil
    else {
      throw error(
        map.node, "connect: only graphs of one map group and one reduce group each can be run")
    }
    guard reducers.insert(target).inserted else {
      throw error(map.node, "connect: another group connects to '\(target)'")
    }
    stage.reduce = reduce.program
    stage.reduce?.timeoutSeconds = JobFile.reduceTimeoutSeconds
    stage.reducers = reduce.count
    stage.exchange = JobFile.Exchange(map: map.name, reduce: reduce.name)
    stage.output = try output(of: reduce)
    return stage
  }

  private func output(of group: Group) throws(JobError) -> JobFile.Output {
    guard let (path, node) = group.devices["stdout"], let path else {
      throw error(group.node, "group '\(group.name)' has no stdout device with a path")
    }
    var result = JobFile.Output(path: try local(path, node).replacing("*", with: "{n}"))
    if result.path.hasSuffix(".zst") { result.compression = .zst }
    if result.path.hasSuffix(".gz") { result.compression = .gz }
    return result
  }

  /// A path on this machine.
  private func local(_ path: String, _ node: Node) throws(JobError) -> String {
    guard !path.contains("://") else {
      throw error(node, "path: '\(path)': only files of this machine can be used here")
    }
    return resolved(path)
  }

  private func group(_ node: Node) throws(JobError) -> Group {
    let fields = try fields(node, of: "a group", allowed: Self.groupKeys)
    let nameNode = try required("name", fields, node)
    let name = try name(nameNode, "name")
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
    else {
      throw error(nameNode, "name: letters, digits, - and _ only in a group's name")
    }
    let execNode = try required("exec", fields, node)
    let exec = try self.fields(execNode, of: "exec", allowed: Self.execKeys)
    let pathNode = try required("path", exec, execNode)
    let written = try text(pathNode, "path")
    guard ProgramResolver.understands(written) else {
      let endings = ProgramResolver.endings.joined(separator: " or ")
      throw error(pathNode, "path: '\(written)' must end in \(endings)")
    }
    var program = JobFile.Program(
      path: try local(written, pathNode), timeoutSeconds: JobFile.mapTimeoutSeconds)
    if let node = exec["args"] {
      program.arguments =
        node.sequence != nil
        ? try texts(node, "args")
        : try text(node, "args").split(separator: " ").map(String.init)
    }
    if let node = exec["env"] { program.environment = try environment(node) }
    var group = Group(
      node: node, name: name, program: program, devices: [:], connect: [], count: 1)
    if let node = fields["devices"] ?? fields["file_list"] {
      guard let list = node.sequence else { throw error(node, "devices must be a list") }
      for item in list {
        let device = try self.fields(item, of: "a device", allowed: Self.deviceKeys)
        guard let nameNode = device["name"] ?? device["device"] else {
          throw error(item, "key 'name' is missing")
        }
        let name = try text(nameNode, "name")
        guard ["stdin", "input", "stdout", "stderr"].contains(name) else {
          throw error(nameNode, "device '\(name)' is none of stdin, input, stdout, stderr")
        }
        let path = try device["path"].map { node throws(JobError) in try text(node, "path") }
        guard group.devices.updateValue((path, device["path"] ?? item), forKey: name) == nil else {
          throw error(nameNode, "device '\(name)' is given twice")
        }
      }
    }
    if let node = fields["connect"] { group.connect = try texts(node, "connect") }
    if let node = fields["count"] {
      group.count = try integer(node, "count", 1...JobFile.maximumReducerCount)
    }
    return group
  }
}
