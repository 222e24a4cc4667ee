/* Records in: big blocks from a descriptor, whole records in memory. */
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
	/* One trap a block. 64 KiB to 1 MiB take the same time (status codes of 256 MiB of plain log,
	 * native build, AMD EPYC, 2026-11-25: 0.14 to 0.15 s of CPU). */
	BLOCK = 256 << 10,
	LONGEST = 256 << 20,
	PADDING = 64,
};

zmr_reader zmr_input = { .format = { ZMR_DELIMITED, '\n' }, .name = "standard input" };

void zmr_input_format(zmr_format format)
{
	if (zmr_input.memory)
		zmr_fail("zmr_input_format: standard input has been read already");
	zmr_input.format = format;
}

zmr_reader *zmr_open(const char *path, zmr_format format)
{
	zmr_reader *reader = zmr_memory(sizeof *reader);
	*reader = (zmr_reader){ .format = format, .name = strdup(path) };
	reader->descriptor = open(path, O_RDONLY);
	if (reader->descriptor < 0)
		zmr_fail("%s: %s", path, strerror(errno));
	return reader;
}

void zmr_close(zmr_reader *reader)
{
	close(reader->descriptor);
	free(reader->memory);
	free((char *)reader->name);
	free(reader);
}

/* Offset in the input of a place in memory. */
static unsigned long long offset(const zmr_reader *reader, const char *at)
{
	return reader->before + (unsigned long long)(at - reader->memory);
}

/* Moves what was not handed out yet to the front, and reads one block behind it, with room for
 * a record that goes on. Answers the bytes read. */
static uint32_t more(zmr_reader *reader)
{
	uint32_t kept = (uint32_t)(reader->filled - reader->at);
	if (reader->ended)
		return 0;
	if (reader->at > reader->memory) {
		reader->before += (uint64_t)(reader->at - reader->memory);
		memmove(reader->memory, reader->at, kept);
	}
	if (kept + BLOCK > reader->capacity) {
		uint32_t larger = reader->capacity ? reader->capacity * 2 : 2 * BLOCK;
		if (kept > LONGEST)
			zmr_fail("%s: the record at byte %llu is longer than %d MiB", reader->name,
				(unsigned long long)reader->before, LONGEST >> 20);
		char *memory = realloc(reader->memory, larger + PADDING);
		if (!memory)
			zmr_fail("%s: no memory for the record at byte %llu", reader->name,
				(unsigned long long)reader->before);
		reader->memory = memory;
		reader->capacity = larger;
	}
	reader->at = reader->end = reader->memory;
	reader->filled = reader->memory + kept;
	ssize_t moved = read(reader->descriptor, reader->filled, BLOCK);
	if (moved < 0)
		zmr_fail("%s: byte %llu: %s", reader->name, offset(reader, reader->filled),
			strerror(errno));
	if (!moved)
		reader->ended = 1;
	reader->filled += moved;
	return (uint32_t)moved;
}

int zmr_fill(zmr_reader *reader)
{
	char delimiter = (char)reader->format.value;
	for (;;) {
		uint32_t kept = (uint32_t)(reader->filled - reader->at);
		uint32_t moved = more(reader);
		if (!moved) {
			if (!kept)
				return 0;
			/* The last record without its delimiter; there is always room for one. */
			*reader->filled++ = delimiter;
			reader->end = reader->filled;
			return 1;
		}
		char *first = reader->filled - moved;
		for (char *last = reader->filled; last > first; last--) {
			if (last[-1] != delimiter)
				continue;
			reader->end = last;
			return 1;
		}
	}
}

/* Makes sure that so many bytes are in memory; 0 when the input ends before. */
static int need(zmr_reader *reader, uint32_t size)
{
	while ((uint32_t)(reader->filled - reader->at) < size)
		if (!more(reader))
			return 0;
	return 1;
}

int zmr_read_sized(zmr_reader *reader, zmr_text *record)
{
	uint32_t size = reader->format.value, head = 0;
	if (reader->format.kind == ZMR_FIXED && !size)
		zmr_fail("%s: records of no bytes", reader->name);
	if (!need(reader, 1))
		return 0;
	if (reader->format.kind == ZMR_FRAMED) {
		head = 4;
		if (!need(reader, head))
			zmr_fail("%s: ends inside the length at byte %llu", reader->name,
				offset(reader, reader->at));
		memcpy(&size, reader->at, head);
	}
	if (size > LONGEST)
		zmr_fail("%s: the record at byte %llu says it has %u bytes, more than %d MiB",
			reader->name, offset(reader, reader->at), size, LONGEST >> 20);
	if (!need(reader, head + size))
		zmr_fail("%s: ends inside the record at byte %llu", reader->name,
			offset(reader, reader->at));
	*record = (zmr_text){ reader->at + head, size };
	reader->at += head + size;
	return 1;
}

int zmr_block(zmr_reader *reader, zmr_text *records)
{
	if (reader->format.kind != ZMR_DELIMITED)
		zmr_fail("%s: zmr_block needs records with a delimiter", reader->name);
	if (reader->at >= reader->end && !zmr_fill(reader))
		return 0;
	*records = (zmr_text){ reader->at, (uint32_t)(reader->end - reader->at) };
	reader->at = reader->end;
	return 1;
}

int zmr_pair(zmr_reader *reader, zmr_text *key, zmr_text *value)
{
	zmr_text line;
	if (!zmr_read(reader, &line))
		return 0;
	char *end = line.at + line.size, *tab = zmr_find_before(line.at, end, '\t');
	*key = (zmr_text){ line.at, (uint32_t)(tab - line.at) };
	*value = tab < end ? (zmr_text){ tab + 1, (uint32_t)(end - tab - 1) } : (zmr_text){ end, 0 };
	return 1;
}
