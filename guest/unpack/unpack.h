/* What the files of unpack share. */
#ifndef UNPACK_H
#define UNPACK_H
#include <stddef.h>
#include <stdint.h>

enum { LONGEST_NAME = 4096, PIECE = 1 << 16 };

__attribute__((noreturn, format(printf, 2, 3))) void fail(
	unsigned long long offset, const char *format, ...);
void frame(char what, const void *bytes, uint32_t size);
int matches(const char *pattern, const char *name);
const char *plain_name(const char *name);

void unpack_tar(const char *pattern);
void unpack_zip(const char *pattern);

/* Inflates (RFC 1951) what `more` gives, and hands what comes out to `put` in pieces of at most PIECE
 * bytes. `more` answers 0 at the end. 0, or why it cannot go on. */
const char *inflate(size_t (*more)(unsigned char *to, size_t size),
	void (*put)(const unsigned char *bytes, size_t size));
#endif
