/* getdents: `.`, `..`, then the names in the order in which they were made. A place in a directory
 * is the cookie of the next entry, so that removing what was read disturbs nothing. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "node.h"

struct row {
	struct zrt_node *node;
	const char *name;
	uint32_t length;
	int64_t next;
};

static int put(char *buffer, uint32_t size, uint32_t *used, const struct row *row)
{
	uint32_t length = offsetof(struct dirent, d_name) + row->length + 1;
	length = (length + 7) & ~7u;
	if (length > size - *used)
		return 0;
	struct dirent *entry = (struct dirent *)(buffer + *used);
	memset(entry, 0, length);
	entry->d_ino = row->node->number;
	entry->d_off = row->next;
	entry->d_reclen = length;
	entry->d_type = (row->node->mode & S_IFMT) >> 12;
	memcpy(entry->d_name, row->name, row->length);
	*used += length;
	return 1;
}

zrt_long zrt_getdents(int fd, char *buffer, uint32_t size)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	struct zrt_node *node = file->node;
	if (node->kind != ZRT_DIRECTORY)
		return -ENOTDIR;
	struct zrt_node *parent = node->directory.parent;
	if (node->directory.removed)
		return 0;
	uint32_t used = 0;
	const struct row dots[] = { { node, ".", 1, 1 }, { parent, "..", 2, 3 } };
	for (int i = file->position > 0; i < 2 && file->position < 3; i++) {
		if (!put(buffer, size, &used, &dots[i]))
			return used ? (zrt_long)used : -EINVAL;
		file->position = dots[i].next;
	}
	struct zrt_entry *entry = node->directory.first;
	while (entry && entry->cookie < file->position)
		entry = entry->next;
	for (; entry; entry = entry->next) {
		struct row row = { entry->node, entry->name, entry->length, entry->cookie + 1 };
		if (!put(buffer, size, &used, &row))
			return used ? (zrt_long)used : -EINVAL;
		file->position = row.next;
	}
	return used;
}
