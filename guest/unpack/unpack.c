/* Takes files out of a tar or zip archive, in a sandbox like any other program: what an archive says
 * is nobody's business but this process's.
 *
 *	unpack tar PATTERN	standard input is a tar
 *	unpack zip PATTERN	/dev/archive is a zip
 *
 * Standard output gets frames: a byte that says what, four bytes of length (little endian), as many
 * bytes. `N`: a file of this name begins; `D`: some of its bytes; `E`: it ends; `Z`: the archive ends.
 * PATTERN: `*` and `?` stand for anything but `/`, `**` for anything, `[…]` for one of these.
 *
 * Anything that is not understood ends the program with status 1 and a message that names the place. */
#include "unpack.h"
/* One source, so that it is compiled as a job's programs are. */
#include "inflate.c"
#include "tar.c"
#include "zip.c"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(unsigned long long offset, const char *format, ...)
{
	va_list arguments;
	fprintf(stderr, "near byte %llu: ", offset);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

void frame(char what, const void *bytes, uint32_t size)
{
	unsigned char head[5] = { (unsigned char)what, size & 255, size >> 8 & 255, size >> 16 & 255,
		size >> 24 };
	if (fwrite(head, 1, 5, stdout) != 5 || (size && fwrite(bytes, 1, size, stdout) != size)) {
		fputs("standard output cannot be written\n", stderr);
		exit(1);
	}
}

/* Whether `at` is in the set that begins behind `[`; *pattern is moved behind its end. */
static int in_set(const char **pattern, unsigned char at)
{
	const char *p = *pattern;
	int negated = *p == '!' || *p == '^', found = 0;
	if (negated)
		p++;
	for (int first = 1; *p && (first || *p != ']'); first = 0) {
		unsigned char low = (unsigned char)*p++, high = low;
		if (p[0] == '-' && p[1] && p[1] != ']') {
			high = (unsigned char)p[1];
			p += 2;
		}
		found |= low <= at && at <= high;
	}
	if (*p == ']')
		p++;
	*pattern = p;
	return found != negated && at != '/';
}

int matches(const char *pattern, const char *name)
{
	for (; *pattern; name++) {
		if (pattern[0] == '*') {
			int deep = pattern[1] == '*';
			const char *rest = pattern + 1 + deep;
			/* `**` with its slash may also stand for no folder at all. */
			if (deep && *rest == '/' && matches(rest + 1, name))
				return 1;
			for (;; name++) {
				if (matches(rest, name))
					return 1;
				if (!*name || (*name == '/' && !deep))
					return 0;
			}
		}
		if (!*name)
			return 0;
		if (*pattern == '?' && *name != '/') {
			pattern++;
		} else if (*pattern == '[') {
			pattern++;
			if (!in_set(&pattern, (unsigned char)*name))
				return 0;
		} else if (*pattern++ != *name) {
			return 0;
		}
	}
	return !*name;
}

/* Without what says nothing: `./` and `/` at the start. */
const char *plain_name(const char *name)
{
	for (;;) {
		if (*name == '/')
			name++;
		else if (name[0] == '.' && name[1] == '/')
			name += 2;
		else
			return name;
	}
}

int main(int argc, char **argv)
{
	static char buffer[1 << 16];
	if (argc != 3) {
		fputs("usage: unpack tar|zip PATTERN\n", stderr);
		return 2;
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	if (!strcmp(argv[1], "tar"))
		unpack_tar(argv[2]);
	else
		unpack_zip(argv[2]);
	frame('Z', "", 0);
	return fflush(stdout) != 0;
}
