// Unsafe: the text handed to the validator is guest memory inside the heap, checked here; the guest is
// stopped while it is looked at.
import Glibc
import Validator

/// The traps jail and unjail: heap memory as code. What is executable is what was validated, and it
/// cannot be written until it is no longer executable.
extension GuestMemory {
  /// Validates `count` bytes of heap at `address` and makes them read + execute. 0 or −errno.
  mutating func jail(_ address: UInt64, _ count: UInt64) throws(RuntimeError) -> Int32 {
    guard let range = heapRange(address, count) else { return -EINVAL }
    // Not a second time: the validator saw the other text as a whole, jumps into its middle and all.
    guard !jailed.contains(where: { $0.overlaps(range) }) else { return -EINVAL }
    guard count <= UInt64(Validator.maximumByteCount) else { return -E2BIG }
    let isValid = text(range) {
      Validator().report(on: $0, limit: 1, workers: 1).violations.isEmpty
    }
    guard isValid else { return -ENOEXEC }
    try setProtection(range, PROT_READ | PROT_EXEC, "jailed code")
    jailed.append(range)
    return 0
  }

  /// Makes a range that was jailed, exactly as it was, read + write again. 0 or −errno.
  mutating func unjail(_ address: UInt64, _ count: UInt64) throws(RuntimeError) -> Int32 {
    guard let range = heapRange(address, count), let index = jailed.firstIndex(of: range) else {
      return -EINVAL
    }
    try setProtection(range, PROT_READ | PROT_WRITE, "unjailed memory")
    jailed.remove(at: index)
    return 0
  }

  /// Whole granules of the heap.
  private func heapRange(_ address: UInt64, _ count: UInt64) -> Swift.Range<UInt64>? {
    guard count > 0, address % Self.granule == 0, count % Self.granule == 0,
      address >= heapStart, address <= heapStart + heapByteCount,
      count <= heapStart + heapByteCount - address
    else { return nil }
    return address..<(address + count)
  }
}
