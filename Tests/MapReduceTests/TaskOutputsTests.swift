import Foundation
import Testing

@testable import MapReduce

@Test("what tasks left is there in order, whoever kept it first; the others have nothing")
func taskOutputs() throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "zvm-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  var random = SystemRandomNumberGenerator()
  func run(_ partition: Int32) -> Run {
    Run(
      file: .random(in: 0...(.max), using: &random), partition: partition,
      offset: .random(in: 0...(.max), using: &random),
      length: .random(in: 0...(.max), using: &random),
      longestLine: .random(in: 0...(.max), using: &random))
  }
  // More tasks than are read at a time, and an end without outputs.
  let count = 1500
  var expected: [TaskOutput?] = Array(repeating: nil, count: count)
  for task in 0..<1400 where task % 7 != 3 {
    var output = TaskOutput(
      runs: (0..<[0, 1, 1, 2, 40][task % 5]).map { run(Int32($0)) },
      etag: Etag((0..<32).map { _ in .random(in: 0...255, using: &random) }),
      inputByteCount: .random(in: 0...(.max), using: &random), outputByteCount: Int64(task))
    if task % 3 == 0 {
      output.rejectRun = run(0)
      output.rejectCount = task
    }
    expected[task] = output
  }
  let outputs = try TaskOutputs(count: count, in: folder.path)
  for task in (0..<count).shuffled(using: &random) {
    if let output = expected[task] { try outputs.keep(output, of: task) }
  }
  var next = 0
  try outputs.visit { task, output throws(JobError) in
    #expect(task == next && output == expected[task])
    next += 1
  }
  #expect(next == count)
  // Nameless: nothing is left in the folder.
  #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
}
