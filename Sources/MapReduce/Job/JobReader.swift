import Foundation
import Yams

/// Reads YAML nodes with errors that name file, line, column and key. `${key}` in a text is replaced
/// by the parameter of that name; `$${` stands for `${`.
struct JobReader {
  let path: String
  let folder: String
  let parameters: [String: String]

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
    return try substituted(scalar.string, node, key)
  }

  private func substituted(_ text: String, _ node: Node, _ key: String) throws(JobError) -> String {
    guard text.contains("${") else { return text }
    var result = ""
    var rest = text[...]
    while let start = rest.range(of: "${") {
      let before = rest[..<start.lowerBound]
      if before.hasSuffix("$") {
        result += before.dropLast() + "${"
        rest = rest[start.upperBound...]
        continue
      }
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw error(node, "\(key): '${' without '}'")
      }
      let name = String(rest[start.upperBound..<end])
      guard let value = parameters[name] else {
        let known = parameters.keys.sorted().joined(separator: ", ")
        throw error(
          node, "\(key): no parameter '\(name)'" + (known.isEmpty ? "" : "; known are \(known)"))
      }
      result += before + value
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// A list of texts, or one text.
  func texts(_ node: Node, _ key: String) throws(JobError) -> [String] {
    guard let sequence = node.sequence else { return [try text(node, key)] }
    var result: [String] = []
    for item in sequence { result.append(try text(item, key)) }
    return result
  }

  func integer(_ node: Node, _ key: String, _ range: ClosedRange<Int>) throws(JobError) -> Int {
    let written = try text(node, key)
    guard let value = Int(written), range.contains(value) else {
      throw error(
        node, "\(key): '\(written)' is not a number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return value
  }

  func bool(_ node: Node, _ key: String) throws(JobError) -> Bool {
    switch try text(node, key) {
    case "true": return true
    case "false": return false
    case let other: throw error(node, "\(key): '\(other)' is neither true nor false")
    }
  }

  func choice<Value: RawRepresentable & CaseIterable>(
    _ node: Node, _ key: String, _ type: Value.Type
  ) throws(JobError) -> Value where Value.RawValue == String {
    let written = try text(node, key)
    guard let value = Value(rawValue: written) else {
      let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw error(node, "\(key): '\(written)' is none of \(known)")
    }
    return value
  }

  func size(_ node: Node, _ key: String, _ range: ClosedRange<Int>, _ words: String)
    throws(JobError) -> Int
  {
    let written = try text(node, key)
    guard let bytes = byteCount(written), range.contains(bytes) else {
      throw error(node, "\(key): '\(written)' is not a size \(words)")
    }
    return bytes
  }

  func duration(_ node: Node, _ key: String) throws(JobError) -> Int {
    let written = try text(node, key)
    guard let value = seconds(written) else {
      throw error(node, "\(key): '\(written)' is not a time such as 30s, 5m or 1h")
    }
    return value
  }

  /// A name that may be part of a file name.
  func name(_ node: Node, _ key: String) throws(JobError) -> String {
    let written = try text(node, key)
    guard !written.isEmpty, written.utf8.count <= 200 else {
      throw error(node, "\(key): 1 to 200 characters")
    }
    return written
  }

  func resolved(_ path: String) -> String {
    let isWhole =
      path.hasPrefix("/") || path.hasPrefix(SwiftJob.scheme) || folder == "." || folder.isEmpty
    return isWhole ? path : "\(folder)/\(path)"
  }
}
