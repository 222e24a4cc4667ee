/* A tiny interpreter for scripts: `print TEXT`, `cat DEVICE`, `copy FROM TO`, `env`, `args`, `exit N`, `crash`,
 * `spin`, `fill DEVICE COUNT`. Reads the script that its last argument names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static void copy(const char *from, const char *to) {
  FILE *in = fopen(from, "r"), *out = to ? fopen(to, "w") : stdout;
  if (!in || !out) {
    printf("cannot open %s\n", in ? to : from);
    exit(9);
  }
  for (int c; (c = getc(in)) != EOF;) putc(c, out);
  fclose(in);
  if (to) fclose(out);
}

int main(int argc, char **argv) {
  FILE *script = fopen(argc > 1 ? argv[argc - 1] : "/dev/script", "r");
  char line[4096], a[256], b[256];
  long n;
  if (!script) return 8;
  while (fgets(line, sizeof line, script)) {
    line[strcspn(line, "\n")] = 0;
    if (!strncmp(line, "print ", 6)) puts(line + 6);
    else if (!strcmp(line, "print")) puts("");
    else if (sscanf(line, "cat %255s", a) == 1) copy(a, NULL);
    else if (sscanf(line, "copy %255s %255s", a, b) == 2) copy(a, b);
    else if (!strcmp(line, "env")) for (char **e = environ; *e; e++) puts(*e);
    else if (!strcmp(line, "args")) for (int i = 0; i < argc; i++) puts(argv[i]);
    else if (sscanf(line, "exit %ld", &n) == 1) return (int)n;
    else if (!strcmp(line, "crash")) *(volatile int *)16 = 1;
    else if (!strcmp(line, "spin")) for (volatile int i = 0;; i++) ;
    else if (sscanf(line, "fill %255s %ld", a, &n) == 2) {
      FILE *out = fopen(a, "w");
      while (n-- > 0) putc('x', out);
      fclose(out);
    }
  }
  return 0;
}
