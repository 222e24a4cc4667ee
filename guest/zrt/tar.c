/* Reads a tarball: ustar, pax, and GNU long names and links. Everything in it is hostile; what is
 * not understood ends the session with the offset and the rule. */
#include <errno.h>
#include <string.h>
#include "reader.h"
#include "tar.h"
#include "trap.h"

enum { MAX_EXTENSION = 1 << 20 };
/* Its nanoseconds still fit in 64 bits. */
static const int64_t LATEST_SECOND = 9000000000;

/* A directory's time is set when all that is in it is there. */
struct dated {
	struct dated *next;
	struct zrt_node *directory;
	int64_t modified;
};

struct tarball {
	struct zrt_reader reader;
	const char *channel_name;
	struct zrt_node *at;
	struct dated *dated;
	int64_t header_offset;
	/* Of the next member, from the headers before it; 0 when not given. */
	char *path, *link;
	uint32_t path_size, link_size;
	int64_t size, modified, uid, gid;
	int has_size, has_modified, has_uid, has_gid;
};

static __attribute__((noreturn)) void fail(struct tarball *tar, const char *rule)
{
	zrt_say_text(tar->channel_name);
	zrt_say_text(": byte ");
	zrt_say_number(tar->header_offset);
	zrt_say_text(": ");
	zrt_say_text(rule);
	zrt_say_text("\n");
	zrt_exit(EINVAL);
}

/* Octal digits, or GNU's base 256; -1 when it is neither or too large. */
static int64_t number(const char *field, uint32_t length)
{
	uint64_t value = 0;
	uint32_t i = 0;
	if (field[0] & 0x80) {
		if ((unsigned char)field[0] != 0x80)
			return -1; /* negative, or above 2^63 */
		for (i = 1; i < length; i++) {
			if (value >> 55)
				return -1;
			value = value << 8 | (unsigned char)field[i];
		}
		return value;
	}
	while (i < length && field[i] == ' ')
		i++;
	for (; i < length && field[i] >= '0' && field[i] <= '7'; i++) {
		if (value >> 59)
			return -1;
		value = value << 3 | (field[i] - '0');
	}
	for (; i < length; i++)
		if (field[i] && field[i] != ' ')
			return -1;
	return value;
}

static int checksum_matches(const struct zrt_tar_header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	int64_t plain = 0, with_sign = 0, wanted = number(header->checksum, sizeof header->checksum);
	for (uint32_t i = 0; i < ZRT_TAR_BLOCK; i++) {
		int blank = i >= offsetof(struct zrt_tar_header, checksum) &&
			    i < offsetof(struct zrt_tar_header, type);
		plain += blank ? ' ' : bytes[i];
		with_sign += blank ? ' ' : (signed char)bytes[i];
	}
	return wanted == plain || wanted == with_sign;
}

static void skip_padding(struct tarball *tar, int64_t size)
{
	if (size % ZRT_TAR_BLOCK && !zrt_reader_skip(&tar->reader, ZRT_TAR_BLOCK - size % ZRT_TAR_BLOCK))
		fail(tar, "the file ends inside a member");
}

/* A member's bytes as a string of their own. */
static char *text(struct tarball *tar, int64_t size)
{
	if (size > MAX_EXTENSION)
		fail(tar, "an extended header of more than 1 MiB");
	char *bytes = zrt_take(size + 1);
	if (!bytes)
		fail(tar, "no memory");
	if (zrt_reader_read(&tar->reader, bytes, size) < size)
		fail(tar, "the file ends inside a member");
	skip_padding(tar, size);
	return bytes;
}

static void keep(char **field, uint32_t *field_size, char *value, uint32_t size)
{
	zrt_give(*field, *field_size);
	*field = value;
	*field_size = size;
}

static void keep_copy(struct tarball *tar, char **field, uint32_t *field_size, const char *value,
	uint32_t length)
{
	char *copy = zrt_take(length + 1);
	if (!copy)
		fail(tar, "no memory");
	memcpy(copy, value, length);
	keep(field, field_size, copy, length + 1);
}

/* Digits with an optional sign and fraction, as nanoseconds (fraction) or as they are. */
static int64_t pax_number(struct tarball *tar, const char *value, uint32_t length, int fraction)
{
	int negative = length && *value == '-';
	int64_t whole = 0, nanoseconds = 0, unit = 100000000;
	uint32_t i = negative;
	for (; i < length && value[i] >= '0' && value[i] <= '9'; i++) {
		if (whole > (fraction ? LATEST_SECOND / 10 : INT64_MAX / 10 - 1))
			fail(tar, "a number in an extended header is too large");
		whole = whole * 10 + (value[i] - '0');
	}
	if (fraction && i < length && value[i] == '.')
		for (i++; i < length && value[i] >= '0' && value[i] <= '9'; i++, unit /= 10)
			nanoseconds += (value[i] - '0') * unit;
	if (i < length || i == (uint32_t)negative || (negative && !fraction))
		fail(tar, "a number in an extended header is none");
	if (fraction)
		whole = whole * 1000000000 + nanoseconds;
	return negative ? -whole : whole;
}

