import Datasets
import Testing

@testable import MapReduce

private let good = """
  name: status-codes
  input: [../datasets/access-*.log.zst]
  map: {program: status_map.c}
  reduce: {program: status_reduce.c}
  output: ../out/status.tsv
  """

@Test("the smallest job file is read, with paths relative to it")
func smallest() throws {
  let job = try JobFile(text: good, path: "jobs/status.yaml")
  let stage = try #require(job.stages.first)
  #expect(job.name == "status-codes" && job.stages.count == 1 && stage.name == "main")
  #expect(
    stage.source == .files([JobFile.Input(patterns: ["jobs/../datasets/access-*.log.zst"])]))
  #expect(stage.map.path == "jobs/status_map.c")
  #expect(stage.reduce?.path == "jobs/status_reduce.c")
  #expect(stage.output == JobFile.Output(path: "jobs/../out/status.tsv"))
  #expect(stage.shuffle == .none && stage.reducers == 1 && stage.map.reuse)
}

@Test("limits, arguments and environment are read")
func options() throws {
  let text = good.replacing(
    "{program: status_map.c}",
    with: """
      {program: m.nexe, args: [a, 1], env: {N: v}, memory: 64MiB, timeout: 5m, cpu: 10s,
       output_limit: 1K, reuse: false, template: true}
      """)
  let map = try JobFile(text: text, path: "/j/x.yaml").stages[0].map
  #expect(map.path == "/j/m.nexe" && map.arguments == ["a", "1"])
  #expect(map.environment.map { "\($0.name)=\($0.value)" } == ["N=v"])
  #expect(map.memoryByteCount == 64 << 20 && map.timeoutSeconds == 300)
  #expect(map.cpuSeconds == 10 && map.outputByteCount == 1024 && !map.reuse)
  #expect(map.template == .always)
}

@Test("everything a stage may say is read")
func wholeStage() throws {
  let text = """
    name: all
    parameters: {day: "24", reducers: 4}
    failures: {retries: 3, on_error: skip, stop: drain, after: 5%, allow_skipped: true, slow_factor: 20}
    stages:
      - name: second
        from: first
        map: {program: b.c}
        output: {path: out/x, compression: gz}
      - name: first
        input: [a.log, {path: ["b-${day}.csv"], records: csv, codec: zst}]
        map: {program: a.c, args: ["$${day}=${day}"]}
        combine: {program: c.c}
        shuffle: sort
        reducers: ${reducers}
        reduce: {program: r.c}
        side: {tar: s.tar, at: /data}
        shard_size: 1MiB
        rejects: {path: bad.txt, limit: 5}
        output: "out/part-{n}.zst"
    """
  let job = try JobFile(text: text, path: "j.yaml", parameters: ["day": "25"])
  #expect(job.stages.map(\.name) == ["first", "second"], "readers come behind what they read")
  #expect(
    job.failures
      == JobFile.FailurePolicy(
        retries: 3, skip: true, tolerance: .percent(5), drain: true, allowSkipped: true,
        medianFactor: 20))
  let first = job.stages[0]
  #expect(
    first.source
      == .files([
        JobFile.Input(patterns: ["a.log"]),
        JobFile.Input(patterns: ["b-25.csv"], records: .csv, codec: "zst"),
      ]))
  #expect(first.map.arguments == ["${day}=25"])
  #expect(first.shuffle == .sort && first.reducers == 4 && first.shardByteCount == 1 << 20)
  #expect(first.sideInputs == [JobFile.SideInput(tarball: "s.tar", folder: "/data")])
  #expect(first.rejects == JobFile.Rejects(path: "bad.txt", limit: 5))
  #expect(first.output == JobFile.Output(path: "out/part-{n}.zst", compression: .zst))
  #expect(job.stages[1].source == .stages(["first"]))
  #expect(job.stages[1].output == JobFile.Output(path: "out/x", compression: .gz))
}

@Test(
  "what is not understood is refused with line, column and name",
  arguments: [
    ("name: status-codes", "nmae: status-codes", ":1:1: unknown key 'nmae'"),
    (
      "{program: status_map.c}", "{program: status_map.c",
      "status.yaml:4:7: did not find expected ',' or '}' (while parsing a flow mapping in line 3)"
    ),
    ("name: status-codes", "name: x\nname: y", ":1:1: name: stands twice"),
    ("name: status-codes", "name: *x", ":1:"),
    ("output: ../out/status.tsv", "", "key 'output' is missing"),
    ("{program: status_map.c}", "{program: status_map.c, colour: red}", "unknown key 'colour'"),
    ("{program: status_map.c}", "status_map.c", ":3:6: map must be a mapping"),
    ("{program: status_map.c}", "{program: map.xyz}", "'map.xyz' must"),
    ("{program: status_map.c}", "{program: m.c, memory: 1}", "memory: '1' is not a size"),
    ("{program: status_map.c}", "{program: m.c, timeout: -3s}", "timeout: '-3s' is not a time"),
    ("{program: status_map.c}", "{program: m.c, reuse: perhaps}", "reuse: 'perhaps' is neither"),
    ("{program: status_map.c}", "{program: m.c, args: ['${x}']}", ":3:28: args: no parameter 'x'"),
    ("[../datasets/access-*.log.zst]", "[]", "input: no path is given"),
    ("[../datasets/access-*.log.zst]", "{a: b}", "input: text expected"),
    ("[../datasets/access-*.log.zst]", "{path: a, records: rows}", "records: 'rows' is none of"),
    ("[../datasets/access-*.log.zst]", "{path: a, codec: rar}", "codec: 'rar' is none of"),
    ("name: status-codes", "name: [", "status.yaml"),
    ("output: ../out", "reducers: 0\noutput: ../out", ":5:11: reducers: '0' is not a number"),
    ("output: ../out", "reducers: 2\noutput: ../out", "reducers: more than one needs"),
    ("output: ../out", "shuffle: hash\noutput: ../out", "shuffle: 'hash' is none of none, sort"),
    ("output: ../out", "combine: {program: c.c}\noutput: ../out", "combine: only with"),
    ("output: ../out", "side: {tar: a, at: dev}\noutput: ../out", "at: an absolute folder"),
    ("output: ../out", "side: {tar: a, at: /dev/x}\noutput: ../out", "at: an absolute folder"),
    ("output: ../out", "failures: {after: 3}\noutput: ../out", "after: only with"),
    (
      "output: ../out", "failures: {on_error: skip, after: 101%}\noutput: ../out",
      "after: '101%' is neither"
    ),
    ("output: ../out", "stages: []\noutput: ../out", "belongs to one of the stages"),
    ("../out/status.tsv", "'{n}/{n}'", "'{n}' is given twice"),
    ("../out/status.tsv", "out/", "is not the path of a file"),
  ])
