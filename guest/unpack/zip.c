/* zip: the central directory says what there is; stored and deflated files, also beyond 4 GiB (PKWARE's
 * APPNOTE 6.3.10, 4.3 and 4.4). */
#include "unpack.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int archive;
static uint64_t archive_size;

static unsigned u16(const unsigned char *at) { return at[0] | at[1] << 8; }
static uint32_t u32(const unsigned char *at) { return u16(at) | (uint32_t)u16(at + 2) << 16; }
static uint64_t u64(const unsigned char *at) { return u32(at) | (uint64_t)u32(at + 4) << 32; }

static void read_at(unsigned char *to, size_t size, uint64_t offset, const char *what)
{
	if (offset > archive_size || size > archive_size - offset)
		fail(offset, "zip: %s lies behind the end", what);
	while (size) {
		ssize_t got = pread(archive, to, size, (off_t)offset);
		if (got <= 0)
			fail(offset, "zip: %s cannot be read", what);
		to += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
}

/* Of the file that is being read. */
static uint64_t next, rest, written;
static uint32_t sum;

static size_t more(unsigned char *to, size_t size)
{
	if (size > rest)
		size = (size_t)rest;
	if (size)
		read_at(to, size, next, "a file");
	next += size;
	rest -= size;
	return size;
}

static void put(const unsigned char *bytes, size_t size)
{
	static uint32_t table[256];
	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t value = i;
			for (int bit = 0; bit < 8; bit++)
				value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
			table[i] = value;
		}
	for (size_t i = 0; i < size; i++)
		sum = table[(sum ^ bytes[i]) & 255] ^ sum >> 8;
	written += size;
	frame('D', bytes, (uint32_t)size);
}

struct entry {
	uint64_t packed, size, header;
	uint32_t sum;
	unsigned method;
};

/* The name stands before the file, too: what the directory alone says may be a flipped bit. */
static void find(const char *name, unsigned name_size, const struct entry *entry)
{
	static unsigned char other[LONGEST_NAME];
	unsigned char head[30];
	read_at(head, sizeof head, entry->header, "the header of a file");
	if (u32(head) != 0x04034b50)
		fail(entry->header, "zip: %s: there is no header", name);
	if (u16(head + 26) != name_size)
		fail(entry->header, "zip: %s: it has two names", name);
	read_at(other, name_size, entry->header + 30, "a name");
	if (memcmp(other, name, name_size))
		fail(entry->header, "zip: %s: it has two names", name);
	next = entry->header + 30 + name_size + u16(head + 28);
}

static void zip_file(const char *name, const struct entry *entry)
{
	static unsigned char piece[PIECE];
	rest = entry->packed;
	sum = ~0u;
	written = 0;
	frame('N', name, (uint32_t)strlen(name));
	if (entry->method == 0) {
		for (size_t got; (got = more(piece, sizeof piece));)
			put(piece, got);
	} else {
		const char *problem = inflate(more, put);
		if (problem)
			fail(next, "zip: %s: %s", name, problem);
	}
	if (written != entry->size)
		fail(next, "zip: %s: its size is wrong", name);
	if (~sum != entry->sum)
		fail(next, "zip: %s: its checksum is wrong", name);
	frame('E', "", 0);
}

/* Sizes and places that do not fit in 32 bits stand in an extra field, in this order. */
static void take_zip64(struct entry *entry, const unsigned char *at, const unsigned char *end, uint64_t place)
{
	uint64_t *wide[3] = { &entry->size, &entry->packed, &entry->header };
	while (end - at >= 4) {
		const unsigned char *stop = at + 4 + u16(at + 2);
		if (stop > end)
			fail(place, "zip: an extra field is damaged");
		if (u16(at) == 1) {
			const unsigned char *field = at + 4;
			for (int i = 0; i < 3; i++)
				if (*wide[i] == 0xffffffff) {
					if (stop - field < 8)
						fail(place, "zip: an extra field is damaged");
					*wide[i] = u64(field);
					field += 8;
				}
			return;
		}
		at = stop;
	}
}