static int is(const char *key, uint32_t length, const char *name)
{
	return length == strlen(name) && !memcmp(key, name, length);
}

/* Records `LENGTH KEY=VALUE\n`, one after the other. */
static void pax(struct tarball *tar, const char *p, uint32_t size)
{
	const char *end = p + size;
	while (p < end) {
		const char *start = p;
		uint32_t length = 0;
		while (p < end && *p >= '0' && *p <= '9' && length <= MAX_EXTENSION)
			length = length * 10 + (*p++ - '0');
		if (p == start || p == end || *p != ' ' || length > (uint32_t)(end - start) ||
		    length <= (uint32_t)(p + 1 - start) || start[length - 1] != '\n')
			fail(tar, "a record of an extended header has a wrong length");
		const char *key = p + 1, *stop = start + length - 1;
		const char *equals = memchr(key, '=', stop - key);
		if (!equals)
			fail(tar, "a record of an extended header has no =");
		uint32_t key_length = equals - key, value_length = stop - equals - 1;
		const char *value = equals + 1;
		p = start + length;
		if (is(key, key_length, "path") || is(key, key_length, "linkpath")) {
			if (memchr(value, 0, value_length))
				fail(tar, "a name with a NUL in it");
			if (*key == 'p')
				keep_copy(tar, &tar->path, &tar->path_size, value, value_length);
			else
				keep_copy(tar, &tar->link, &tar->link_size, value, value_length);
		} else if (is(key, key_length, "size")) {
			tar->size = pax_number(tar, value, value_length, 0);
			tar->has_size = 1;
		} else if (is(key, key_length, "mtime")) {
			tar->modified = pax_number(tar, value, value_length, 1);
			tar->has_modified = 1;
		} else if (is(key, key_length, "uid")) {
			tar->uid = pax_number(tar, value, value_length, 0);
			tar->has_uid = 1;
		} else if (is(key, key_length, "gid")) {
			tar->gid = pax_number(tar, value, value_length, 0);
			tar->has_gid = 1;
		} else if (key_length >= 10 && !memcmp(key, "GNU.sparse", 10)) {
			fail(tar, "sparse members are not supported: pack without --sparse");
		}
	}
}

static uint32_t field_length(const char *field, uint32_t size)
{
	const char *end = memchr(field, 0, size);
	return end ? (uint32_t)(end - field) : size;
}

/* Name and link of the ustar header, unless an extension gave them. */
static void names(struct tarball *tar, const struct zrt_tar_header *header)
{
	char name[sizeof header->prefix + 1 + sizeof header->name];
	uint32_t length = 0;
	if (!tar->path) {
		/* GNU's old format has other things where ustar has the prefix. */
		if (!memcmp(header->magic, "ustar\0", 6) && header->prefix[0]) {
			length = field_length(header->prefix, sizeof header->prefix);
			memcpy(name, header->prefix, length);
			name[length++] = '/';
		}
		uint32_t rest = field_length(header->name, sizeof header->name);
		memcpy(name + length, header->name, rest);
		keep_copy(tar, &tar->path, &tar->path_size, name, length + rest);
	}
	if (!tar->link)
		keep_copy(tar, &tar->link, &tar->link_size, header->link,
			field_length(header->link, sizeof header->link));
}

static void load_content(struct tarball *tar, struct zrt_node *node, int64_t size)
{
	if (tar->reader.seeks) {
		/* The bytes stay in the channel until somebody reads them. */
		node->content.channel = tar->reader.channel;
		node->content.offset = tar->reader.position;
		node->content.source_size = node->size = size;
		if (!zrt_reader_skip(&tar->reader, size))
			fail(tar, "the file ends inside a member");
		return;
	}
	node->size = 0;
	for (int64_t done = 0; done < size;) {
		uint32_t piece = size - done > ZRT_PAGE ? ZRT_PAGE : size - done;
		char *page = zrt_content_page(node, done / ZRT_PAGE);
		if (!page)
			fail(tar, "no memory for its files");
		if (zrt_reader_read(&tar->reader, page, piece) < piece)
			fail(tar, "the file ends inside a member");
		done += piece;
	}
	node->size = size;
}

