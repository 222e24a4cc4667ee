/// C programs by chance, without undefined behaviour: what they print must not depend on the
/// compiler, its options or the machine. They are made of what the rewriter has rules for: array
/// accesses of every width through masked and narrow indexes, table look-ups, pointer walks,
/// structures, switches, calls through pointers, floating point beside integers.
struct RandomProgram {
  private var state: UInt64
  private(set) var source = ""

  init(seed: UInt64) {
    state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    source = """
      #include <stdint.h>
      #include <stdio.h>
      #include <string.h>
      static uint8_t a8[256]; static uint16_t a16[256]; static uint32_t a32[256];
      static uint64_t a64[256]; static double af[256];
      struct node { struct node *next; uint32_t a; uint8_t b; uint64_t c; };
      static struct node nodes[64];
      static uint32_t steps;

      """
    let count = 6
    for number in 0..<count { function(number) }
    source += "typedef uint64_t fn(uint64_t, uint32_t);\nstatic fn *const table[] = {"
    source += (0..<count).map { "f\($0)" }.joined(separator: ", ") + "};\n"
    source += """
      int main(int argc, char **argv)
      {
        uint64_t sum = argc;
        for (int i = 0; i < 256; i++) {
          a8[i] = i * 7; a16[i] = i * 301; a32[i] = i * 0x9e3779b1u;
          a64[i] = i * 0x9e3779b97f4a7c15ull; af[i] = i * 0.5;
        }
        for (int i = 0; i < 64; i++)
          nodes[i] = (struct node){ &nodes[(i * 5 + 1) % 64], i, i * 3, i * 1234567891011ull };
        for (uint32_t i = 0; i < 300; i++)
          sum = sum * 31 + table[(sum >> 7 ^ i) % \(count)](sum, i);
        for (int i = 0; i < 256; i++)
          sum = sum * 31 + a8[i] + a16[i] + a32[i] + a64[i] + (uint64_t)(int64_t)af[i] + nodes[i % 64].c;
        printf("%llx\\n", (unsigned long long)sum);
        return (int)(sum & 63);
      }

      """
  }

  private mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % bound
  }

  private mutating func pick(_ choices: [String]) -> String { choices[next(choices.count)] }

  private mutating func value(_ depth: Int) -> String {
    if depth == 0 || next(4) == 0 {
      return pick([
        "x", "y", "(uint32_t)z", "z", "p->a", "(uint32_t)p->b", "p->c", "\(next(1000))u", "~z",
      ])
    }
    switch next(7) {
    case 0: return "(uint32_t)a8[(uint8_t)(\(value(depth - 1)))]"
    case 1: return "(uint32_t)a16[\(value(depth - 1)) & 255]"
    case 2: return "a32[(uint32_t)(\(value(depth - 1))) >> \(24 + next(8))]"
    case 3: return "a64[((\(value(depth - 1))) & \(next(64))) + \(next(128))]"
    case 4:
      return "((\(value(depth - 1))) >> \(next(31)) ^ (\(value(depth - 1))) << \(next(31)))"
    case 5:
      return "((\(value(depth - 1))) < (\(value(depth - 1))) ? \(value(depth - 1)) : z)"
    default:
      return "((\(value(depth - 1))) \(pick(["+", "-", "*", "^", "&", "|"])) (\(value(depth - 1))))"
    }
  }

  private mutating func statement(_ depth: Int) -> String {
    let index = pick(["(uint8_t)z", "x & 255", "(y >> 3) & 127", "(x + y) % 256u", "p->b"])
    switch next(depth == 0 ? 8 : 12) {
    case 0: return "a8[\(index)] \(pick(["=", "+=", "^="])) \(value(2));"
    case 1: return "a16[\(index)] \(pick(["=", "+=", "|="])) \(value(2));"
    case 2: return "a32[\(index)] \(pick(["=", "+=", "-=", "*="])) \(value(2));"
    case 3: return "a64[\(index)] \(pick(["=", "+=", "^="])) \(value(2));"
    case 4: return "af[\(index)] = af[\(index)] * 0.25 + (int32_t)(\(value(1))) % 1000;"
    case 5: return "p = p->next; p->c += \(value(2)); p->a ^= \(value(1));"
    case 6: return "z = \(value(3));"
    case 7: return "x = \(value(2)); y += (uint32_t)z;"
    case 8:
      return "for (uint32_t i = 0; i < \(2 + next(20)); i++) { x += i; \(statement(depth - 1)) }"
    case 9:
      return "if ((\(value(2))) & \(1 << next(8))) { \(statement(depth - 1)) } else { "
        + "\(statement(depth - 1)) }"
    case 10:
      let cases = (0..<8).map { "case \($0): \(statement(depth - 1)) break;" }
      return "switch ((\(value(1))) & 7) { \(cases.joined(separator: "\n    ")) }"
    default:
      return "memcpy(a8 + (x & 63), a32 + (y & 31), \(next(100))); "
        + "memset(a16 + (z & 63), (int)y, \(next(128)));"
    }
  }

  private mutating func function(_ number: Int) {
    source += "static __attribute__((noinline)) uint64_t f\(number)(uint64_t z, uint32_t y)\n{\n"
    source += "  uint32_t x = y * \(next(1000));\n  struct node *p = &nodes[z % 64];\n"
    for _ in 0..<(6 + next(8)) { source += "  \(statement(2))\n" }
    if number > 0 {
      source += "  if (steps++ % 3 == 0) z += f\(next(number))(z ^ x, y + 1);\n"
    }
    source += "  return z + x + p->c;\n}\n"
  }
}
