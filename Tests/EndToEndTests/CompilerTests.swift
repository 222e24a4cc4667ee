import Foundation
import Testing

/// `zvm cc` against the native compiler: the same source must do the same.
@Suite("zvm cc")
struct CompilerTests {
  private static let programs = root.appending(path: "Tests/EndToEndTests/Programs")

  /// Builds natively and for the sandbox, runs both, compares output and exit status.
  private func compare(_ source: String, options: [String], arguments: [String] = []) throws {
    let folder = try Folder()
    let path = Self.programs.appending(path: source).path
    let input = try Data(contentsOf: URL(filePath: path))
    let native = try run("/usr/bin/gcc", ["-w", "-O2", path, "-o", folder.path("native"), "-lm"])
    try #require(native.status == 0, "\(native.errors)")
    let guest = try run(
      zvm, ["cc", "-w"] + options + [path, "-o", folder.path("guest.nexe"), "-lm"])
    try #require(guest.status == 0, "\(guest.errors)")
    let expected = try run(folder.path("native"), arguments, input: input)
    let result = try run(zvm, ["run", folder.path("guest.nexe")] + arguments, input: input)
    #expect(result.output == expected.output)
    #expect(result.status == expected.status, "\(result.errors)")
  }

  @Test(
    "ordinary C gives the native program's output",
    arguments: [
      ["-O0"], ["-O1"], ["-O2"], ["-O3"], ["-Os"], ["-O2", "-msse4.2"], ["-O2", "-g"],
      ["-O2", "-fno-omit-frame-pointer"], ["-O1", "-fno-jump-tables"],
      ["-O2", "-funroll-all-loops", "-fno-inline"], ["-O2", "-ffunction-sections", "-fPIC"],
    ])
  func ordinary(options: [String]) throws {
    try compare("ordinary.c", options: options)
  }

  @Test("standard input, arguments, environment and exit status", arguments: ["-O0", "-O2"])
  func text(option: String) throws {
    try compare("text.c", options: [option], arguments: ["one", "two words", "a,b\\c\"d\"", ""])
  }

  @Test("the guest's string functions do what plain loops do")
  func strings() throws {
    try compare("strings.c", options: ["-O2", "-fno-builtin"])
  }

  @Test("bit instructions keep the old bit in the carry flag", arguments: ["-O1", "-O2"])
  func bits(option: String) throws {
    try compare("bits.c", options: [option])
  }

  @Test("flags that gcc keeps across a jump table", arguments: ["-O1", "-O2", "-O3"])
  func flags(option: String) throws {
    try compare("flags.c", options: [option])
  }

