/* What changes the tree of names. Permissions are bookkeeping: they are kept and shown, and never
 * stand in the way. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "node.h"

uint32_t zrt_umask = 022;

uint32_t zrt_set_umask(uint32_t mask)
{
	uint32_t before = zrt_umask;
	zrt_umask = mask & 0777;
	return before;
}

/* renameat2's flag; <stdio.h> has it for _GNU_SOURCE only in later versions. */
enum { NO_REPLACE = 1 };

static zrt_long find_place(int fd, const char *path, struct zrt_place *place)
{
	struct zrt_node *base;
	zrt_long error = zrt_base(fd, path, &base);
	return error ? error : zrt_walk(base, path, ZRT_NAME, place);
}

/* Devices and the directories of devices are part of the session, not of the tree. */
static int fixed(const struct zrt_node *node)
{
	return node->kind >= ZRT_CHANNEL || (node->kind == ZRT_DIRECTORY && node->directory.sealed);
}

zrt_long zrt_create(const struct zrt_place *place, enum zrt_kind kind, uint32_t mode,
	struct zrt_node **created)
{
	if (place->parent->directory.sealed)
		return -EACCES;
	struct zrt_node *node = zrt_node_new(kind, mode);
	if (!node)
		return -ENOSPC;
	zrt_node_hold(node);
	zrt_long error = zrt_enter(place->parent, place->name, place->length, node);
	*created = node;
	zrt_node_release(node); /* frees it again if it could not be entered */
	return error;
}

static zrt_long make(int fd, const char *path, enum zrt_kind kind, uint32_t mode)
{
	struct zrt_place place;
	struct zrt_node *node;
	zrt_long error = find_place(fd, path, &place);
	if (error < 0)
		return error;
	if (place.node)
		return -EEXIST;
	if (place.must_be_directory && kind != ZRT_DIRECTORY)
		return -ENOENT;
	return zrt_create(&place, kind, mode, &node);
}

zrt_long zrt_mkdir(int fd, const char *path, uint32_t mode)
{
	return make(fd, path, ZRT_DIRECTORY, S_IFDIR | (mode & ~zrt_umask & 01777));
}

/* Files and FIFOs; devices are the session's. */
zrt_long zrt_mknod(int fd, const char *path, uint32_t mode)
{
	uint32_t bits = mode & ~zrt_umask & 07777;
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG: return make(fd, path, ZRT_REGULAR, S_IFREG | bits);
	case S_IFIFO: return make(fd, path, ZRT_FIFO, S_IFIFO | bits);
	}
	return -EPERM;
}

zrt_long zrt_symlink(const char *target, int fd, const char *path)
{
	struct zrt_place place;
	struct zrt_node *node;
	uint32_t length = strnlen(target, PATH_MAX);
	if (!length)
		return -ENOENT;
	if (length == PATH_MAX)
		return -ENAMETOOLONG;
	zrt_long error = find_place(fd, path, &place);
	if (error < 0)
		return error;
	if (place.node)
		return -EEXIST;
	if (place.must_be_directory)
		return -ENOENT;
	char *copy = zrt_take(length + 1);
	if (!copy)
		return -ENOSPC;
	error = zrt_create(&place, ZRT_LINK, S_IFLNK | 0777, &node);
	if (error < 0) {
		zrt_give(copy, length + 1);
		return error;
	}
	memcpy(copy, target, length);
	node->target = copy;
	node->size = length;
	return 0;
}

zrt_long zrt_readlink(int fd, const char *path, char *buffer, uint32_t size)
{
	struct zrt_node *node;
	zrt_long error = zrt_lookup(fd, path, ZRT_NO_FOLLOW, &node);
	if (error < 0)
		return error;
	if (node->kind != ZRT_LINK || !size)
		return -EINVAL;
	if (size > node->size)
		size = node->size;
	memcpy(buffer, node->target, size);
	return size;
}

