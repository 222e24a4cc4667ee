/// In which functions no address leads to the stack but rsp plus a number, as far as the text says: none is
/// taken, none is computed, and there is no frame pointer. There an access through any other register cannot
/// touch what is on the stack, and the two can change places (`Effects.swift`).
struct StackUse {
  /// Functions that do more with rsp or rbp.
  private var sharing: Set<Substring> = []
  /// Whether the stack of the current function is such.
  private(set) var isPrivate = false

  init() {}

  init(_ lines: [Substring], labels: LabelUse) {
    var function: Substring?
    for line in lines {
      let text = line.trimmed
      if text.hasSuffix(":") {
        let name = text.dropLast()
        if labels.isFunction(name) { function = Self.whole(name) }
      } else if let function, !text.hasPrefix("."), Self.shares(text) {
        sharing.insert(function)
      }
    }
  }

  mutating func enter(_ function: Substring) {
    isPrivate = !sharing.contains(Self.whole(function))
  }

  /// A function's rarely used part has a name of its own, and the same stack.
  private static func whole(_ function: Substring) -> Substring {
    function.split(separator: ".cold", maxSplits: 1, omittingEmptySubsequences: false)[0]
  }

  /// Whether an instruction does more with rsp than access a number of bytes above it, or move it by a number.
  private static func shares(_ text: Substring) -> Bool {
    guard text.contains("sp") || text.contains("bp") else { return false }
    let mnemonic = text.prefix { $0 != " " && $0 != "\t" }
    let operands = text.dropFirst(mnemonic.count).trimmed
    if ["addl", "addq", "subl", "subq"].contains(mnemonic), operands.hasPrefix("$"),
      operands.split(separator: ",").last.map({ ["%rsp", "%esp"].contains($0.trimmed) }) ?? false
    {
      return false
    }
    if mnemonic.hasPrefix("lea") { return true }
    let rest = operands.replacing("(%rsp)", with: "").replacing("(%esp)", with: "")
    return ["%rsp", "%esp", "%sp", "%rbp", "%ebp", "%bp"].contains { rest.contains($0) }
  }
}
