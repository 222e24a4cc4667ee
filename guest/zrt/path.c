/* Paths to nodes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include "node.h"

enum { MAX_LINKS = 40 };

struct zrt_node *zrt_working_directory;

static zrt_long walk(struct zrt_node *at, const char *path, enum zrt_follow follow, int *links,
	struct zrt_place *place)
{
	if (!*path)
		return -ENOENT;
	if (*path == '/')
		at = zrt_root;
	*place = (struct zrt_place){ .parent = at, .node = at };
	for (;;) {
		while (*path == '/')
			path++;
		if (!*path)
			return 0;
		const char *name = path;
		while (*path && *path != '/')
			path++;
		uint32_t length = path - name;
		int last = !path[strspn(path, "/")];
		if (length > NAME_MAX)
			return -ENAMETOOLONG;
		*place = (struct zrt_place){ .parent = at, .name = name, .length = length,
			.must_be_directory = last && *path };
		if (length == 1 && name[0] == '.') {
			place->node = at;
		} else if (length == 2 && name[0] == '.' && name[1] == '.') {
			place->node = at->directory.parent;
		} else if ((place->entry = zrt_find(at, name, length))) {
			place->node = place->entry->node;
		}
		struct zrt_node *node = place->node;
		if (node && node->kind == ZRT_LINK &&
		    (!last || follow == ZRT_FOLLOW || (follow == ZRT_NO_FOLLOW && *path))) {
			if (++*links > MAX_LINKS)
				return -ELOOP;
			zrt_long error = walk(at, node->target, ZRT_FOLLOW, links, place);
			if (error < 0)
				return error;
			place->must_be_directory |= last && *path;
			node = place->node;
		}
		if (!node)
			return last && !at->directory.removed ? 0 : -ENOENT;
		if (!last && node->kind != ZRT_DIRECTORY)
			return -ENOTDIR;
		if (last)
			return 0;
		at = node;
	}
}

zrt_long zrt_walk(struct zrt_node *at, const char *path, enum zrt_follow follow, struct zrt_place *place)
{
	int links = 0;
	if (strnlen(path, PATH_MAX) >= PATH_MAX)
		return -ENAMETOOLONG;
	return walk(at, path, follow, &links, place);
}

zrt_long zrt_base(int fd, const char *path, struct zrt_node **base)
{
	*base = zrt_working_directory;
	if (!*path)
		return -ENOENT;
	if (fd == AT_FDCWD || *path == '/')
		return 0;
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	if (file->node->kind != ZRT_DIRECTORY)
		return -ENOTDIR;
	*base = file->node;
	return 0;
}

zrt_long zrt_lookup(int fd, const char *path, enum zrt_follow follow, struct zrt_node **node)
{
	struct zrt_place place;
	zrt_long error = zrt_base(fd, path, node);
	if (!error)
		error = zrt_walk(*node, path, follow, &place);
	if (error < 0)
		return error;
	*node = place.node;
	return zrt_is_there(&place);
}

zrt_long zrt_is_there(const struct zrt_place *place)
{
	if (!place->node)
		return -ENOENT;
	return place->must_be_directory && place->node->kind != ZRT_DIRECTORY ? -ENOTDIR : 0;
}

zrt_long zrt_chdir(int fd, const char *path)
{
	struct zrt_node *node;
	if (path) {
		zrt_long error = zrt_lookup(AT_FDCWD, path, ZRT_FOLLOW, &node);
		if (error < 0)
			return error;
	} else {
		struct zrt_open_file *file = zrt_file(fd);
		if (!file)
			return -EBADF;
		node = file->node;
	}
	if (node->kind != ZRT_DIRECTORY)
		return -ENOTDIR;
	zrt_node_hold(node);
	zrt_node_release(zrt_working_directory);
	zrt_working_directory = node;
	return 0;
}

/* Written from the end of the buffer towards its start, then moved. */
zrt_long zrt_getcwd(char *buffer, uint32_t size)
{
	uint32_t start = size;
	struct zrt_node *node = zrt_working_directory;
	if (!size)
		return -ERANGE;
	if (node->directory.removed)
		return -ENOENT;
	buffer[--start] = 0;
	while (node != zrt_root) {
		struct zrt_node *parent = node->directory.parent;
		struct zrt_entry *entry = parent->directory.first;
		while (entry->node != node)
			entry = entry->next;
		if (start < entry->length + 1)
			return -ERANGE;
		start -= entry->length;
		memcpy(buffer + start, entry->name, entry->length);
		buffer[--start] = '/';
		node = parent;
	}
	if (size - start == 1) {
		if (!start)
			return -ERANGE;
		buffer[--start] = '/';
	}
	memmove(buffer, buffer + start, size - start);
	return size - start;
}