zrt_long zrt_link(int old_fd, const char *old, int new_fd, const char *new, int flags)
{
	struct zrt_node *node;
	struct zrt_place place;
	zrt_long error = zrt_lookup(old_fd, old, flags & AT_SYMLINK_FOLLOW ? ZRT_FOLLOW : ZRT_NO_FOLLOW, &node);
	if (!error)
		error = find_place(new_fd, new, &place);
	if (error < 0)
		return error;
	if (place.node)
		return -EEXIST;
	if (place.must_be_directory)
		return -ENOENT;
	if (node->kind == ZRT_DIRECTORY || fixed(node))
		return -EPERM;
	if (place.parent->directory.sealed)
		return -EACCES;
	return zrt_enter(place.parent, place.name, place.length, node);
}

/* Takes a found name out of its directory: rmdir's rules or unlink's. */
zrt_long zrt_detach(const struct zrt_place *place, int directory)
{
	struct zrt_node *node = place->node;
	if (!node)
		return -ENOENT;
	if (node->kind != ZRT_DIRECTORY && (directory || place->must_be_directory))
		return -ENOTDIR;
	if (node->kind == ZRT_DIRECTORY && !directory)
		return -EISDIR;
	if (!place->entry) {
		if (node == zrt_root && !place->name)
			return -EBUSY;
		return place->length == 1 ? -EINVAL : -ENOTEMPTY; /* . and .. */
	}
	if (fixed(node))
		return -EPERM;
	if (directory && node->directory.count)
		return -ENOTEMPTY;
	zrt_remove(place->parent, place->entry);
	return 0;
}

zrt_long zrt_unlink(int fd, const char *path, int flags)
{
	struct zrt_place place;
	zrt_long error = find_place(fd, path, &place);
	return error < 0 ? error : zrt_detach(&place, flags & AT_REMOVEDIR);
}

static int is_below(const struct zrt_node *node, const struct zrt_node *ancestor)
{
	while (node != ancestor && node != zrt_root)
		node = node->directory.parent;
	return node == ancestor;
}

/* `.`, `..` or `/`: names that no entry has. */
static int is_dots(const struct zrt_place *place)
{
	return !place->name || (place->length <= 2 && !memcmp(place->name, "..", place->length));
}

zrt_long zrt_rename(int old_fd, const char *old, int new_fd, const char *new, uint32_t flags)
{
	struct zrt_place from, to;
	if (flags & ~NO_REPLACE)
		return -EINVAL;
	zrt_long error = find_place(old_fd, old, &from);
	if (!error)
		error = find_place(new_fd, new, &to);
	if (error < 0)
		return error;
	if (is_dots(&from) || is_dots(&to))
		return -EBUSY;
	error = zrt_is_there(&from);
	if (error < 0)
		return error;
	if (to.node && flags & NO_REPLACE)
		return -EEXIST;
	struct zrt_node *node = from.node;
	if (fixed(node) || (to.node && fixed(to.node)))
		return -EPERM;
	if (to.parent->directory.sealed)
		return -EACCES;
	int directory = node->kind == ZRT_DIRECTORY;
	if (directory && is_below(to.parent, node))
		return -EINVAL;
	if (!directory && (from.must_be_directory || to.must_be_directory))
		return -ENOTDIR;
	if (to.node == node)
		return 0;
	if (to.node) {
		if (to.node->kind == ZRT_DIRECTORY && is_below(from.parent, to.node))
			return -ENOTEMPTY;
		if (directory && to.node->kind != ZRT_DIRECTORY)
			return -ENOTDIR;
		if (!directory && to.node->kind == ZRT_DIRECTORY)
			return -EISDIR;
		error = zrt_detach(&to, directory);
		if (error < 0)
			return error;
	}
	/* Held, since for a moment it has no name. A directory keeps its own `.`. */
	zrt_node_hold(node);
	uint32_t links = node->links;
	error = zrt_enter(to.parent, to.name, to.length, node);
	if (!error) {
		struct zrt_node *parent = to.parent;
		zrt_remove(from.parent, from.entry);
		node->links = links;
		if (directory) {
			/* It was not removed: it has another parent. */
			node->directory.removed = 0;
			node->directory.parent = parent;
			zrt_node_release(from.parent);
		}
	}
	zrt_node_release(node);
	return error;
}

