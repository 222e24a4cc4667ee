// Unsafe: the bytes are copied into 32 that may all be read.
import X86

/// What the validator thinks of a single instruction, for comparison with other decoders.
public struct Probe: Sendable, Equatable {
  public let byteCount: Int
  /// Number of the memory operand's base register, 16 for rip, 31 for none; nil without memory.
  public let base: Int?
  /// Number of its index register; nil for none.
  public let index: Int?
  /// The general-purpose registers that count as written, in ascending order.
  public let writes: [Int]
}

extension Validator {
  /// Decodes the instruction at the start of `code`, without any rule about what stands around it;
  /// nil when the profile has no instruction there. What an operand prefix or REX means for rsp, rbp
  /// and r15 is left to the rules.
  public func probe(_ code: [UInt8]) -> Probe? {
    unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { copy in
      unsafe copy.initializeMemory(as: UInt8.self, repeating: 0)
      unsafe copy.copyBytes(from: code.prefix(16))
      guard let address = copy.baseAddress else { return nil }
      let it = unsafe checker.decode(UnsafeRawPointer(address))
      guard it.isValid, it.byteCount <= 15 else { return nil }
      let (first, second) = it.written
      let writes = Set([first, second].filter { $0 != BundleChecker.none }.map(Int.init)).sorted()
      let index = it.isMemory && it.index != BundleChecker.none ? Int(it.index) : nil
      return Probe(
        byteCount: it.byteCount, base: it.isMemory ? Int(it.base) : nil, index: index,
        writes: writes)
    }
  }
}
