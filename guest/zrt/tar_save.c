/* Writes a directory as a tarball: ustar, with a pax header before a member that needs one. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "tar.h"
#include "trap.h"

enum { BUFFER = 65536, MAX_RECORDS = 2 * PATH_MAX + 256 };

/* The first name of a file that has several. */
struct linked {
	struct linked *next;
	const struct zrt_node *node;
	char path[];
};

struct output {
	int channel;
	int64_t position;
	char *buffer;
	uint32_t filled;
	zrt_long error;
	struct linked *links;
	struct output *kept;	/* 0: everything is a member */
	char path[PATH_MAX];
};

static void flush(struct output *out)
{
	for (uint32_t done = 0; done < out->filled && !out->error;) {
		zrt_settle();
		int moved = zvm_trap(TRAP_WRITE, out->channel, (uint32_t)(out->buffer + done),
			out->filled - done, out->position);
		if (moved <= 0) {
			out->error = moved ? moved : -EIO;
			break;
		}
		done += moved;
		out->position += moved;
	}
	out->filled = 0;
}

static void put(struct output *out, const void *bytes, uint32_t size)
{
	while (size && !out->error) {
		uint32_t piece = BUFFER - out->filled < size ? BUFFER - out->filled : size;
		memcpy(out->buffer + out->filled, bytes, piece);
		out->filled += piece;
		bytes = (const char *)bytes + piece;
		size -= piece;
		if (out->filled == BUFFER)
			flush(out);
	}
}

static void pad(struct output *out, int64_t size)
{
	static const char zeros[ZRT_TAR_BLOCK];
	if (size % ZRT_TAR_BLOCK)
		put(out, zeros, ZRT_TAR_BLOCK - size % ZRT_TAR_BLOCK);
}

/* Octal digits and a NUL, or what fits of them: then a pax record has the value. */
static void octal(char *field, uint32_t size, uint64_t value)
{
	field[size - 1] = 0;
	for (uint32_t i = size - 1; i-- > 0; value >>= 3)
		field[i] = '0' + (value & 7);
}

static void finish(struct zrt_tar_header *header)
{
	uint32_t sum = 0;
	memcpy(header->magic, "ustar", 6);
	memcpy(header->version, "00", 2);
	memset(header->checksum, ' ', sizeof header->checksum);
	for (uint32_t i = 0; i < sizeof *header; i++)
		sum += ((unsigned char *)header)[i];
	octal(header->checksum, 7, sum);
}

static uint32_t decimal(char *to, int64_t value)
{
	char digits[20];
	uint32_t count = 0, length = 0;
	if (value < 0)
		to[length++] = '-';
	for (uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value; rest || !count; rest /= 10)
		digits[count++] = '0' + rest % 10;
	while (count)
		to[length++] = digits[--count];
	return length;
}

