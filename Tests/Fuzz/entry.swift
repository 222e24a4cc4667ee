// libFuzzer's entry: Tests/Fuzz/run builds it.
import FuzzCase

private let fuzzCase = FuzzCase()

@_cdecl("LLVMFuzzerTestOneInput")
public func examine(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  // A crash is how libFuzzer is told.
  if let problem = fuzzCase.problem(with: bytes) { fatalError("FuzzCase: \(problem)") }
  return 0
}
