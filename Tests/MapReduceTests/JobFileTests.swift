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
  #expect(job.name == "status-codes")
  #expect(job.inputs == ["jobs/../datasets/access-*.log.zst"])
  #expect(job.map.path == "jobs/status_map.c")
  #expect(job.reduce?.path == "jobs/status_reduce.c")
  #expect(job.output == "jobs/../out/status.tsv")
}

@Test("limits, arguments and environment are read")
func options() throws {
  let text = good.replacing(
    "{program: status_map.c}",
    with: "{program: m.nexe, args: [a, 1], env: {N: v}, memory: 64MiB, timeout: 5m}")
  let map = try JobFile(text: text, path: "/j/x.yaml").map
  #expect(map.path == "/j/m.nexe" && map.arguments == ["a", "1"])
  #expect(map.environment.map { "\($0.name)=\($0.value)" } == ["N=v"])
  #expect(map.memoryByteCount == 64 << 20 && map.timeoutSeconds == 300)
}

@Test(
  "what is not understood is refused with line, column and name",
  arguments: [
    ("name: status-codes", "nmae: status-codes", ":1:1: unknown key 'nmae'"),
    ("output: ../out/status.tsv", "", "key 'output' is missing"),
    ("{program: status_map.c}", "{program: status_map.c, colour: red}", "unknown key 'colour'"),
    ("{program: status_map.c}", "status_map.c", ":3:6: map must be a mapping"),
    ("{program: status_map.c}", "{program: map.py}", "must end in .c or .nexe or .lua or .awk"),
    ("{program: status_map.c}", "{program: m.c, memory: 1}", "memory: '1' is not a size"),
    ("{program: status_map.c}", "{program: m.c, timeout: -3s}", "timeout: '-3s' is not a time"),
    ("[../datasets/access-*.log.zst]", "[]", "input: no path is given"),
    ("[../datasets/access-*.log.zst]", "{a: b}", "input: text expected"),
    ("name: status-codes", "name: [", "status.yaml"),
  ])
func refused(from: String, to: String, message: String) {
  do {
    _ = try JobFile(text: good.replacing(from, with: to), path: "status.yaml")
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
