import Foundation
import Yams

extension JobFile {
  /// Largest job file in bytes.
  static let maximumByteCount = 1 << 20

  /// Reads a job file. Paths in it are relative to its folder. Throws with line and column for
  /// whatever is not understood.
  public init(path: String) throws(JobError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw JobError("\(path): cannot be read: no such job file")
    }
    guard data.count <= Self.maximumByteCount else {
      throw JobError("\(path): larger than \(Self.maximumByteCount) bytes")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw JobError("\(path): not UTF-8 text")
    }
    try self.init(text: text, path: path)
  }

  init(text: String, path: String) throws(JobError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw JobError("\(path): \(error)")
    }
    guard let node else { throw JobError("\(path): the job file is empty") }
    let folder = URL(filePath: path).deletingLastPathComponent().relativePath
    let reader = JobReader(path: path, folder: folder)
    let fields = try reader.fields(
      node, of: "the job", allowed: ["name", "input", "map", "reduce", "output"])
    name = try reader.text(try reader.required("name", fields, node), "name")
    guard !name.isEmpty, name.utf8.count <= 200 else {
      throw reader.error(fields["name"] ?? node, "name: 1 to 200 characters")
    }
    let input = try reader.required("input", fields, node)
    inputs = try reader.texts(input, "input").map(reader.resolved)
    guard !inputs.isEmpty else { throw reader.error(input, "input: no path is given") }
    map = try reader.program(
      try reader.required("map", fields, node), "map", timeoutSeconds: Self.mapTimeoutSeconds)
    reduce = try fields["reduce"].map { node throws(JobError) in
      try reader.program(node, "reduce", timeoutSeconds: Self.reduceTimeoutSeconds)
    }
    output = reader.resolved(try reader.text(try reader.required("output", fields, node), "output"))
  }
}

/// Reads YAML nodes with errors that name file, line, column and key.
private struct JobReader {
  let path: String
  let folder: String

  func error(_ node: Node, _ problem: String) -> JobError {
    guard let mark = node.mark else { return JobError("\(path): \(problem)") }
    return JobError("\(path):\(mark.line):\(mark.column): \(problem)")
  }

  /// The keys of a mapping; unknown and repeated ones are errors.
  func fields(_ node: Node, of thing: String, allowed: [String]) throws(JobError) -> [String: Node]
  {
    guard let mapping = node.mapping else { throw error(node, "\(thing) must be a mapping") }
    var result: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.string, allowed.contains(name) else {
        throw error(
          key,
          "unknown key '\(key.string ?? "?")' in \(thing); known are \(allowed.joined(separator: ", "))"
        )
      }
      guard result.updateValue(value, forKey: name) == nil else {
        throw error(key, "key '\(name)' is given twice")
      }
    }
    return result
  }

  func required(_ key: String, _ fields: [String: Node], _ parent: Node) throws(JobError) -> Node {
    guard let node = fields[key] else { throw error(parent, "key '\(key)' is missing") }
    return node
  }

  func text(_ node: Node, _ key: String) throws(JobError) -> String {
    guard let scalar = node.scalar, !scalar.string.utf8.contains(0) else {
      throw error(node, "\(key): text expected")
    }
    return scalar.string
  }

  /// A list of texts, or one text.
  func texts(_ node: Node, _ key: String) throws(JobError) -> [String] {
    guard let sequence = node.sequence else { return [try text(node, key)] }
    var result: [String] = []
    for item in sequence { result.append(try text(item, key)) }
    return result
  }

  func resolved(_ path: String) -> String {
    path.hasPrefix("/") || folder == "." || folder.isEmpty ? path : "\(folder)/\(path)"
  }

  func program(_ node: Node, _ key: String, timeoutSeconds: Int) throws(JobError)
    -> JobFile.Program
  {
    let fields = try fields(
      node, of: key, allowed: ["program", "args", "env", "memory", "timeout"])
    let programNode = try required("program", fields, node)
    let program = try text(programNode, "program")
    guard ProgramResolver.understands(program) else {
      let endings = ProgramResolver.endings.joined(separator: " or ")
      throw error(programNode, "program: '\(program)' must end in \(endings), or be 'awk: …'")
    }
    var result = JobFile.Program(
      path: Script.isInline(program) ? program : resolved(program), timeoutSeconds: timeoutSeconds)
    if let node = fields["args"] { result.arguments = try texts(node, "args") }
    if let node = fields["env"] {
      guard let mapping = node.mapping else { throw error(node, "env must be a mapping") }
      for (name, value) in mapping {
        guard let name = name.string, !name.isEmpty, !name.contains("=") else {
          throw error(name, "env: a name without = expected")
        }
        result.environment.append((name, try text(value, "env")))
      }
    }
    if let node = fields["memory"] {
      let written = try text(node, "memory")
      guard let bytes = byteCount(written), (32 << 20...0xF000_0000).contains(bytes) else {
        throw error(node, "memory: '\(written)' is not a size from 32MiB to 3840MiB")
      }
      result.memoryByteCount = bytes
    }
    if let node = fields["timeout"] {
      let written = try text(node, "timeout")
      guard let value = seconds(written) else {
        throw error(node, "timeout: '\(written)' is not a time such as 30s, 5m or 1h")
      }
      result.timeoutSeconds = value
    }
    return result
  }
}
