import CVector

/// How the first pass goes over a text. What it says does not depend on it.
public enum Loop: Sendable {
  /// Instruction by instruction, on any x86-64 processor.
  case scalar
  /// 64 bytes at once, where the processor has AVX-512 with VBMI and VBMI2.
  case vector

  /// The fastest one that this machine can run. Rules that a test switches off are switched off in the
  /// scalar loop only.
  #if ZVM_MUTATIONS
    public static let fastest = Loop.scalar
  #else
    public static let fastest: Loop = isVectorSupported ? .vector : .scalar
  #endif

  /// Whether this machine can run the vector loop.
  public static let isVectorSupported = zvm_vector_is_supported()
}

/// All that the first pass finds, so that tests can compare the loops.
package struct FirstPass: Equatable {
  package var failed: Bool
  /// Without `base`, which every processor has.
  package var features: UInt64
  /// A word a bundle: where jumps may go, and where they go that they may not.
  package var targets: [UInt32]
  package var wrongJumps: [UInt32]
}

extension Validator {
  package func firstPass(over text: Span<UInt8>, workers: Int = 1) -> FirstPass {
    precondition(text.count % Self.bundleByteCount == 0)
    return unsafe text.withUnsafeBytes { bytes in
      unsafe TextScan(text: bytes, checker: checker, outside: nil, threads: threads)
        .firstPass(workers: workers)
    }
  }
}
