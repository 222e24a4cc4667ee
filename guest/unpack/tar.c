/* tar: ustar, its pax and GNU extensions for long names and large files (POSIX pax; GNU tar manual,
 * "Basic Tar Format"). */
#include "unpack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long position;
static char long_name[LONGEST_NAME];	/* of the next file; empty: in its header */
static unsigned long long pax_size;
static int has_pax_size;

static void need(unsigned char *to, size_t size, const char *what)
{
	size_t got = fread(to, 1, size, stdin);
	if (got != size)
		fail(position + got, "tar: the archive ends in %s", what);
	position += size;
}

/* Octal digits, or with the first bit set a number of 95 bits, of which 63 are enough. */
static unsigned long long number(const unsigned char *field, int size, const char *what)
{
	unsigned long long value = 0;
	int i = 0;
	if (field[0] & 0x80) {
		for (i = 1; i < size - 8; i++)
			if (field[i])
				fail(position, "tar: %s is too large", what);
		for (; i < size; i++)
			value = value << 8 | field[i];
		if (field[0] != 0x80 || value >> 62)
			fail(position, "tar: %s is too large", what);
		return value;
	}
	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		value = value << 3 | (unsigned)(field[i] - '0');
	if (i < size && field[i] != ' ' && field[i] != 0)
		fail(position, "tar: %s is no number", what);
	return value;
}

static void check_sum(const unsigned char *block)
{
	unsigned long long sum = 0;
	for (int i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : block[i];
	if (sum != number(block + 148, 8, "the checksum"))
		fail(position - 512, "tar: the checksum of a header is wrong");
}

/* `NUMBER KEY=VALUE\n` records. */
static void take_pax(char *at, char *end)
{
	while (at < end) {
		char *rest;
		unsigned long size = strtoul(at, &rest, 10);
		if (*rest != ' ' || size < 5 || size > (size_t)(end - at) || at[size - 1] != '\n')
			fail(position, "tar: a pax record is damaged");
		char *key = rest + 1, *stop = at + size - 1;
		*stop = 0;
		char *value = strchr(key, '=');
		if (!value)
			fail(position, "tar: a pax record is damaged");
		*value++ = 0;
		if (!strcmp(key, "path")) {
			if (strlen(value) >= sizeof long_name)
				fail(position, "tar: a name is too long");
			strcpy(long_name, value);
		} else if (!strcmp(key, "size")) {
			pax_size = strtoull(value, &rest, 10);
			has_pax_size = 1;
			if (*rest || pax_size >> 62)
				fail(position, "tar: a size is no number");
		} else if (!strncmp(key, "GNU.sparse.", 11)) {
			fail(position, "tar: sparse files are not understood");
		}
		at += size;
	}
}

/* The content of a header that is about the next file. */
static char *content(unsigned long long size)
{
	if (size > 1 << 20)
		fail(position, "tar: a header is too long");
	size_t whole = (size_t)(size + 511) & ~(size_t)511;
	char *bytes = malloc(whole + 1);
	if (!bytes)
		fail(position, "tar: no memory");
	need((unsigned char *)bytes, whole, "a header");
	bytes[size] = 0;
	return bytes;
}

static void tar_file(const char *name, unsigned long long size, const char *pattern)
{
	static unsigned char piece[PIECE];
	int wanted = pattern && *name && name[strlen(name) - 1] != '/' && matches(pattern, name);
	if (wanted)
		frame('N', name, (uint32_t)strlen(name));
	for (unsigned long long left = size; left;) {
		size_t step = left < PIECE ? (size_t)left : PIECE;
		need(piece, step, "a file");
		if (wanted)
			frame('D', piece, (uint32_t)step);
		left -= step;
	}
	if (size % 512)
		need(piece, 512 - size % 512, "a file");
	if (wanted)
		frame('E', "", 0);
}

void unpack_tar(const char *pattern)
{
	static unsigned char block[512];
	static const unsigned char zeros[512];
	for (;;) {
		size_t got = fread(block, 1, 512, stdin);
		/* Some writers leave the two empty blocks at the end out. */
		if (got == 0 && position > 0)
			return;
		if (got != 512)
			fail(position + got, "tar: the archive ends in a header");
		position += 512;
		if (!memcmp(block, zeros, 512)) {
			while ((got = fread(block, 1, 512, stdin)) > 0) {
				position += got;
				if (memcmp(block, zeros, got))
					fail(position - got, "tar: there is more behind the end");
			}
			return;
		}
		check_sum(block);
		unsigned long long size = number(block + 124, 12, "a size");
		char type = (char)block[156];
		char name[256 + 2], *text;
		if (type == 'L' || type == 'x' || type == 'X' || type == 'K' || type == 'g') {
			text = content(size);
			if (type == 'L') {
				if (strlen(text) >= sizeof long_name)
					fail(position, "tar: a name is too long");
				strcpy(long_name, text);
			} else if (type == 'x' || type == 'X') {
				take_pax(text, text + size);
			}
			free(text);
			continue;
		}
		if (!memcmp(block + 257, "ustar\0", 6) && block[345])
			snprintf(name, sizeof name, "%.155s/%.100s", block + 345, block);
		else
			snprintf(name, sizeof name, "%.100s", block);
		if (has_pax_size)
			size = pax_size;
		int regular = type == '0' || type == 0 || type == '7';
		if (type == 'S')
			fail(position, "tar: sparse files are not understood");
		/* Links and devices have no content here, whatever their size says. */
		if (type >= '1' && type <= '6')
			size = type == '5' ? size : 0;
		tar_file(plain_name(long_name[0] ? long_name : name), size, regular ? pattern : 0);
		long_name[0] = 0;
		has_pax_size = 0;
	}
}
