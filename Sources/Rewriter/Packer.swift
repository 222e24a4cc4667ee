/// Puts longer encodings in the place of padding. A bundle's end is filled with nops when the next
/// group does not fit: instructions too, if empty ones. A few bytes can as well be had from the
/// instructions before: a REX prefix without bits, a jump's distance in four bytes instead of one.
/// Then every later instruction stays where it was, and the nop is gone. Not so displacements of
/// memory operands: a processor may take longer to add one up, though it be nothing
/// (docs/TOOLCHAIN.md has the figures).
///
/// Works on the rewriter's output and on the object that the assembler made of it; the result is
/// to be assembled again.
public struct Packer {
  private var lines: [Substring]

  /// The assembly with longer encodings asked for, or nil when there is nothing to gain or text and
  /// object do not fit together.
  public static func pack(_ assembly: String, object: [UInt8]) -> String? {
    guard let text = ObjectText(object) else { return nil }
    var packer = Packer(assembly)
    return packer.pack(text)
  }

  private init(_ assembly: String) {
    lines = assembly.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private mutating func pack(_ object: ObjectText) -> String? {
    var packed = 0
    let sections = instructionLines()
    guard sections.count == object.sections.count else { return nil }
    for ((name, wanted), section) in zip(sections, object.sections) {
      guard name == section.name else { return nil }
      guard wanted.count == section.places.count(where: { !$0.isNop }) else { return nil }
      packed += pack(wanted, section.places)
    }
    return packed == 0 ? nil : lines.joined(separator: "\n")
  }

  /// Line numbers of the instructions of each code section, without nops.
  private func instructionLines() -> [(name: String, lines: [Int])] {
    var result = [(name: ".text", lines: [Int]())]
    var indexes = [".text": 0]
    var current: Int? = 0
    var previous: Int?
    var stack: [Int?] = []
    func enter(_ arguments: Substring) -> Int? {
      let name = arguments.prefix { $0 != "," }.trimmed
      guard SectionDirective.holdsCode(name) else { return nil }
      // Sections of one name and different groups are different sections.
      let key = arguments.contains("comdat") ? String(arguments) : String(name)
      if let known = indexes[key] { return known }
      indexes[key] = result.count
      result.append((String(name), []))
      return result.count - 1
    }
    for (number, line) in lines.enumerated() {
      guard line.utf8.first == 0x09 else { continue }
      let text = line.dropFirst()
      if text.utf8.first == UInt8(ascii: ".") {
        let name = text.prefix { $0 != " " && $0 != "\t" }
        let arguments = text.dropFirst(name.count).trimmed
        guard let change = SectionDirective(name, arguments) else { continue }
        let before = current
        switch change {
        case .enter(let section): current = enter(name == ".section" ? arguments : section[...])
        case .push:
          stack.append(current)
          current = enter(arguments)
        case .pop: current = stack.popLast() ?? current
        case .previous: current = previous
        }
        previous = before
      } else if let current, !text.hasPrefix("nop") {
        result[current].lines.append(number)
      }
    }
    return result
  }

  /// Returns how many nops went.
  private mutating func pack(_ wanted: [Int], _ places: [ObjectText.Place]) -> Int {
    let size = BundleWriter.bundleByteCount
    var packed = 0
    // Instructions of the current bundle that may grow, with the line of each.
    var candidates: [(line: Int, place: ObjectText.Place)] = []
    var bundle = -1
    var number = 0
    var index = 0
    while index < places.count {
      let place = places[index]
      if place.offset / size != bundle {
        bundle = place.offset / size
        candidates.removeAll(keepingCapacity: true)
      }
      guard place.isNop else {
        candidates.append((wanted[number], place))
        number += 1
        index += 1
        continue
      }
      // One run of nops, within this bundle.
      var end = place.offset
      while index < places.count, places[index].isNop, places[index].offset / size == bundle {
        end = places[index].offset + places[index].length
        index += 1
      }
      // Nobody comes to a nop behind an unconditional jump.
      if let last = candidates.last, !isUnconditional(last.line), number < wanted.count {
        packed += fill(end - place.offset, candidates) ? 1 : 0
      }
      candidates.removeAll(keepingCapacity: true)
    }
    return packed
  }

  private func isUnconditional(_ line: Int) -> Bool {
    let text = lines[line].dropFirst()
    return text.hasPrefix("jmp") || text.hasPrefix("hlt")
  }

  /// Lengthens some of the instructions by so many bytes in all, if that can be done exactly.
  private mutating func fill(
    _ byteCount: Int, _ candidates: [(line: Int, place: ObjectText.Place)]
  ) -> Bool {
    guard byteCount < 32 else { return false }
    // best[n]: the cheapest way to n bytes, as choices of (candidate, growth).
    var best: [(cost: Int, choices: [(Int, Growth)])?] = Array(repeating: nil, count: byteCount + 1)
    best[0] = (0, [])
    for (number, candidate) in candidates.enumerated() {
      let growths = growths(candidate.line, candidate.place)
      guard !growths.isEmpty else { continue }
      for total in stride(from: byteCount, through: 1, by: -1) {
        for growth in growths where growth.byteCount <= total {
          guard let before = best[total - growth.byteCount] else { continue }
          let cost = before.cost + growth.cost
          if best[total].map({ cost < $0.cost }) ?? true {
            best[total] = (cost, before.choices + [(number, growth)])
          }
        }
      }
    }
    guard let found = best[byteCount] else { return false }
    for (number, growth) in found.choices {
      let line = candidates[number].line
      lines[line] = Substring("\t\(growth.prefix) " + lines[line].dropFirst())
    }
    return true
  }

  private struct Growth {
    var prefix: String
    var byteCount: Int
    /// Long distances take more room in a decoder's cache than a prefix.
    var cost: Int
  }

  /// By how much, and how, an instruction can grow without changing what it does or which rule it
  /// falls under.
  private func growths(_ line: Int, _ place: ObjectText.Place) -> [Growth] {
    let text = lines[line].dropFirst()
    let mnemonic = text.prefix { $0 != " " }
    if place.isShortJump {
      guard mnemonic.hasPrefix("j"), mnemonic != "jrcxz" else { return [] }
      return [Growth(prefix: "{disp32}", byteCount: mnemonic == "jmp" ? 3 : 4, cost: 3)]
    }
    // Superinstructions and writes of rsp and rbp are recognised by their exact bytes.
    guard Self.growing.contains(String(mnemonic)), !text.utf8.contains(UInt8(ascii: "*")),
      !text.hasSuffix("%esp"), !text.hasSuffix("%ebp"), !text.hasSuffix("%rsp"),
      !text.hasSuffix("%rbp"), !text.hasSuffix("%r15"), !text.hasPrefix("andl $-32,"),
      !text.contains("%r15,1)"), !text.hasPrefix("leaq (%r15"), !text.hasPrefix("addq %r15"),
      text != "movl %esi, %esi", text != "movl %edi, %edi"
    else { return [] }
    // The second byte of a register that has one cannot be named beside a REX prefix.
    if place.hasREX || ["%ah", "%bh", "%ch", "%dh"].contains(where: { text.contains($0) }) {
      return []
    }
    return [Growth(prefix: "{rex}", byteCount: 1, cost: 1)]
  }

  private static let growing: Set<String> = [
    "movl", "movq", "movb", "movw", "movzbl", "movzwl", "movsbl", "movswl", "movslq", "leal",
    "leaq", "addl", "addq", "subl", "subq", "andl", "andq", "orl", "orq", "xorl", "xorq", "cmpl",
    "cmpq", "cmpb", "cmpw", "testl", "testq", "testb", "imull", "imulq", "negl", "notl", "shll",
    "shrl", "sarl", "sall", "roll", "rorl", "shlq", "shrq", "salq", "sarq", "movss", "movsd",
    "movaps", "movups", "movapd", "movupd", "movdqa", "movdqu", "movd", "addsd", "subsd", "mulsd",
    "divsd", "addss", "subss", "mulss", "divss", "pxor", "por", "pand", "paddd", "paddq", "psubd",
    "cvtsi2sdl", "cvtsi2sdq", "cvttsd2sil", "cvtss2sd", "cvtsd2ss", "ucomisd", "comisd",
    "cmovel", "cmovnel", "cmovgl", "cmovgel", "cmovll", "cmovlel", "cmoval", "cmovael", "cmovbl",
    "cmovbel", "sete", "setne", "adcl", "sbbl", "incl", "decl", "addb", "subb", "andb", "orb",
  ]
}