  @Test("cpuid has one answer everywhere, whose instructions can be run")
  func cpuid() throws {
    let folder = try Folder()
    let path = Self.programs.appending(path: "cpuid.c").path
    for option in ["-O0", "-O2"] {
      let built = try run(zvm, ["cc", "-w", option, path, "-o", folder.path("c.nexe")])
      try #require(built.status == 0, "\(built.errors)")
      #expect(
        try run(zvm, ["run", folder.path("c.nexe")]).output == """
          1 1 ZVM sandbox  12345
          sse2 1 sse4.2 1 avx 0 osxsave 0 tsc 0
          popcnt 12
          leaf 7 0
          0 0 0 0
          80000001 long mode 1
          states 3 0

          """)
    }
  }

  @Test(
    "the time stamp counter has one answer everywhere and leaves the flags; there are no random numbers"
  )
  func counter() throws {
    let folder = try Folder()
    let path = try folder.write(
      "c.c",
      """
      #include <stdio.h>
      #include <x86intrin.h>
      __attribute__((noinline)) int equal(int a, int b) {
        unsigned char is; unsigned low, high;
        __asm__ volatile("cmpl %4, %3\\n rdtsc\\n sete %0" : "=q"(is), "=&a"(low), "=&d"(high) : "r"(a), "r"(b));
        return is;
      }
      int main(void) {
        unsigned cpu = 9, value = 9; unsigned char got;
        unsigned long long one = __rdtsc(), two = __rdtscp(&cpu);
        printf("%llu %llu %u\\n", one, two, cpu);
        printf("%d %d\\n", equal(5, 5), equal(5, 6));
        __asm__ volatile("stc\\n rdrand %0\\n setc %1" : "=r"(value), "=q"(got));
        printf("%u %u\\n", value, got);
        for (int i = 0; i < 5000000; i++) __rdtsc();
        printf("%llu\\n", __rdtsc() >> 32);
        return 0;
      }

      """)
    for option in ["-O0", "-O2"] {
      let built = try run(zvm, ["cc", "-w", option, path, "-o", folder.path("c.nexe")])
      try #require(built.status == 0, "\(built.errors)")
      #expect(try run(zvm, ["run", folder.path("c.nexe")]).output == "1000 2000 0\n1 0\n0 0\n1\n")
    }
  }

  @Test("versions are put in order as glibc does")
  func versions() throws {
    try compare("versions.c", options: ["-O2"])
  }

  @Test("a program finds its linker-made tables")
  func sections() throws {
    try compare("sections.c", options: ["-O2"])
  }

  @Test("the heap keeps what is in it, refuses what is too large, and loses nothing")
  func heap() throws {
    try compare("heap.c", options: ["-O2"], arguments: ["30000"])
  }

  @Test("a pointer has nothing in its upper half", arguments: ["-O0", "-O1", "-O2", "-Os"])
  func pointers(option: String) throws {
    let folder = try Folder()
    let built = try run(
      zvm,
      [
        "cc", "-w", option, Self.programs.appending(path: "pointers.c").path, "-o",
        folder.path("guest.nexe"),
      ])
    try #require(built.status == 0, "\(built.errors)")
    #expect(try run(zvm, ["run", folder.path("guest.nexe")]).output == "0 0 0 0\n")
    let long = try run(zvm, ["cc", "-maddress-mode=long", "-c", "x.c"])
    #expect(long.status != 0 && long.errors.contains("-maddress-mode=long"))
  }

  @Test("programs by chance give the native program's output")
  func random() throws {
    let long = ProcessInfo.processInfo.environment["ZVM_LONG_TESTS"] == "1"
    let folder = try Folder()
    for seed in 1...(long ? 150 : 4) {
      let path = try folder.write("random.c", RandomProgram(seed: UInt64(seed)).source)
      let native = try run("/usr/bin/gcc", ["-w", "-O1", path, "-o", folder.path("native")])
      try #require(native.status == 0, "\(native.errors)")
      let expected = try run(folder.path("native"), [])
      for options in [["-O1"], ["-O2", "-g"], ["-O3"]] {
        let guest = try run(zvm, ["cc", "-w"] + options + [path, "-o", folder.path("guest.nexe")])
        try #require(guest.status == 0, "\(guest.errors)")
        let result = try run(zvm, ["run", folder.path("guest.nexe")])
        #expect(result.output == expected.output, "seed \(seed), \(options)")
        #expect(result.status == expected.status, "seed \(seed), \(options): \(result.errors)")
      }
    }
  }

  @Test("longer encodings take the place of padding, and nothing else changes")
  func packing() throws {
    let folder = try Folder()
    let source = Self.programs.appending(path: "ordinary.c").path
    for (stage, output) in [("-S", "plain.s"), ("-c", "packed.o")] {
      let built = try run(zvm, ["cc", "-w", "-O2", stage, source, "-o", folder.path(output)])
      try #require(built.status == 0, "\(built.errors)")
    }
    // The same assembly without packing, in the same toolchain's assembler.
    let clang = URL(
      filePath: try shell("readlink -f $(command -v swift)").trimmingCharacters(
        in: .whitespacesAndNewlines)
    )
    .deletingLastPathComponent().appending(path: "clang").path
    let plain = try run(
      clang,
      ["--target=x86_64-linux-gnu", "-march=x86-64-v2", "-c"]
        + [folder.path("plain.s"), "-o", folder.path("plain.o")])
    try #require(plain.status == 0, "\(plain.errors)")
    let listing = "objdump -d --no-show-raw-insn"
    let nops = "| grep -cE 'nop|xchg +%ax,%ax'"
    let before =
      Int(
        try shell("\(listing) plain.o \(nops)", in: folder.url).trimmingCharacters(
          in: .whitespacesAndNewlines)) ?? 0
    let after =
      Int(
        try shell("\(listing) packed.o \(nops)", in: folder.url).trimmingCharacters(
          in: .whitespacesAndNewlines)) ?? 0
    #expect(after * 4 < before * 3, "\(after) nops of \(before)")
    // By the independent disassembler: the same instructions in the same order.
    let rest =
      "| grep -vE 'nop|xchg +%ax,%ax' | awk '/^ /{print $2 == \"rex\" ? $3 : $2}' | md5sum"
    #expect(
      try shell("\(listing) plain.o \(rest)", in: folder.url)
        == shell("\(listing) packed.o \(rest)", in: folder.url))
  }

  @Test("it is a CC for makefiles: objects, archives, dependencies")
  func makefile() throws {
    let folder = try Folder()
    try folder.write("part.h", "int part(int);\n")
    try folder.write("part.c", "#include \"part.h\"\nint part(int x) { return x * FACTOR; }\n")
    try folder.write(
      "main.c",
      "#include <stdio.h>\n#include \"part.h\"\nint main(void) { printf(\"%d\\n\", part(6)); }\n")
    try folder.write(
      "Makefile",
      """
      CFLAGS = -O2 -I. -DFACTOR=7 -MMD
      prog.nexe: main.o libpart.a
      \t$(CC) -o $@ main.o -L. -lpart
      libpart.a: part.o
      \tar rcs $@ $^
      -include main.d part.d

      """)
    let made = try run("/usr/bin/make", ["CC=\(zvm) cc"], in: folder.url)
    #expect(made.status == 0, "\(made.errors)")
    #expect(try run(zvm, ["run", folder.path("prog.nexe")]).output == "42\n")
    #expect(try folder.text("main.d").contains("part.h"))
    let text = try run(zvm, ["cc", "-E", "-DFACTOR=9", folder.path("part.c")])
    #expect(text.output.contains("x * 9"))
    let assembly = try run(zvm, ["cc", "-S", "-DFACTOR=9", "-o", "-", folder.path("part.c")])
    #expect(assembly.output.contains(".bundle_align_mode 5"))
  }

  @Test(
    "what cannot be rewritten is an error with file, line and instruction",
    arguments: [
      ("int main(void) {\n  __asm__(\"syscall\");\n}\n", "syscall"),
      ("int main(void) {\n  __asm__(\"mov %%eax, %%r15d\" ::);\n}\n", "r15d"),
      ("int main(void) {\n  __asm__(\".byte 0x0f, 0x05\");\n}\n", ".byte"),
      ("int main(void) {\n  __asm__(\"mov %%gs:0, %%eax\" ::: \"eax\");\n}\n", "%gs:0"),
    ])
  func refused(source: String, instruction: String) throws {
    let folder = try Folder()
    let path = try folder.write("bad.c", source)
    let result = try run(zvm, ["cc", "-c", "-g", path, "-o", folder.path("bad.o")])
    #expect(result.status != 0)
    #expect(result.errors.contains("bad.c:2"), "\(result.errors)")
    #expect(result.errors.contains(instruction), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("bad.o")))
  }

  @Test("a build is the same bytes every time")
  func reproducible() throws {
    let folder = try Folder()
    let path = Self.programs.appending(path: "text.c").path
    for name in ["a.nexe", "b.nexe"] {
      let built = try run(zvm, ["cc", "-O2", path, "-o", folder.path(name)])
      try #require(built.status == 0, "\(built.errors)")
    }
    _ = try shell("cmp a.nexe b.nexe", in: folder.url)
  }
}
