/* Descriptors. A descriptor names an open file; an open file names a node and keeps the place where
 * the next sequential access goes. Descriptors 0, 1 and 2 are channels 0, 1 and 2, as the contract
 * numbers them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "node.h"

static struct zrt_open_file files[ZRT_MAX_FDS];
/* 1 + index of the open file; 0 when the descriptor is closed. */
static short descriptors[ZRT_MAX_FDS];
static uint8_t closes_on_exec[ZRT_MAX_FDS]; /* kept to be shown: there is no exec */

struct zrt_open_file *zrt_file(int fd)
{
	if (fd < 0 || fd >= ZRT_MAX_FDS || !descriptors[fd])
		return 0;
	return &files[descriptors[fd] - 1];
}

/* An open file on the lowest free descriptor. */
zrt_long zrt_open_node(struct zrt_node *node, int flags)
{
	int fd = 0, i = 0;
	while (fd < ZRT_MAX_FDS && descriptors[fd])
		fd++;
	if (fd == ZRT_MAX_FDS)
		return -EMFILE;
	while (files[i].references) /* never more of them than descriptors */
		i++;
	files[i] = (struct zrt_open_file){ 1, node, flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC), 0 };
	descriptors[fd] = i + 1;
	closes_on_exec[fd] = (flags & O_CLOEXEC) != 0;
	zrt_node_hold(node);
	if (node->kind == ZRT_FIFO) {
		node->content.readers += ZRT_ACCESS(flags) != O_WRONLY;
		node->content.writers += ZRT_ACCESS(flags) != O_RDONLY;
	}
	return fd;
}

static zrt_long open_existing(struct zrt_node *node, int flags)
{
	int mode = ZRT_ACCESS(flags);
	int writes = mode != O_RDONLY;
	if (node->kind == ZRT_LINK)
		return flags & O_PATH ? zrt_open_node(node, flags) : -ELOOP;
	if (node->kind == ZRT_DIRECTORY && (writes || flags & (O_CREAT | O_TRUNC)))
		return -EISDIR;
	if (node->kind != ZRT_DIRECTORY && flags & O_DIRECTORY)
		return -ENOTDIR;
	if (node->kind == ZRT_CHANNEL && ((mode != O_WRONLY && !(node->mode & 0444)) ||
					  (writes && !(node->mode & 0222))))
		return -EACCES;
	zrt_long fd = zrt_open_node(node, flags);
	if (fd >= 0 && flags & O_TRUNC && node->kind == ZRT_REGULAR) {
		zrt_content_resize(node, 0);
		node->modified = zrt_change(node);
	}
	return fd;
}

zrt_long zrt_open(int at, const char *path, int flags, uint32_t mode)
{
	struct zrt_node *node;
	struct zrt_place place;
	if ((flags & (O_TMPFILE & ~O_DIRECTORY)))
		return -EOPNOTSUPP;
	if ((flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		return -EINVAL;
	uint32_t length = strlen(path);
	int to_be_directory = flags & O_CREAT && length && path[length - 1] == '/';
	int exclusive = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
	zrt_long error = zrt_base(at, path, &node);
	if (!error)
		error = zrt_walk(node, path,
			to_be_directory ? ZRT_NAME
			: exclusive || flags & O_NOFOLLOW ? ZRT_NO_FOLLOW : ZRT_FOLLOW, &place);
	if (error < 0)
		return error;
	if (place.node && exclusive && (!to_be_directory || !place.entry))
		return -EEXIST;
	if (to_be_directory || (flags & O_CREAT && place.must_be_directory))
		return -EISDIR; /* open makes no directories */
	error = zrt_is_there(&place);
	if (!error)
		return open_existing(place.node, flags);
	if (error != -ENOENT || !(flags & O_CREAT))
		return error;
	error = zrt_create(&place, ZRT_REGULAR, S_IFREG | (mode & 07777 & ~zrt_umask), &node);
	return error < 0 ? error : zrt_open_node(node, flags);
}

zrt_long zrt_close(int fd)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	descriptors[fd] = 0;
	if (--file->references)
		return 0;
	struct zrt_node *node = file->node;
	if (node->kind == ZRT_FIFO) {
		node->content.readers -= ZRT_ACCESS(file->flags) != O_WRONLY;
		node->content.writers -= ZRT_ACCESS(file->flags) != O_RDONLY;
	}
	zrt_node_release(node);
	return 0;
}

zrt_long zrt_pread(int fd, void *buffer, uint32_t size, int64_t offset)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file || ZRT_ACCESS(file->flags) == O_WRONLY || file->flags & O_PATH)
		return -EBADF;
	if (offset < 0)
		return -EINVAL;
	struct zrt_node *node = file->node;
	switch (node->kind) {
	case ZRT_REGULAR:
		/* As with Linux' relatime, reading moves no time. */
		return zrt_content_read(node, buffer, size, offset);
	case ZRT_DIRECTORY: return -EISDIR;
	case ZRT_FIFO: return -ESPIPE;
	case ZRT_LINK: return -EBADF;
	default: return zrt_device_read(node, buffer, size, offset);
	}
}

