import Foundation
import Testing

/// The toolchain as builds see it: C++, archives, configure scripts, programs that are called.
@Suite("zvm toolchain")
struct ToolchainTests {
  private static let programs = root.appending(path: "Tests/EndToEndTests/Programs")

  @Test("C++ containers, strings and objects do what they do natively", arguments: ["-O0", "-O2"])
  func cxx(option: String) throws {
    let folder = try Folder()
    let source = Self.programs.appending(path: "containers.cc").path
    let native = folder.path("native")
    try #require(
      try run("/usr/bin/g++", ["-w", "-std=c++17", source, "-o", native]).status == 0)
    let built = try run(
      zvm, ["c++", "-w", "-std=c++17", option, source, "-o", folder.path("g.nexe")])
    try #require(built.status == 0, "\(built.errors)")
    let inside = try run(zvm, ["run", folder.path("g.nexe")])
    #expect(inside.status == 0, "\(inside.errors)")
    #expect(inside.output == (try run(native, [])).output)
  }

  @Test("what C++ would throw ends the program with what it was; what is missing is named")
  func thrown() throws {
    let folder = try Folder()
    try folder.write(
      "t.cc", "#include <vector>\nint main() { std::vector<int> v(3); return v.at(7); }\n")
    try #require(
      try run(zvm, ["c++", folder.path("t.cc"), "-o", folder.path("t.nexe")]).status == 0)
    let result = try run(zvm, ["run", folder.path("t.nexe")])
    #expect(result.status == 134)
    #expect(result.errors.contains("vector::_M_range_check"), "\(result.errors)")
    try folder.write("u.cc", "int main() { throw 1; }\n")
    let refused = try run(zvm, ["c++", folder.path("u.cc"), "-o", folder.path("u.nexe")])
    #expect(refused.status != 0)
    #expect(refused.errors.contains("u.cc:1"), "\(refused.errors)")
    try folder.write("s.cc", "#include <iostream>\nint main() { std::cout << 1; }\n")
    let streams = try run(zvm, ["c++", folder.path("s.cc"), "-o", folder.path("s.nexe")])
    #expect(streams.status != 0)
    #expect(streams.errors.contains("zvm c++ has no <iostream>"), "\(streams.errors)")
  }

  /// Configure scripts say `-o /dev/null`, also as root.
  @Test("an output that is no plain file stays what it is", .enabled(if: geteuid() == 0))
  func device() throws {
    let folder = try Folder()
    try folder.write("d.c", "int main() { return 0; }\n")
    let device = folder.path("null")
    try #require(try run("/bin/mknod", [device, "c", "1", "3"]).status == 0)
    try #require(
      try run(zvm, ["cc", "-c", folder.path("d.c"), "-o", folder.path("d.o")]).status == 0)
    for words in [
      ["cc", "-c", "d.c"], ["cc", "-S", "d.c"], ["cc", "-E", "d.c"], ["cc", "d.c"],
      ["cc", "-shared", "d.c"], ["ld", "d.o"],
    ] {
      for executable in ["0", "1"] {
        let command = words.dropLast() + [folder.path(words.last ?? ""), "-o", device]
        let result = try run("/usr/bin/env", ["ZVM_EXECUTABLE=\(executable)", zvm] + command)
        #expect(
          try FileManager.default.attributesOfItem(atPath: device)[.type] as? FileAttributeType
            == .typeCharacterSpecial, "\(words) \(executable): \(result.errors)")
      }
    }
  }

  @Test("a build in another folder is the same bytes, debug information and all")
  func reproducible() throws {
    let folder = try Folder()
    let source = try String(
      contentsOf: Self.programs.appending(path: "ordinary.c"), encoding: .utf8)
    for name in ["one", "another/deeper"] {
      let place = folder.url.appending(path: name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(source.utf8).write(to: place.appending(path: "p.c"))
      let built = try run(
        zvm, ["cc", "-w", "-O2", "-g", "p.c", "-o", "p.nexe", "-lm"], in: place)
      try #require(built.status == 0, "\(built.errors)")
    }
    _ = try shell("cmp one/p.nexe another/deeper/p.nexe", in: folder.url)
  }

  @Test("archives, partial links and a final link by hand")
  func byHand() throws {
    let folder = try Folder()
    try folder.write("a.c", "int b(void); int a(void) { return b() + 1; }\n")
    try folder.write("b.c", "int b(void) { return 40; }\n")
    try folder.write(
      "m.c", "#include <stdio.h>\nint a(void); int main(void) { printf(\"%d\\n\", a()); }\n")
    for script in [
      "\(zvm) cc -c a.c b.c m.c", "\(zvm) ld -r a.o b.o -o ab.o", "\(zvm) ar rcs libab.a ab.o",
      "\(zvm) ranlib libab.a", "\(zvm) nm libab.a | grep ' T a$'",
      "\(zvm) cc m.o -L. -lab -o m.nexe", "\(zvm) objdump -d m.nexe | grep '<main>'",
      "\(zvm) strip m.nexe",
    ] { _ = try shell(script, in: folder.url) }
    #expect(try run(zvm, ["run", folder.path("m.nexe")]).output == "41\n")
  }

  @Test("a program of `zvm env` is called by its name and works on the folder")
  func executable() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <stdio.h>
      #include <unistd.h>
      #include <sys/stat.h>
      int main(int argc, char **argv) {
        char line[100] = "";
        FILE *f = fopen("in/text", "r");
        fgets(line, 100, f);
        f = fopen("in/text", "a"); fprintf(f, "more\\n"); fclose(f);
        mkdir("out", 0755); symlink("../in/text", "out/link");
        f = fopen("out/made", "w"); fprintf(f, "%s %s", argv[1], line); fclose(f);
        unlink("gone"); chmod("mode", 0700); symlink("/etc", "escape");
        return 3;
      }

      """)
    _ = try shell(
      """
      mkdir in; echo text > in/text; touch gone mode; chmod 644 mode
      \(zvm) env make p CC="\(zvm) cc" && cp p q
      status=0; ./q ---argument < /dev/null || status=$?; echo $status > status
      """, in: folder.url)
    #expect(try folder.text("status") == "3\n")
    #expect(try folder.text("in/text") == "text\nmore\n")
    #expect(try folder.text("out/made") == "---argument text\n")
    #expect(try shell("readlink out/link; stat -c %a mode", in: folder.url) == "../in/text\n700\n")
    // argv[0] is what a shell would have given: the bare name when it was found in PATH.
    try folder.write(
      "n.c", "#include <stdio.h>\nint main(int c, char **v) { return puts(v[0]) < 0; }\n")
    _ = try shell("\(zvm) env make n CC=\"\(zvm) cc\"", in: folder.url)
    #expect(try shell("PATH=\"$PWD:$PATH\"; n; ./n", in: folder.url) == "n\n./n\n")
    #expect(!folder.names.contains("gone"))
    // A second program cannot reach through the link that the first one left.
    try folder.write(
      "e.c",
      "#include <stdio.h>\nint main(void) { return !fopen(\"escape/zvm-must-not-be\", \"w\"); }\n")
    _ = try shell("\(zvm) env make e CC=\"\(zvm) cc\"; ./e || true", in: folder.url)
    #expect(!FileManager.default.fileExists(atPath: "/etc/zvm-must-not-be"))
  }

  @Test("what a makefile makes with -shared can be linked with, and a program with -pie is one")
  func sharedLibrary() throws {
    let folder = try Folder()
    try folder.write("l.c", "int answer(void) { return 42; }\n")
    try folder.write("other.c", "int answer(void);\nint twice(void) { return 2 * answer(); }\n")
    try folder.write(
      "m.c",
      "#include <stdio.h>\nint twice(void);\nint main(void) { printf(\"%d\\n\", twice()); }\n")
    let text = try shell(
      """
      mkdir native; \(zvm) cc -fPIC -c l.c
      \(zvm) cc -shared -Wl,-soname,libl.so.1 -o libl.so l.o other.c -lm
      \(zvm) cc -pie m.c libl.so -o m.nexe && \(zvm) run m.nexe
      # A static library beside it that has less: -l takes the other one, as elsewhere.
      \(zvm) ar rcs libl.a l.o
      \(zvm) cc m.c -L. -ll -o s.nexe && \(zvm) run s.nexe
      gcc -shared -fPIC -o native/libl.so l.c other.c && gcc -c l.c && ar rcs native/libl.a l.o
      gcc m.c -Lnative -ll -o native/m && LD_LIBRARY_PATH=native native/m
      """, in: folder.url)
    #expect(text == "84\n84\n84\n")
  }

  @Test("a configure script takes --host=x86_64-zvm and tries things out in the sandbox")
  func configure() throws {
    let folder = try Folder()
    // What autoconf's scripts do, in its words: the host's name, a program that is run, a function.
    try folder.write(
      "configure",
      """
      #!/bin/sh
      host_alias=x86_64-zvm
      [ -n "$CONFIG_SITE" ] && . "$CONFIG_SITE"
      echo "host ${ac_cv_host-unknown}, fork ${ac_cv_func_fork-untried}"
      echo 'int main(void) { return sizeof(void *) != 4; }' > conftest.c
      $CC -o conftest conftest.c && ./conftest && echo "runs, 32-bit pointers"
      echo 'char shm_open(); int main(void) { return shm_open(); }' > conftest.c
      $CC -w -o conftest conftest.c && echo has shm_open
      echo 'char no_such(); int main(void) { return no_such(); }' > conftest.c
      $CC -w -o conftest conftest.c 2>/dev/null || echo lacks no_such

      """)
    #expect(
      try shell("\(zvm) env sh ./configure", in: folder.url) == """
        host x86_64-unknown-zvm-musl, fork no
        runs, 32-bit pointers
        has shm_open
        lacks no_such

        """)
  }
}
