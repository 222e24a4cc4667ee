/// Makes x86-64 ILP32 assembly obey the Native Client rules (RULES.md).
///
/// In: what a compiler writes with `-mx32`, with r15 and r11 reserved. Out: assembly for an
/// assembler that knows bundles. The result is never trusted: the validator decides. What this
/// does not understand, and that touches memory, control flow or a reserved register, is an error.
public struct Rewriter {
  /// Changes whenever the same input gives other output; part of every build cache's key.
  public static let version = "10"

  let fileName: String
  var writer = BundleWriter()
  var bounds = RegisterBounds()
  /// Line of the assembly file that is being read, from 1.
  var line = 0
  /// Source position from the last `.loc` or `# line "file"`, for messages.
  private var sourceFile: String?
  private var sourceLine = 0
  private var debugFiles: [String: String] = [:]

  private var inText = true
  private var section = ".text"
  private var previousSection = ".text"
  private var sectionStack: [String] = []
  private(set) var labels = LabelUse()
  private var stackUse = StackUse()
  private(set) var jumpTargets = JumpTargets()

  private init(fileName: String) { self.fileName = fileName }

  /// Rewrites a whole file. `fileName` is for messages only.
  public static func rewrite(_ assembly: String, fileName: String) throws(RewriteError) -> String {
    var rewriter = Rewriter(fileName: fileName)
    let lines = assembly.split(separator: "\n", omittingEmptySubsequences: false)
    rewriter.labels = LabelUse(lines)
    rewriter.stackUse = StackUse(lines, labels: rewriter.labels)
    rewriter.jumpTargets = JumpTargets(lines)
    rewriter.writer.raw("\t.bundle_align_mode 5")
    rewriter.writer.raw("\t.text")
    var parser = StatementParser()
    for text in lines {
      rewriter.line += 1
      try rewriter.take(text, &parser)
    }
    rewriter.writer.flush()
    return rewriter.writer.output
  }

  func fail(_ reason: String, _ source: some StringProtocol) -> RewriteError {
    RewriteError(
      file: sourceFile ?? fileName, line: sourceFile == nil ? line : sourceLine,
      source: String(source), reason: reason)
  }

  private mutating func take(_ text: Substring, _ parser: inout StatementParser)
    throws(RewriteError)
  {
    if text.hasPrefix("#") {
      if text.hasPrefix("# ") { noteLineMarker(text) }
    }
    if !inText, !SectionDirective.isSectionDirective(text.trimmed) {
      // Data stays as it is, but for tables of such jumps as must keep flags; only code has rules.
      if !text.isEmpty {
        let table = section.hasPrefix(".debug") ? nil : jumpTargets.tableLine(text)
        writer.raw(table ?? String(text))
        jumpTargets.pass(text)
      }
      return
    }
    guard let statements = parser.statements(of: text) else {
      throw fail("an operand cannot be understood", text.trimmed)
    }
    for statement in statements {
      switch statement {
      case .label(let name):
        if jumpTargets.isTaken(name) {
          throw fail(
            "a computed goto leads to code that uses the flags from before it", text.trimmed)
        }
        label(name)
      case .directive(let name, let arguments):
        jumpTargets.pass(text)
        try directive(name, arguments)
      case .instruction(let instruction):
        guard inText else { throw fail("an instruction outside of a text section", text.trimmed) }
        try rewrite(instruction)
      }
    }
  }

  /// What it reads and writes; nil when that is not known to the last bit.
  func effects(of instruction: Instruction) -> Effects? {
    var effects = instruction.effects
    effects?.ownsStack = stackUse.isPrivate
    return effects
  }

  private mutating func label(_ name: Substring) {
    if labels.isOnlyForDebugging(name) { return writer.note(name + ":") }
    if labels.isFunction(name) { stackUse.enter(name) }
    writer.flush()
    bounds.forget()
    if jumpTargets.usesFlags(name) {
      writer.raw("\tjmp \(name)")
      writer.raw("\t.p2align 5")
      writer.raw(JumpTargets.entryLabel(name) + ":")
      for instruction in JumpTargets.restore { writer.raw("\t" + instruction) }
      writer.raw(name + ":")
      return
    }
    // Indirect jumps and calls land on multiples of 32 only.
    if inText, labels.isIndirectTarget(name) { writer.raw("\t.p2align 5") }
    writer.raw(name + ":")
  }

  private mutating func directive(_ name: Substring, _ arguments: Substring) throws(RewriteError) {
    if let change = SectionDirective(name, arguments) {
      writer.raw("\t\(name) \(arguments)")
      enter(change)
      return
    }
    guard inText else {
      writer.raw("\t\(name) \(arguments)")
      return
    }
    if name == ".byte", let spelled = SpelledInstruction.text(arguments) {
      var parser = StatementParser()
      for case .instruction(let instruction) in parser.statements(of: spelled[...]) ?? [] {
        try rewrite(instruction)
      }
      return
    }
    switch name {
    case ".p2align", ".align", ".balign":
      // Alignment inside functions costs more than it gives (TOOLCHAIN.md, figures); functions
      // and jump-table targets are aligned where they need to be.
      return
    case ".loc":
      noteLocation(arguments)
      writer.note("\t\(name) \(arguments)")
    case ".file":
      noteFile(arguments)
      writer.raw("\t\(name) \(arguments)")
    case ".byte", ".short", ".value", ".word", ".hword", ".2byte", ".long", ".int", ".4byte",
      ".quad", ".8byte", ".octa", ".ascii", ".asciz", ".string", ".zero", ".skip", ".space",
      ".fill", ".incbin", ".float", ".double", ".org", ".uleb128", ".sleb128", ".nops",
      ".bundle_lock", ".bundle_unlock", ".bundle_align_mode", ".code16", ".code32", ".macro",
      ".rept", ".irp", ".include", ".intel_syntax":
      throw fail("this directive is not allowed in a text section", "\(name) \(arguments)")
    default:
      writer.raw("\t\(name) \(arguments)")
    }
  }

