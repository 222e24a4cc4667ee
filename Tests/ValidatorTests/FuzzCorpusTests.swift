import Foundation
import FuzzCase
import Testing

/// What the fuzzer found worth keeping, among it everything that ever went wrong.
@Test("every input of the fuzzer's corpus is judged alike by both checkers, and none traps")
func fuzzCorpus() throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzz/corpus")
  let files = try FileManager.default.contentsOfDirectory(
    at: folder, includingPropertiesForKeys: nil)
  #expect(files.count >= 24)
  let fuzzCase = FuzzCase()
  for file in files {
    let problem = fuzzCase.problem(with: Array(try Data(contentsOf: file)))
    #expect(problem == nil, "\(file.lastPathComponent): \(problem ?? "")")
  }
}
