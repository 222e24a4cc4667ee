import Testing
import Validator

/// Ways that someone might try to get a system call, a return, a foreign address or a protected
/// register past the validator.
@Test("what an attacker would try first is refused in every profile", arguments: attempts)
func smuggling(name: String, hex: String) {
  var text: [UInt8] = []
  var rest = hex[...]
  while let byte = UInt8(rest.prefix(2), radix: 16) {
    text.append(byte)
    rest = rest.dropFirst(2)
  }
  text += [UInt8](repeating: 0x90, count: (32 - text.count % 32) % 32)
  for profile in Profile.allCases {
    let isAccepted = Validator(profile: profile).accepts(text.span)
    #expect(!isAccepted, "\(name), \(profile)")
  }
}

private let nops = String(repeating: "90", count: 30)

private let attempts: [(name: String, hex: String)] = [
  ("syscall inside an immediate, jumped into", "b80f05f4f4ebfa"),
  ("REX before a legacy prefix hides it from the decoder", "48660f05"),
  ("lock-prefixed syscall", "f00f05"),
  ("66 66 ... 15 prefixes then syscall", "666666666666666666666666660f05"),
  ("jump into the middle of a padding nop that ends in 0f05-like bytes", "660f1f840000000000ebf8"),
  ("VEX bytes read as les/lds + syscall", "c50f05"),
  ("EVEX prefix", "62f17c480f05"),
  ("3DNow! suffix that is no instruction", "0f0fc005"),
  ("masked jump with and on another register", "83e1e04c01f8ffe0"),
  ("masked jump, mask jumped over", "eb0383e0e04c01f8ffe0"),
  ("and with imm32 instead of imm8", "81e0e0ffffff4c01f8ffe0"),
  ("mask of 16 bit", "6683e0e04c01f8ffe0"),
  ("call rsp after 64-bit and (no restrict)", "4883e4e04c01fcffd4"),
  ("pop of rsp via 8f /0", "8fc4"),
  ("xchg esp then no restore", "9490"),
  ("xadd second operand esp", "0fc1e0"),
  ("cmpxchg writes ebp as source operand", "0fb1e8"),
  ("bswap r15", "490fcf"),
  ("setcc to r15b", "410f94c7"),
  ("mov to spl with REX", "40b401"),
  ("lea r15", "4d8d3c24"),
  ("movd to r15d", "66410f7ecf"),
  ("pextrq to rsp", "66480f3a16c401"),
  ("crc32 into r15", "f24c0f38f0f8"),
  ("stale index after string op", "89ff498d3c3ff3aa418b1c3f"),
  ("index restricted by 8-bit write", "b001418b0407"),
  ("index restricted by cmov", "0f44c0418b0407"),
  ("restore without write", "4c01fc"),
  ("index after a nop with REX, which is no xchg %eax,%eax", "4090418b0407"),
  ("gs segment", "65488b042500000000"),
  ("address-size prefix on stos", "89ff498d3c3f67f3aa"),
  ("xlat", "d7"),
  ("ret imm", "c20000"),
  ("far jmp mem", "ff2c24"),
  ("wrfsbase", "f3480faed0"),
  ("wrpkru", "0f01ef"),
  ("xrstor", "0fae2c24"),
  ("sysenter", "0f34"),
  ("int 0x80", "cd80"),
  ("vmcall", "0f01c1"),
  ("maskmovq without mask", "0ff7c1"),
  ("vgatherdps", "c4e27992048d00000000"),
  ("movabs moffs", "a10000000000000000"),
  ("a syscall across two bundles", nops + "900f" + "05"),
  ("esp restricted over the end of a bundle", nops + "89c4" + "4c01fc"),
]