  private mutating func enter(_ change: SectionDirective) {
    let before = section
    switch change {
    case .enter(let name): section = name
    case .push(let name):
      sectionStack.append(section)
      section = name
    case .pop: section = sectionStack.popLast() ?? section
    case .previous: section = previousSection
    }
    previousSection = before
    inText = SectionDirective.holdsCode(section[...])
  }

  /// `# 12 "file.c"` from a preprocessor.
  private mutating func noteLineMarker(_ text: Substring) {
    let words = text.dropFirst(2).split(separator: " ", maxSplits: 1)
    guard words.count == 2, let number = Int(words[0]), words[1].hasPrefix("\"") else { return }
    sourceFile = String(words[1].dropFirst().prefix { $0 != "\"" })
    sourceLine = number
  }

  private mutating func noteFile(_ arguments: Substring) {
    let words = arguments.split(separator: " ", maxSplits: 1)
    guard words.count == 2, Int(words[0]) != nil,
      let name = words[1].split(separator: "\"").last(where: { $0 != " " })
    else { return }
    debugFiles[String(words[0])] = String(name)
  }

  private mutating func noteLocation(_ arguments: Substring) {
    let words = arguments.split(separator: " ")
    guard words.count >= 2, let name = debugFiles[String(words[0])], let number = Int(words[1])
    else { return }
    sourceFile = name
    sourceLine = number
  }
}

/// A directive that changes the current section.
enum SectionDirective {
  case enter(String)
  case push(String)
  case pop
  case previous

  init?(_ name: Substring, _ arguments: Substring) {
    let first = arguments.prefix { $0 != "," }.trimmed
    switch name {
    case ".text", ".data", ".bss": self = .enter(String(name))
    case ".section": self = .enter(String(first))
    case ".pushsection": self = .push(String(first))
    case ".popsection": self = .pop
    case ".previous": self = .previous
    default: return nil
    }
  }

  /// Whether a section of this name is code.
  static func holdsCode(_ name: Substring) -> Bool {
    name.hasPrefix(".text") || name == ".init" || name == ".fini"
  }

  static func isSectionDirective(_ text: Substring) -> Bool {
    guard text.hasPrefix(".") else { return false }
    return SectionDirective(text.prefix { $0 != " " && $0 != "\t" }, "x") != nil
  }
}

/// Which labels can be reached by an indirect jump or call: functions, and labels whose address is
/// taken in data or as a value.
struct LabelUse {
  private var functions: Set<Substring> = []
  private var taken: Set<Substring> = []
  private var jumpedTo: Set<Substring> = []
  private var weak: Set<Substring> = []
  private var defined: Set<Substring> = []

  init() {}

  init(_ lines: [Substring]) {
    for line in lines {
      let text = line.trimmed
      if text.hasSuffix(":") {
        defined.insert(text.dropLast())
      } else if text.hasPrefix(".set") {
        defined.insert(text.dropFirst(4).prefix { $0 != "," }.trimmed)
      }
      if text.hasPrefix("j") || text.hasPrefix("loop") || text.hasPrefix("call") {
        jumpedTo.insert(text.drop(while: { $0 != " " && $0 != "\t" }).trimmed)
      }
      if text.hasPrefix(".type") {
        let arguments = text.dropFirst(5).split(separator: ",")
        if arguments.count == 2, arguments[1].trimmed.dropFirst() == "function" {
          functions.insert(arguments[0].trimmed)
        }
      } else if text.hasPrefix(".globl") || text.hasPrefix(".global") || text.hasPrefix(".weak") {
        // Another file may take the address of what it can see.
        for name in text.drop(while: { $0 != " " && $0 != "\t" }).split(separator: ",") {
          functions.insert(name.trimmed)
          if text.hasPrefix(".weak") { weak.insert(name.trimmed) }
        }
      } else if text.hasPrefix(".long") || text.hasPrefix(".quad") || text.hasPrefix(".4byte")
        || text.hasPrefix(".8byte") || text.hasPrefix(".value") || text.utf8.contains(0x24)
        || text.utf8.contains(0x28)
      {
        noteLocalLabels(text)
      }
    }
  }

  /// Whether it may be that nothing defines this symbol: then it is 0, which is no place to jump to directly.
  func mayBeUndefined(_ symbol: Substring) -> Bool {
    weak.contains(symbol) && !defined.contains(symbol)
  }

  func isFunction(_ label: Substring) -> Bool { functions.contains(label) }

  func isIndirectTarget(_ label: Substring) -> Bool {
    functions.contains(label) || taken.contains(label)
  }

  /// Labels by which debug information refers to places in the code. Nothing may rely on where they
  /// stand within a basic block.
  func isOnlyForDebugging(_ label: Substring) -> Bool {
    guard label.hasPrefix(".LVL") || label.hasPrefix(".LB") || label.hasPrefix(".LM"),
      !jumpedTo.contains(label)
    else { return false }
    return label.drop { !$0.isNumber }.allSatisfy(\.isNumber)
  }

  /// Every `.Lname` in the line counts as taken.
  private mutating func noteLocalLabels(_ text: Substring) {
    var rest = text
    while let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) {
      rest = rest[dot...]
      let name = rest.prefix {
        $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "$")
      }
      if name.hasPrefix(".L") { taken.insert(name) }
      rest = rest.dropFirst(max(name.count, 1))
    }
  }
}