zrt_long zrt_pwrite(int fd, const void *buffer, uint32_t size, int64_t offset)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file || ZRT_ACCESS(file->flags) == O_RDONLY || file->flags & O_PATH)
		return -EBADF;
	if (offset < 0)
		return -EINVAL;
	struct zrt_node *node = file->node;
	if (node->kind == ZRT_FIFO)
		return -ESPIPE;
	if (node->kind != ZRT_REGULAR)
		return zrt_device_write(node, buffer, size, offset);
	if (file->flags & O_APPEND)
		offset = node->size; /* as Linux does, whatever POSIX says of pwrite */
	zrt_long moved = zrt_content_write(node, buffer, size, offset);
	if (moved > 0)
		node->modified = zrt_change(node);
	return moved;
}

zrt_long zrt_read(int fd, void *buffer, uint32_t size)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (file && file->node->kind == ZRT_FIFO)
		return zrt_pipe_read(file, buffer, size);
	zrt_long moved = zrt_pread(fd, buffer, size, file ? file->position : 0);
	if (moved > 0)
		file->position += moved;
	return moved;
}

zrt_long zrt_write(int fd, const void *buffer, uint32_t size)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (file && file->node->kind == ZRT_FIFO)
		return zrt_pipe_write(file, buffer, size);
	zrt_long moved = zrt_pwrite(fd, buffer, size, file ? file->position : 0);
	if (moved > 0)
		file->position = file->flags & O_APPEND && file->node->kind == ZRT_REGULAR
			? file->node->size : file->position + moved;
	return moved;
}

zrt_long zrt_lseek(int fd, int64_t offset, int whence)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	struct zrt_node *node = file->node;
	if (node->kind == ZRT_FIFO || !zrt_device_seekable(node))
		return -ESPIPE;
	int64_t size = zrt_size(node), from, position;
	switch (whence) {
	case SEEK_SET: from = 0; break;
	case SEEK_CUR: from = file->position; break;
	case SEEK_END: from = size; break;
	/* Holes are not shown: all of a file is data. */
	case SEEK_DATA: return offset < 0 || offset >= size ? -ENXIO : (file->position = offset);
	case SEEK_HOLE: return offset < 0 || offset >= size ? -ENXIO : (file->position = size);
	default: return -EINVAL;
	}
	if (__builtin_add_overflow(from, offset, &position) || position < 0)
		return -EINVAL;
	return file->position = position;
}

/* dup: exactly < 0, the lowest free descriptor from at_least on. dup2: exactly that one. */
static zrt_long duplicate(int fd, int at_least, int exactly, int close_on_exec)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	if (exactly >= 0) {
		if (exactly >= ZRT_MAX_FDS)
			return -EBADF;
		if (exactly == fd)
			return fd;
		if (descriptors[exactly])
			zrt_close(exactly);
		at_least = exactly;
	}
	if (at_least < 0 || at_least >= ZRT_MAX_FDS)
		return -EINVAL;
	for (int free = at_least; free < ZRT_MAX_FDS; free++) {
		if (descriptors[free])
			continue;
		descriptors[free] = descriptors[fd];
		closes_on_exec[free] = close_on_exec;
		file->references++;
		return free;
	}
	return -EMFILE;
}

zrt_long zrt_dup(int fd) { return duplicate(fd, 0, -1, 0); }

zrt_long zrt_dup2(int fd, int to) { return to < 0 ? -EBADF : duplicate(fd, 0, to, 0); }

zrt_long zrt_dup3(int fd, int to, int flags)
{
	if (fd == to || flags & ~O_CLOEXEC)
		return -EINVAL;
	return to < 0 ? -EBADF : duplicate(fd, 0, to, (flags & O_CLOEXEC) != 0);
}

zrt_long zrt_fcntl(int fd, int command, zrt_long argument)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	switch (command) {
	case F_DUPFD: return duplicate(fd, argument, -1, 0);
	case F_DUPFD_CLOEXEC: return duplicate(fd, argument, -1, 1);
	case F_GETFD: return closes_on_exec[fd] ? FD_CLOEXEC : 0;
	case F_SETFD: closes_on_exec[fd] = argument & FD_CLOEXEC; return 0;
	case F_GETFL: return file->flags;
	case F_SETFL: {
		const int settable = O_APPEND | O_NONBLOCK;
		file->flags = (file->flags & ~settable) | (argument & settable);
		return 0;
	}
	/* One process: every lock is to be had, and none is in the way. */
	case F_SETLK:
	case F_SETLKW: return 0;
	case F_GETLK: ((struct flock *)(uint32_t)argument)->l_type = F_UNLCK; return 0;
	}
	return -EINVAL;
}

/* Descriptors 0, 1 and 2, once the channels have their nodes. */
void zrt_files_start(void)
{
	for (int i = 0; i < 3; i++)
		if (zrt_standard[i])
			zrt_open_node(zrt_standard[i], i ? O_WRONLY : O_RDONLY);
}
