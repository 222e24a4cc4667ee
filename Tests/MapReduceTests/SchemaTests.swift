import Foundation
import Testing

@testable import MapReduce

private let root = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// Validates YAML job files against docs/job.schema.json with Python's jsonschema: one word a file.
private func verdicts(_ files: [URL]) throws -> [String] {
  let script = """
    import json, sys, yaml, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in sys.argv[2:]:
        ok = jsonschema.Draft202012Validator(schema).is_valid(yaml.safe_load(open(path)))
        print("valid" if ok else "invalid")
    """
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments =
    ["python3", "-c", script, root.appending(path: "docs/job.schema.json").path] + files.map(\.path)
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "python3 with jsonschema and yaml (scripts/setup)")
  return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
}

@Test("every example job is valid by the published schema, and understood")
func examples() throws {
  let folder = root.appending(path: "jobs")
  let files = try FileManager.default.contentsOfDirectory(
    at: folder, includingPropertiesForKeys: nil
  )
  .filter { $0.pathExtension == "yaml" }
  #expect(files.count >= 4)
  for file in files { _ = try JobFile(path: file.path) }
  #expect(try verdicts(files) == files.map { _ in "valid" })
}

@Test("schema and parser agree on what is a job")
func agreement() throws {
  let base = "name: x\ninput: a\nmap: {program: m.c}\noutput: o\n"
  let stages = "name: x\nstages:\n  - {name: a, input: i, map: {program: m.c}, output: o}\n"
  let cases: [(String, Bool)] = [
    (base, true),
    (base + "failures: {retries: 2, on_error: skip, after: 10%, allow_skipped: true}\n", true),
    (base + "reduce: {program: r.c}\nshuffle: sort\nreducers: 8\ncombine: {program: c.c}\n", true),
    (base + "parameters: {a: 1, b: text}\nside: [{tar: t.tar, at: /x}]\nrejects: r\n", true),
    (stages, true),
    (base + "colour: blue\n", false),
    (base + "reducers: 8\n", false),
    (base + "reduce: {program: r.c}\nshuffle: maybe\n", false),
    (base + "side: [{tar: t.tar, at: x}]\n", false),
    (base + "failures: {on_error: explode}\n", false),
    (base + "stages: []\n", false),
    (base.replacing("output: o\n", with: ""), false),
    (base.replacing("{program: m.c}", with: "{program: m.c, memory: lots}"), false),
    (base.replacing("input: a", with: "input: {path: a, records: rows}"), false),
    (stages.replacing("input: i", with: "from: a, input: i"), false),
    (stages.replacing("name: a", with: "name: a b"), false),
  ]
  let folder = FileManager.default.temporaryDirectory.appending(path: "zvm-schema-\(UUID())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  var files: [URL] = []
  for (index, item) in cases.enumerated() {
    let file = folder.appending(path: "\(index).yaml")
    try Data(item.0.utf8).write(to: file)
    files.append(file)
    #expect(((try? JobFile(path: file.path)) != nil) == item.1, "\(item.0)")
  }
  #expect(try verdicts(files) == cases.map { $0.1 ? "valid" : "invalid" })
}

@Test("the schema has the parser's keys, no more and no less")
func keys() throws {
  let data = try Data(contentsOf: root.appending(path: "docs/job.schema.json"))
  let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
  func keys(_ object: [String: Any]?) -> Set<String> {
    Set((object?["properties"] as? [String: Any])?.keys.map { $0 } ?? [])
  }
  #expect(keys(schema) == Set(JobFile.keys).subtracting(["from"]))
  #expect(keys(definitions["stage"]) == Set(JobFile.stageKeys))
  #expect(keys(definitions["program"]) == Set(JobReader.programKeys))
  #expect(keys(definitions["failures"]) == Set(JobReader.failureKeys))
}