func refused(from: String, to: String, message: String) {
  do {
    _ = try JobFile(text: good.replacing(from, with: to), path: "status.yaml")
    Issue.record("accepted")
  } catch {
    #expect("\(error)".contains(message), "\(error)")
  }
}

@Test(
  "graphs that cannot be run are refused",
  arguments: [
    ("- {name: a, from: b, map: {program: m.c}, output: x}", "no stage is called 'b'"),
    (
      """
      - {name: a, from: b, map: {program: m.c}, output: x}
        - {name: b, from: a, map: {program: m.c}, output: y}
      """, "in a circle"
    ),
    ("- {name: a, input: i, map: {program: m.c}}", "has no output"),
    ("- {name: a/b, input: i, map: {program: m.c}, output: x}", "letters, digits"),
    (
      """
      - {name: a, input: i, map: {program: m.c}, output: x}
        - {name: a, input: i, map: {program: m.c}, output: y}
      """, "two stages are called 'a'"
    ),
    ("- {name: a, input: i, from: a, map: {program: m.c}, output: x}", "has an input already"),
  ])
func refusedGraph(stages: String, message: String) {
  do {
    _ = try JobFile(text: "name: g\nstages:\n  \(stages)\n", path: "g.yaml")
    Issue.record("accepted")
  } catch {
    #expect("\(error)".contains(message) && "\(error)".hasPrefix("g.yaml:"), "\(error)")
  }
}

@Test("a parameter that the job does not have cannot be set")
func unknownParameter() {
  #expect(throws: JobError.self) {
    try JobFile(text: good, path: "status.yaml", parameters: ["day": "1"])
  }
}

@Test("groups of a ZeroCloud job become a stage whose programs exchange data by channels")
func groups() throws {
  let text = """
    [{"name": "map", "exec": {"path": "m.nexe", "args": "-x 1", "env": {"A": "b"}},
      "devices": [{"name": "stdin", "path": "logs/*.log"}, {"name": "stderr"}],
      "connect": ["reduce"]},
     {"name": "reduce", "exec": {"path": "r.nexe"}, "count": 3,
      "file_list": [{"device": "stdout", "path": "out/*.txt"}]}]
    """
  let job = try JobFile(text: text, path: "jobs/wc.json")
  let stage = try #require(job.stages.first)
  #expect(job.name == "wc" && job.stages.count == 1)
  #expect(stage.source == .files([JobFile.Input(patterns: ["jobs/logs/*.log"])]))
  #expect(stage.map.arguments == ["-x", "1"])
  #expect(stage.reduce?.path == "jobs/r.nexe" && stage.reducers == 3)
  #expect(stage.exchange == JobFile.Exchange(map: "map", reduce: "reduce"))
  #expect(stage.output?.path == "jobs/out/{n}.txt")
}

@Test(
  "groups that cannot be run here are refused",
  arguments: [
    (#"[{"name": "a"}]"#, "key 'exec' is missing"),
    (#"[{"name": "a", "exec": {"path": "swift://a/b.nexe"}}]"#, "only files of this machine"),
    (#"[{"name": "a", "exec": {"path": "b.nexe"}}]"#, "has no input"),
    (
      #"[{"name": "a", "exec": {"path": "b.nexe"}, "devices": [{"name": "image"}]}]"#,
      "'image' is none of"
    ),
    (
      #"[{"name": "a", "exec": {"path": "b.nexe"}, "connect": ["c"], "devices": [{"name": "stdin", "path": "x"}]}]"#,
      "one map group and one reduce group"
    ),
  ])
func refusedGroups(text: String, message: String) {
  do {
    _ = try JobFile(text: text, path: "g.json")
    Issue.record("accepted")
  } catch {
    #expect("\(error)".contains(message), "\(error)")
  }
}

@Test("sizes and times")
func units() {
  #expect(byteCount("8MiB") == 8 << 20)
  #expect(byteCount("1000") == 1000)
  #expect(byteCount("9223372036854775807GiB") == nil)
  #expect(byteCount("x") == nil && byteCount("8 parsecs") == nil)
  #expect(seconds("2m") == 120 && seconds("0") == nil && seconds("99999999999h") == nil)
}
