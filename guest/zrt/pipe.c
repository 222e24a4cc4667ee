/* Pipes inside a program: bytes that one part of it writes and another reads. There is one thread,
 * so whoever waits here waits for ever: instead, a pipe takes as much as there is memory, and
 * reading an empty one that still has a writer is EAGAIN (O_NONBLOCK) or EDEADLK. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "node.h"

zrt_long zrt_pipe(int *fds, int flags)
{
	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	struct zrt_node *node = zrt_node_new(ZRT_FIFO, S_IFIFO | 0600);
	if (!node)
		return -ENFILE;
	zrt_node_hold(node);
	zrt_long result = zrt_open_node(node, O_RDONLY | flags);
	if (result >= 0) {
		fds[0] = result;
		result = zrt_open_node(node, O_WRONLY | flags);
		if (result < 0)
			zrt_close(fds[0]);
	}
	zrt_node_release(node);
	if (result < 0)
		return result;
	fds[1] = result;
	return 0;
}

zrt_long zrt_pipe_read(struct zrt_open_file *file, void *buffer, uint32_t size)
{
	struct zrt_content *content = &file->node->content;
	if (ZRT_ACCESS(file->flags) == O_WRONLY)
		return -EBADF;
	zrt_long moved = zrt_content_read(file->node, buffer, size, content->taken);
	if (!moved && size && content->writers)
		return file->flags & O_NONBLOCK ? -EAGAIN : -EDEADLK;
	if (moved <= 0)
		return moved;
	content->taken += moved;
	if (content->taken == file->node->size) {
		zrt_content_resize(file->node, 0);
		content->taken = 0;
	} else {
		zrt_content_drop(file->node, content->taken);
	}
	return moved;
}

zrt_long zrt_pipe_write(struct zrt_open_file *file, const void *buffer, uint32_t size)
{
	if (ZRT_ACCESS(file->flags) == O_RDONLY)
		return -EBADF;
	if (!file->node->content.readers)
		return zrt_raise_pipe(), -EPIPE;
	return zrt_content_write(file->node, buffer, size, file->node->size);
}

/* Bytes that can be read now, for poll and FIONREAD. */
int zrt_readable(const struct zrt_open_file *file)
{
	if (file->node->kind != ZRT_FIFO)
		return 1;
	return file->node->size > file->node->content.taken || !file->node->content.writers;
}
