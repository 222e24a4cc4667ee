/// Writes sandboxed assembly. Instructions that must stay together go into one bundle lock; the
/// last group is held back for a moment, since an access right behind a 32-bit write of its own
/// base register can join that write's bundle and needs no mask of its own (RULES.md 7).
struct BundleWriter {
  private(set) var output = ""
  private var pending: Group?

  /// Bytes in a bundle.
  static let bundleByteCount = 32

  struct Group {
    var instructions: [String]
    /// Upper bound of the encoded size in bytes.
    var byteCount: Int
    /// Number of the register that the last instruction zero-extended from 32 bits.
    var restricted: Int?
  }

  /// Writes what is held back; nothing joins it any more. Called at every label.
  mutating func flush() {
    guard let group = pending else { return }
    pending = nil
    if group.instructions.count == 1 {
      line("\t" + group.instructions[0])
      return
    }
    line("\t.bundle_lock")
    for instruction in group.instructions { line("\t" + instruction) }
    line("\t.bundle_unlock")
  }

  /// A line that is no instruction: label, directive.
  mutating func raw(_ text: some StringProtocol) {
    flush()
    line(text)
  }

  /// Instructions that must share a bundle, adjacent and in order.
  mutating func group(_ instructions: [String], byteCount: Int, restricted: Int? = nil) {
    flush()
    pending = Group(instructions: instructions, byteCount: byteCount, restricted: restricted)
  }

  /// One instruction by itself.
  mutating func one(_ instruction: String, byteCount: Int = 15, restricted: Int? = nil) {
    group([instruction], byteCount: byteCount, restricted: restricted)
  }

  /// Joins the group that has just zero-extended `register`, if there is one and it has room.
  mutating func join(_ instruction: String, byteCount: Int, after register: Int, restricted: Int?)
    -> Bool
  {
    guard var group = pending, group.restricted == register,
      group.byteCount + byteCount <= Self.bundleByteCount
    else { return false }
    group.instructions.append(instruction)
    group.byteCount += byteCount
    group.restricted = restricted
    pending = group
    return true
  }

  /// A call, placed so that its return address is a multiple of 32 (RULES.md 4).
  mutating func call(_ instructions: [String]) {
    flush()
    line("\t.bundle_lock align_to_end")
    for instruction in instructions { line("\t" + instruction) }
    line("\t.bundle_unlock")
  }

  private mutating func line(_ text: some StringProtocol) {
    output += text
    output += "\n"
  }
}
