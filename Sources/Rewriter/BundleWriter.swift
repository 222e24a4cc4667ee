/// Writes sandboxed assembly. Instructions that must stay together go into one bundle lock. The
/// last few groups of a basic block are held back: an access whose base register one of them has
/// zero-extended joins that group and needs no mask of its own (RULES.md 7).
struct BundleWriter {
  private(set) var output = ""
  private var held: [Group] = []

  /// Bytes in a bundle.
  static let bundleByteCount = 32
  /// How many groups are held back. More finds little more: compilers put the computation of an
  /// address near its use.
  private static let heldCount = 5

  struct Group {
    var instructions: [String]
    /// Upper bound of the encoded size in bytes.
    var byteCount: Int
    /// Number of the register that the last instruction zero-extended from 32 bits.
    var restricted: Int?
    /// nil when nothing may change places with this group.
    var effects: Effects?
    /// Lines that belong before it: debug locations, labels that nothing jumps to.
    var notes: [String] = []
  }

  private var notes: [String] = []

  /// Writes what is held back; nothing joins it any more. Called at every label that something may
  /// jump to.
  mutating func flush() {
    for group in held { write(group) }
    held.removeAll(keepingCapacity: true)
    for note in notes { line(note) }
    notes.removeAll(keepingCapacity: true)
  }

  private mutating func write(_ group: Group) {
    for note in group.notes { line(note) }
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

  /// A line that says something about the next instruction and makes no code.
  mutating func note(_ text: some StringProtocol) { notes.append(String(text)) }

  /// Instructions that must share a bundle, adjacent and in order.
  mutating func group(
    _ instructions: [String], byteCount: Int, restricted: Int? = nil, effects: Effects? = nil
  ) {
    if held.count == Self.heldCount { write(held.removeFirst()) }
    held.append(
      Group(
        instructions: instructions, byteCount: byteCount, restricted: restricted, effects: effects,
        notes: notes))
    notes.removeAll(keepingCapacity: true)
  }

  /// One instruction by itself.
  mutating func one(
    _ instruction: String, byteCount: Int = 15, restricted: Int? = nil, effects: Effects? = nil
  ) {
    group([instruction], byteCount: byteCount, restricted: restricted, effects: effects)
  }

  /// Joins the group that has zero-extended `register`, if there is one, it has room, and each group that
  /// has been written since can as well come before it, or behind the access.
  mutating func join(
    _ instruction: String, byteCount: Int, after register: Int, restricted: Int?, effects: Effects?
  ) -> Bool {
    guard let index = held.lastIndex(where: { $0.restricted == register }) else { return false }
    var group = held[index]
    guard group.byteCount + byteCount <= Self.bundleByteCount else { return false }
    var before: [Group] = []
    var behind: [Group] = []
    for later in held[(index + 1)...] {
      guard let its = later.effects, let own = group.effects else { return false }
      if own.commutes(with: its), behind.allSatisfy({ $0.effects?.commutes(with: its) ?? false }) {
        before.append(later)
      } else if effects?.commutes(with: its) ?? false {
        behind.append(later)
      } else {
        return false
      }
    }
    held.removeSubrange(index...)
    group.instructions.append(instruction)
    group.byteCount += byteCount
    group.restricted = restricted
    group.notes += notes
    notes.removeAll(keepingCapacity: true)
    if let own = group.effects, let effects {
      group.effects = own.union(effects)
    } else {
      group.effects = nil
    }
    held += before + [group] + behind
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
