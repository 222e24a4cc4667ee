import Foundation
import Testing

@Suite("zvm exec")
struct ExecTests {
  @Test(
    "a program does to its folder what it does natively, and what it left alone stays untouched")
  func sameChanges() throws {
    let folder = try Folder()
    try folder.write(
      "change.c",
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <sys/mman.h>
      #include <sys/stat.h>
      #include <unistd.h>
      static void put(const char *name, const char *mode, const char *text) {
        FILE *f = fopen(name, mode); fputs(text, f); fclose(f);
      }
      int main(void) {
        rename("dir", "moved");                  /* all that is in it has another name */
        put("dir2/deep/appended", "a", "more");
        rename("dir2/one", "dir2/deep/one");
        rename("over", "dir2/overwritten");      /* in the place of another */
        link("linked", "dir2/second");
        chmod("dir2/mode", 0600);
        truncate("dir2/short", 2);
        unlink("dir2/gone"); rmdir("empty");
        rename("swap", "swap.old"); put("swap", "w", "swap\\n");
        unlink("again"); put("again", "w", "again\\n");
        int fd = open("dir2/mapped", O_RDWR);
        char *p = mmap(0, 5, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        p[1] = 'A';                              /* and left mapped */
        mkdir("new", 0755); put("new/file", "w", "new");
        symlink("../dir2/deep", "new/link"); unlink("soft");
        put("dir2/read", "r", "");
        return 0;
      }

      """)
    _ = try shell(
      """
      mkdir -p tree/dir/sub tree/dir2/deep tree/empty
      cd tree
      for f in dir/sub/x dir/y dir2/deep/appended dir2/deep/left dir2/one over dir2/overwritten linked \
        dir2/mode dir2/short dir2/gone dir2/mapped dir2/read swap again untouched dir2/\\ odd\\ name; do
        printf '%s\\n' "${f##*/}" > "$f"
      done
      ln -s dir2 soft; ln -s nowhere dangling; ln untouched hard
      find . -depth -print0 | xargs -0 touch -h -d @1234567890
      cd .. && cp -a tree native && cp -a tree guest
      gcc -O1 -w change.c -o change.native && \(zvm) env make change CC="\(zvm) cc -w"
      (cd native && ../change.native) && (cd guest && ../change)
      """, in: folder.url)
    let listing = """
      find . -mindepth 1 -printf '%y %m %p %l\\n' | sort
      find . -type f -print0 | sort -z | xargs -0 sha256sum
      # Times of what was left alone: all others are of today.
      find . -type f ! -newermt @1234567891 -printf '%p\\n' | sort
      """
    let native = try shell("cd native\n" + listing, in: folder.url)
    let guest = try shell("cd guest\n" + listing, in: folder.url)
    #expect(native.contains("./dir2/deep/left") && native.contains("./new/link"))
    #expect(guest == native)
  }

  @Test(
    "a change that leaves size and second as they were is brought back; input can be read again")
  func sameSize() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <stdio.h>
      #include <stdlib.h>
      int main(void) {
        char first[9], again[9];
        fgets(first, 9, stdin); rewind(stdin); fgets(again, 9, stdin);
        FILE *f = fopen("w/text", "w"); fputs("b\\n", f); fclose(f);
        f = fopen("seen", "w"); fprintf(f, "%s%s", first, again); fclose(f);
        abort();
      }

      """)
    let text = try shell(
      """
      \(zvm) env make p CC="\(zvm) cc" > /dev/null
      mkdir w; printf 'in\n' > in; printf 'a\n' > w/text
      status=0; ./p < in || status=$?; cat w/text seen; echo $status; [ seen -nt in ] && echo newer
      """, in: folder.url)
    #expect(text == "b\nin\nin\n134\nnewer\n")
  }

  @Test("a program has the caller's user, group and umask")
  func identity() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <grp.h>
      #include <pwd.h>
      #include <stdio.h>
      #include <sys/stat.h>
      #include <unistd.h>
      int main(void) {
        struct stat s;
        fclose(fopen("made", "w")); mkdir("folder", 0777); stat("in", &s);
        printf("%d %d %d %d %d %d\\n", getuid(), geteuid(), getgid(), getegid(), s.st_uid, s.st_gid);
        printf("%d %d\\n", getpwuid(getuid()) != 0, getgrgid(getgid()) != 0);
        umask(0); fclose(fopen("open", "w"));
        return 0;
      }

      """)
    let text = try shell(
      """
      gcc p.c -o p.native; \(zvm) env make p CC="\(zvm) cc" > /dev/null
      for p in p.native p; do for mask in 027 000 077; do
        rm -rf made folder open; touch in; (umask $mask; ./$p); stat -c '%a %n' made folder open
      done; done
      """, in: folder.url
    ).split(separator: "\n")
    #expect(text.count == 30 && text.prefix(15) == text.suffix(15))
  }

  @Test("time goes by for a program that works until some has; under zvm run it does not")
  func clock() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <stdio.h>
      #include <time.h>
      #include <unistd.h>
      static long long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000LL + t.tv_nsec; }
      int main(void) {
        volatile unsigned sum = 0;
        long long before = now(), n;
        clock_t used = clock();
        /* As benchmarks find out how often to repeat something: twice as often until it takes 50 ms. */
        for (n = 1; n < 1LL << 30 && now() - before < 50000000; n *= 2)
          for (long long i = 0; i < n; i++) sum += i;
        puts(n < 1LL << 30 && clock() - used >= 40000 ? "moves" : "stands");
        long long slept = now(); sleep(100); puts(now() - slept >= 100000000000 ? "slept" : "awake");
        return 0;
      }

      """)
    let text = try shell(
      """
      \(zvm) env make p CC="\(zvm) cc -O1" > /dev/null; \(zvm) cc -O1 p.c -o p.nexe
      ./p; \(zvm) run p.nexe
      """, in: folder.url)
    #expect(text == "moves\nslept\nstands\nslept\n")
  }

  @Test("arguments and variables that are not UTF-8 arrive as they are")
  func bytes() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <stdio.h>
      #include <stdlib.h>
      static void show(const char *s) { for (; *s; s++) printf("%02x", (unsigned char)*s); puts("."); }
      int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++) show(argv[i]);
        show(getenv("ODD")); show(getenv("EMPTY")); show(getenv("EQUALS")); show(getenv("PWD"));
        return 0;
      }

      """)
    let text = try shell(
      """
      gcc p.c -o p.native; \(zvm) env make p CC="\(zvm) cc" > /dev/null
      export ODD="$(printf '\\377=\\303\\050 \\n')" EMPTY= EQUALS='a=b="c"'
      for p in p.native p; do ./$p "$(printf '\\233\\375\\200')" '' ---x 'a b,#"=\\x41' "$(printf '\\351')"; done
      """, in: folder.url
    ).split(separator: "\n")
    #expect(text.count == 18 && text.first == "9bfd80." && text.prefix(9) == text.suffix(9))
  }

  @Test("a program goes back in its output where that is a file of its own, and nowhere else")
  func seekableOutput() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <errno.h>
      #include <stdio.h>
      #include <sys/stat.h>
      #include <unistd.h>
      int main(int argc, char **argv) {
        struct stat s;
        write(1, "abcdef", 6);
        fprintf(stderr, "%d ", (int)lseek(1, 2, SEEK_SET)); errno = 0;
        fprintf(stderr, "%d ", (int)lseek(1, -4, SEEK_CUR));
        fprintf(stderr, "%d ", errno == ESPIPE || errno == EINVAL);
        write(1, "XY", 2);
        if (argc > 1) { lseek(1, 3, SEEK_END); write(1, "!", 1); }
        fstat(1, &s);
        fprintf(stderr, "%d %d\\n", S_ISREG(s.st_mode), S_ISREG(s.st_mode) ? (int)s.st_size : 0);
        return 0;
      }

      """)
    let text = try shell(
      """
      gcc -w p.c -o p.native; \(zvm) env make p CC="\(zvm) cc -w" > /dev/null
      for p in p.native p; do
        echo; ./$p > out 2> err; od -c out; cat err
        ./$p 1 > out 2> err; od -c out; cat err
        echo first > out; ./$p >> out 2> err; od -c out
        { ./$p; ./$p; echo next; } 2> err | od -c; cat err
      done
      """, in: folder.url)
    let parts = text.split(separator: "\n\n")
    #expect(
      parts.count == 2 && parts[0].contains("X   Y")
        && parts.first?.dropFirst() == parts.last?.dropLast())
  }

  @Test("the next program goes on where one stopped reading")
  func sharedInput() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <stdio.h>
      #include <unistd.h>
      int main(void) { char c; while (read(0, &c, 1) == 1 && putchar(c) != '\\n') {} return 0; }

      """)
    let text = try shell(
      """
      \(zvm) env make p CC="\(zvm) cc" > /dev/null
      printf '1\\n2\\n3\\n4\\n' > in; { ./p; ./p; cat; } < in; ./p < in
      ./p < /proc/version | cmp - /proc/version
      """, in: folder.url)
    #expect(text == "1\n2\n3\n4\n1\n")
  }

  @Test(
    "a program learns that its output has no room or no reader; under zvm run that ends the session"
  )
  func refusedWrites() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <errno.h>
      #include <stdio.h>
      int main(void) {
        for (int i = 0; i < 100000; i++)
          if (puts("line") < 0 || fflush(stdout)) return errno == ENOSPC ? 7 : 8;
        return 0;
      }

      """)
    let text = try shell(
      """
      \(zvm) env make p CC="\(zvm) cc" > /dev/null
      \(zvm) cc p.c -o p.nexe
      status=0; ./p > /dev/full || status=$?; echo $status
      set +e; ./p | head -n 1; echo ${PIPESTATUS[0]}
      \(zvm) run p.nexe > /dev/full 2> errors; echo $?; grep -c 'No space left' errors
      """, in: folder.url)
    // As natively: 128 and SIGPIPE.
    #expect(text == "7\nline\n141\n5\n1\n")
  }

  @Test(
    "a program that is told a path beside its folder gets the package; one beside the package it does not"
  )
  func package() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <unistd.h>
      int main(int argc, char **argv) {
        char line[9];
        if (!argv[1]) chdir(getenv("EXAMPLES"));
        const char *name = argv[1] ? argv[1] : "text";
        FILE *f = fopen(name[0] == '-' ? name + 2 : name, "r");
        return !f || !fgets(line, 9, f) || puts(line) < 0;
      }

      """)
    let text = try shell(
      """
      printf '#include <stdio.h>\\nint main(int c, char **v) { fputs("made\\\\n", fopen(v[1], "w")); return 0; }' > q.c
      \(zvm) env make p q CC="\(zvm) cc" > /dev/null
      mkdir -p package/tests/run package/data; touch package/Makefile
      echo yes > package/data/text; echo no > outside; cd package/tests/run; set +e
      ../../../p ../../data/text; ../../../p -I../../data/text; ../../../p "$PWD/../../data/text"
      EXAMPLES=../../data ../../../p
      ../../../q ../../data/made; cat ../../data/made
      ../../../q '../../data/*'; cat '../../data/*'
      ../../../p ../../../outside || echo kept out
      # A distribution's package whose configure script is in a folder of its own.
      cd ../../..; mkdir -p tcl/unix tcl/library tcl/debian; touch tcl/debian/control tcl/unix/configure
      echo yes > tcl/library/text; cd tcl/unix; EXAMPLES=$PWD/../library ../../p
      """, in: folder.url)
    #expect(text == "yes\n\nyes\n\nyes\n\nyes\n\nmade\nmade\nkept out\nyes\n\n")
  }

  @Test("a file that was left alone is not replaced")
  func sameFile() throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <stdio.h>
      int main(void) { return !fopen("w/read", "r") || !fopen("w/made", "w"); }

      """)
    let numbers = try shell(
      """
      mkdir w; echo text > w/read; echo text > w/other
      \(zvm) env make p CC="\(zvm) cc"
      stat -c %i w/read w/other; ./p < /dev/null; stat -c %i w/read w/other; ls w
      """, in: folder.url
    ).split(separator: "\n").map(String.init).filter { !$0.contains("zvm") }
    #expect(numbers.suffix(3) == ["made", "other", "read"])
    let inodes = numbers.dropLast(3).suffix(4)
    #expect(Array(inodes.prefix(2)) == Array(inodes.suffix(2)))
  }

  @Test(
    "names of any bytes and lengths, times, links and folders go there and back; also from another file system",
    arguments: ["/tmp", "/dev/shm"])
  func names(scratch: String) throws {
    let folder = try Folder()
    try folder.write(
      "p.c",
      """
      #include <dirent.h>
      #include <stdio.h>
      #include <string.h>
      #include <sys/stat.h>
      #include <unistd.h>
      static void put(const char *name, const char *mode) {
        FILE *f = fopen(name, mode); fputs("more\\n", f); fclose(f);
      }
      int main(int argc, char **argv) {
        struct stat s, t;
        stat("old", &s);
        printf("%lld %ld\\n", (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
        stat("one", &s); stat("two", &t);
        printf("%d %d\\n", (int)s.st_nlink, s.st_ino == t.st_ino);
        char text[300] = "";
        readlink("long", text, sizeof text - 1);
        printf("%zu\\n", strlen(text));
        put("b\\xff", "a"); put("new\\xfe", "w"); unlink("gone\\xfd");
        put(argv[1], "a");
        put("closed/inside", "w");               /* a folder that is not itself changed */
        chmod("closed/changed", 0700);
        symlink("b\\xff", "soft");
        return 0;
      }

      """)
    _ = try shell(
      """
      mkdir -p tree/closed/changed; cd tree; chmod 711 closed
      deep=$(printf 'd%.0s' {1..90})/$(printf 'e%.0s' {1..90}); mkdir -p $deep; echo deep > $deep/file
      touch -d @1234567890.123456789 old; echo > one; ln one two
      ln -s $(printf 'x%.0s' {1..250}) long
      printf 'a\\n' > $'b\\xff'; echo > $'gone\\xfd'
      cd ..; cp -a tree native; cp -a tree guest
      gcc -O1 -w p.c -o p.native && \(zvm) env make p CC="\(zvm) cc -w"
      """, in: folder.url)
    let script = """
      deep=$(printf 'd%.0s' {1..90})/$(printf 'e%.0s' {1..90})
      $P $deep/file; find . -mindepth 1 -printf '%y %m %p %l\\n' | sort
      find . -type f -print0 | sort -z | xargs -0 sha256sum
      """
    let native = try shell("cd native; P=../p.native; " + script, in: folder.url)
    let guest = try shell(
      "cd guest; P='env TMPDIR=\(scratch) ../p'; " + script, in: folder.url)
    #expect(native.contains("1234567890 123456789\n2 1\n250\n"))
    #expect(guest == native)
  }
}