static void member(struct tarball *tar, const struct zrt_tar_header *header, int64_t size)
{
	int64_t modified = number(header->mtime, sizeof header->mtime);
	if (modified < 0 || modified > LATEST_SECOND)
		fail(tar, "a time before 1970 or after 2255");
	names(tar, header);
	struct zrt_member member = {
		.type = header->type ? header->type : '0', .path = tar->path, .link = tar->link,
		.mode = number(header->mode, sizeof header->mode) & 07777,
		.uid = tar->has_uid ? tar->uid : number(header->uid, sizeof header->uid),
		.gid = tar->has_gid ? tar->gid : number(header->gid, sizeof header->gid),
		.size = tar->has_size ? tar->size : size,
		.modified = tar->has_modified ? tar->modified : modified * 1000000000,
	};
	uint32_t length = strlen(member.path);
	if (member.type == '7' || (member.type == '0' && length && member.path[length - 1] == '/'))
		member.type = member.type == '7' ? '0' : '5';
	struct zrt_node *node = 0;
	const char *problem = zrt_tar_add(tar->at, &member, &node);
	if (problem)
		fail(tar, problem);
	int64_t bytes = member.type == '1' || member.type == '2' || member.type == '5' ? 0 : member.size;
	if (node && member.type == '5') {
		struct dated *dated = zrt_take(sizeof *dated);
		if (!dated)
			fail(tar, "no memory");
		*dated = (struct dated){ tar->dated, node, member.modified };
		tar->dated = dated;
	}
	if (node && member.type == '0') {
		load_content(tar, node, bytes);
		node->modified = node->changed = member.modified;
	} else if (!zrt_reader_skip(&tar->reader, bytes)) {
		fail(tar, "the file ends inside a member");
	}
	skip_padding(tar, bytes);
	keep(&tar->path, &tar->path_size, 0, 0);
	keep(&tar->link, &tar->link_size, 0, 0);
	tar->has_size = tar->has_modified = tar->has_uid = tar->has_gid = 0;
}

/* The list has the last member first; of a directory that comes twice, the last one counts. */
static void date_directories(struct dated *dated)
{
	struct dated *forwards = 0;
	while (dated) {
		struct dated *next = dated->next;
		dated->next = forwards;
		forwards = dated;
		dated = next;
	}
	while (forwards) {
		struct dated *next = forwards->next;
		forwards->directory->modified = forwards->directory->changed = forwards->modified;
		zrt_give(forwards, sizeof *forwards);
		forwards = next;
	}
}

void zrt_tar_load(int channel, struct zrt_node *at)
{
	struct tarball tar = { .at = at, .channel_name = ZVM_MANIFEST->channels[channel].name };
	struct zrt_tar_header header;
	static const struct zrt_tar_header zeros;
	if (!zrt_reader_open(&tar.reader, channel))
		fail(&tar, "no memory");
	for (;;) {
		tar.header_offset = tar.reader.position;
		uint32_t got = zrt_reader_read(&tar.reader, &header, sizeof header);
		/* Two blocks of zeros end a tarball; some writers leave them out. */
		if (!got || (got == sizeof header && !memcmp(&header, &zeros, sizeof header)))
			break;
		if (got < sizeof header)
			fail(&tar, "the file ends inside a header");
		if (!checksum_matches(&header))
			fail(&tar, "not a tar header: its checksum is wrong");
		int64_t size = number(header.size, sizeof header.size);
		if (size < 0)
			fail(&tar, "a size that is no number");
		switch (header.type) {
		case 'L': keep(&tar.path, &tar.path_size, text(&tar, size), size + 1); break;
		case 'K': keep(&tar.link, &tar.link_size, text(&tar, size), size + 1); break;
		case 'x':
		case 'X':
		case 'g': {
			char *records = text(&tar, size);
			/* What a global header says (a commit, a comment) is not needed here. */
			if (header.type != 'g')
				pax(&tar, records, size);
			zrt_give(records, size + 1);
			break;
		}
		case 0: case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
			member(&tar, &header, size);
			break;
		case 'S': fail(&tar, "sparse members are not supported: pack without --sparse");
		case 'M': fail(&tar, "a piece of a tarball of several volumes");
		case 'V':
			if (!zrt_reader_skip(&tar.reader, size))
				fail(&tar, "the file ends inside a member");
			skip_padding(&tar, size);
			break;
		default: fail(&tar, "a member of a type that is not known");
		}
	}
	date_directories(tar.dated);
	keep(&tar.path, &tar.path_size, 0, 0);
	keep(&tar.link, &tar.link_size, 0, 0);
	zrt_reader_close(&tar.reader);
}