void unpack_zip(const char *pattern)
{
	static unsigned char tail[22 + 65535];
	archive = open("/dev/archive", O_RDONLY);
	off_t end = archive < 0 ? -1 : lseek(archive, 0, SEEK_END);
	if (end < 22)
		fail(0, "zip: too short");
	archive_size = (uint64_t)end;
	size_t have = archive_size < sizeof tail ? (size_t)archive_size : sizeof tail;
	uint64_t base = archive_size - have;
	read_at(tail, have, base, "the end");
	size_t at = have - 22;
	while (u32(tail + at) != 0x06054b50 || at + 22 + u16(tail + at + 20) != have)
		if (!at--)
			fail(archive_size, "zip: the end of the directory is not there");
	if (u16(tail + at + 8) != u16(tail + at + 10))
		fail(base + at, "zip: the directory has two numbers of files");
	uint64_t end_of_directory = base + at;
	uint64_t count = u16(tail + at + 10), size = u32(tail + at + 12), start = u32(tail + at + 16);
	if (u16(tail + at + 4) || u16(tail + at + 6))
		fail(base + at, "zip: archives of several parts are not understood");
	if (count == 0xffff || size == 0xffffffff || start == 0xffffffff) {
		unsigned char wide[56];
		if (at < 20 || u32(tail + at - 20) != 0x07064b50)
			fail(base + at, "zip: the zip64 locator is not there");
		uint64_t place = u64(tail + at - 20 + 8);
		read_at(wide, sizeof wide, place, "the zip64 directory");
		if (u32(wide) != 0x06064b50)
			fail(place, "zip: the zip64 directory is not there");
		count = u64(wide + 32);
		size = u64(wide + 40);
		start = u64(wide + 48);
		end_of_directory = place;
	}
	if (start > archive_size || size > archive_size - start)
		fail(base + at, "zip: the directory lies behind the end");
	uint64_t place = start;
	for (; count; count--) {
		unsigned char head[46];
		static char name[LONGEST_NAME];
		static unsigned char extra[65536];
		if (place - start > size || size - (place - start) < sizeof head)
			fail(place, "zip: the directory has fewer files than it says");
		read_at(head, sizeof head, place, "the directory");
		unsigned name_size = u16(head + 28), extra_size = u16(head + 30);
		if (u32(head) != 0x02014b50)
			fail(place, "zip: the directory is damaged");
		if (name_size >= sizeof name)
			fail(place, "zip: a name is too long");
		read_at((unsigned char *)name, name_size, place + 46, "a name");
		name[name_size] = 0;
		if (strlen(name) != name_size)
			fail(place, "zip: a name is damaged");
		read_at(extra, extra_size, place + 46 + name_size, "an extra field");
		struct entry entry = { u32(head + 20), u32(head + 24), u32(head + 42), u32(head + 16),
			u16(head + 10) };
		take_zip64(&entry, extra, extra + extra_size, place);
		const char *plain = plain_name(name);
		find(name, name_size, &entry);
		/* Folders end in a slash; links are files with a Unix mode. */
		if (*plain && plain[strlen(plain) - 1] != '/' && matches(pattern, plain)) {
			if (head[5] == 3 && (u32(head + 38) >> 28) == 0xa)
				fail(place, "zip: %s is a link", plain);
			if (u16(head + 8) & 1)
				fail(place, "zip: %s is encrypted", plain);
			if (entry.method != 0 && entry.method != 8)
				fail(place, "zip: %s: compression method %u is not understood", plain,
					entry.method);
			if (entry.method == 0 && entry.packed != entry.size)
				fail(place, "zip: %s: its sizes differ", plain);
			zip_file(plain, &entry);
		}
		place += 46 + name_size + extra_size + u16(head + 32);
	}
	if (place - start != size || place != end_of_directory)
		fail(place, "zip: the directory has more than it says");
}