/* The node behind a descriptor (path 0) or a path. */
static zrt_long node_of(int fd, const char *path, int flags, struct zrt_node **node)
{
	if (path && (*path || !(flags & AT_EMPTY_PATH)))
		return zrt_lookup(fd, path, !(flags & AT_SYMLINK_NOFOLLOW), node);
	struct zrt_open_file *file = zrt_file(fd);
	if (file)
		*node = file->node;
	else if (fd == AT_FDCWD)
		*node = zrt_working_directory;
	else
		return -EBADF;
	return 0;
}

zrt_long zrt_chmod(int fd, const char *path, uint32_t mode)
{
	struct zrt_node *node;
	zrt_long error = node_of(fd, path, 0, &node);
	if (error < 0)
		return error;
	node->mode = (node->mode & S_IFMT) | (mode & 07777);
	zrt_change(node);
	return 0;
}

zrt_long zrt_chown(int fd, const char *path, uint32_t uid, uint32_t gid, int flags)
{
	struct zrt_node *node;
	zrt_long error = node_of(fd, path, flags, &node);
	if (error < 0)
		return error;
	if (uid != -1u)
		node->uid = uid;
	if (gid != -1u)
		node->gid = gid;
	zrt_change(node);
	return 0;
}

zrt_long zrt_utimens(int fd, const char *path, const struct zrt_timespec *times, int flags)
{
	struct zrt_node *node;
	zrt_long error = node_of(fd, path, flags, &node);
	if (error < 0)
		return error;
	int64_t now = zrt_clock_nanoseconds(), *fields[] = { &node->accessed, &node->modified };
	for (int i = 0; i < 2; i++) {
		/* The upper half of the nanoseconds is padding. */
		int32_t nanoseconds = times ? (int32_t)times[i].nanoseconds : UTIME_NOW;
		if (nanoseconds == UTIME_OMIT)
			continue;
		if (nanoseconds == UTIME_NOW) {
			*fields[i] = now;
			continue;
		}
		if (nanoseconds < 0 || nanoseconds >= 1000000000)
			return -EINVAL;
		int64_t value;
		if (__builtin_mul_overflow(times[i].seconds, (int64_t)1000000000, &value) ||
		    __builtin_add_overflow(value, (int64_t)nanoseconds, &value))
			return -EINVAL;
		*fields[i] = value;
	}
	node->as_loaded = 0;
	node->changed = now;
	return 0;
}

zrt_long zrt_truncate(int fd, const char *path, int64_t size)
{
	struct zrt_node *node;
	zrt_long error;
	if (path) {
		error = zrt_lookup(AT_FDCWD, path, ZRT_FOLLOW, &node);
		if (error < 0)
			return error;
	} else {
		struct zrt_open_file *file = zrt_file(fd);
		if (!file)
			return -EBADF;
		if (ZRT_ACCESS(file->flags) == O_RDONLY)
			return -EINVAL;
		node = file->node;
	}
	if (node->kind == ZRT_DIRECTORY)
		return -EISDIR;
	if (node->kind != ZRT_REGULAR)
		return -EINVAL;
	error = zrt_content_resize(node, size);
	if (!error)
		node->modified = zrt_change(node);
	return error;
}

/* posix_fallocate: the file is as long as it says; its memory is found when it is written. */
zrt_long zrt_allocate(int fd, int mode, int64_t offset, int64_t size)
{
	struct zrt_open_file *file = zrt_file(fd);
	int64_t end;
	if (!file || ZRT_ACCESS(file->flags) == O_RDONLY)
		return -EBADF;
	if (offset < 0 || size <= 0)
		return -EINVAL;
	if (mode)
		return -EOPNOTSUPP;
	if (file->node->kind == ZRT_FIFO)
		return -ESPIPE;
	if (file->node->kind != ZRT_REGULAR)
		return -ENODEV;
	if (__builtin_add_overflow(offset, size, &end))
		return -EFBIG;
	return end > file->node->size ? zrt_truncate(fd, 0, end) : 0;
}

/* posix_fadvise: everything is in memory already. */
zrt_long zrt_advise(int fd, int64_t size, int advice)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	if (file->node->kind == ZRT_FIFO)
		return -ESPIPE;
	return size < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE ? -EINVAL : 0;
}