/* `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
static uint32_t record(char *to, const char *key, const char *value, uint32_t size)
{
	char digits[20];
	uint32_t rest = 1 + strlen(key) + 1 + size + 1, length = rest + 1;
	while (decimal(digits, length) + rest != length)
		length++;
	uint32_t at = decimal(to, length);
	to[at++] = ' ';
	memcpy(to + at, key, strlen(key));
	at += strlen(key);
	to[at++] = '=';
	memcpy(to + at, value, size);
	to[length - 1] = '\n';
	return length;
}

static uint32_t number_record(char *to, const char *key, int64_t value)
{
	char digits[20];
	return record(to, key, digits, decimal(digits, value));
}

static void extended(struct output *out, const char *records, uint32_t size)
{
	struct zrt_tar_header header = { .name = "././@PaxHeader", .type = 'x' };
	octal(header.mode, sizeof header.mode, 0644);
	octal(header.size, sizeof header.size, size);
	octal(header.mtime, sizeof header.mtime, 0);
	finish(&header);
	put(out, &header, sizeof header);
	put(out, records, size);
	pad(out, size);
}

static const char *first_name(struct output *out, const struct zrt_node *node, const char *path)
{
	for (struct linked *link = out->links; link; link = link->next)
		if (link->node == node)
			return link->path;
	struct linked *link = zrt_take(sizeof *link + strlen(path) + 1);
	if (!link) {
		out->error = -ENOMEM;
		return 0;
	}
	link->next = out->links;
	link->node = node;
	strcpy(link->path, path);
	out->links = link;
	return 0;
}

static void content(struct output *out, struct zrt_node *node)
{
	char piece[ZRT_PAGE];
	for (int64_t done = 0; done < node->size && !out->error;) {
		zrt_long moved = zrt_content_read(node, piece, sizeof piece, done);
		if (moved <= 0)
			out->error = moved ? moved : -EIO;
		else
			put(out, piece, moved);
		done += moved;
	}
	pad(out, node->size);
}

static void member(struct output *out, struct zrt_node *node)
{
	static const char types[] = { [ZRT_REGULAR] = '0', [ZRT_DIRECTORY] = '5', [ZRT_LINK] = '2',
		[ZRT_FIFO] = '6' };
	char *records = zrt_take(MAX_RECORDS);
	if (!records) {
		out->error = -ENOMEM;
		return;
	}
	struct zrt_tar_header header = { .type = types[node->kind] };
	uint32_t path = strlen(out->path), used = 0;
	const char *link = node->kind == ZRT_LINK ? node->target : 0;
	if (node->kind == ZRT_REGULAR && node->links > 1 &&
	    (link = first_name(out, node, out->path)))
		header.type = '1';
	uint32_t link_length = link ? strlen(link) : 0;
	int64_t size = header.type == '0' ? node->size : 0, seconds = zrt_seconds(node->modified, 0);
	if (path > sizeof header.name)
		used += record(records + used, "path", out->path, path);
	if (link_length > sizeof header.link)
		used += record(records + used, "linkpath", link, link_length);
	if (size >> 33)
		used += number_record(records + used, "size", size);
	if (seconds < 0)
		used += number_record(records + used, "mtime", seconds);
	if (node->uid >> 21)
		used += number_record(records + used, "uid", node->uid);
	if (node->gid >> 21)
		used += number_record(records + used, "gid", node->gid);
	if (used)
		extended(out, records, used);
	zrt_give(records, MAX_RECORDS);
	memcpy(header.name, out->path, path < sizeof header.name ? path : sizeof header.name);
	if (link)
		memcpy(header.link, link,
			link_length < sizeof header.link ? link_length : sizeof header.link);
	octal(header.mode, sizeof header.mode, node->mode & 07777);
	octal(header.uid, sizeof header.uid, node->uid >> 21 ? 0 : node->uid);
	octal(header.gid, sizeof header.gid, node->gid >> 21 ? 0 : node->gid);
	octal(header.size, sizeof header.size, size >> 33 ? 0 : size);
	octal(header.mtime, sizeof header.mtime, seconds < 0 ? 0 : seconds);
	finish(&header);
	put(out, &header, sizeof header);
	if (header.type == '0')
		content(out, node);
}

/* `moved`: a directory above has another name now, or none of its names is from a tarball. */
static int is_kept(const struct zrt_node *node, int moved)
{
	return !moved && node->as_loaded && (node->kind == ZRT_DIRECTORY || node->links == 1);
}

static void below(struct output *out, struct zrt_node *directory, uint32_t length, int moved)
{
	for (struct zrt_entry *entry = directory->directory.first; entry; entry = entry->next) {
		struct zrt_node *node = entry->node;
		/* /dev is the session's; a name too long for a path could not be read again. */
		if (node->kind >= ZRT_CHANNEL || (node->kind == ZRT_DIRECTORY && node->directory.sealed))
			continue;
		if (length + entry->length + 2 > PATH_MAX) {
			out->error = -ENAMETOOLONG;
			return;
		}
		memcpy(out->path + length, entry->name, entry->length + 1);
		uint32_t end = length + entry->length;
		int kept = out->kept && is_kept(node, moved);
		if (kept)
			put(out->kept, out->path, end + 1);
		if (node->kind == ZRT_DIRECTORY)
			strcpy(out->path + end++, "/");
		if (!kept)
			member(out, node);
		if (node->kind == ZRT_DIRECTORY)
			below(out, node, end, moved || !node->as_loaded);
		if (out->error)
			return;
	}
}

zrt_long zrt_tar_save(int channel, int kept_channel, struct zrt_node *at)
{
	static struct output out, kept;
	static const char zeros[2 * ZRT_TAR_BLOCK];
	out = (struct output){ .channel = channel, .buffer = zrt_take(BUFFER) };
	if (!out.buffer)
		return -ENOMEM;
	if (kept_channel >= 0) {
		kept = (struct output){ .channel = kept_channel, .buffer = zrt_take(BUFFER) };
		if (!kept.buffer)
			return -ENOMEM;
		out.kept = &kept;
	}
	below(&out, at, 0, 0);
	put(&out, zeros, sizeof zeros);
	flush(&out);
	flush(&kept);
	return out.error ? out.error : kept.error;
}
