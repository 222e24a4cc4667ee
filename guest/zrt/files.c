/* Descriptors over channels. A descriptor names an open file; an open file names a channel and
 * keeps the place where the next sequential access goes. Descriptors 0, 1 and 2 are channels 0, 1
 * and 2, as the contract numbers them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "kstat.h"
#include "trap.h"
#include "zrt.h"

enum { MAX_FDS = 256 };

struct open_file {
	int references;
	int channel;
	int flags;
	int64_t position;
};

static struct open_file files[MAX_FDS] = {
	{ 1, 0, O_RDONLY, 0 }, { 1, 1, O_WRONLY, 0 }, { 1, 2, O_WRONLY, 0 },
};
/* 1 + index of the open file; 0 when the descriptor is closed. */
static short descriptors[MAX_FDS] = { 1, 2, 3 };

static const struct zvm_channel *channel(int number)
{
	return &ZVM_MANIFEST->channels[number];
}

static int readable(const struct zvm_channel *c)
{
	return c->limits[LIMIT_GETS] > 0 && c->limits[LIMIT_GET_BYTES] > 0;
}

static int writable(const struct zvm_channel *c)
{
	return c->limits[LIMIT_PUTS] > 0 && c->limits[LIMIT_PUT_BYTES] > 0;
}

static int seekable(const struct zvm_channel *c) { return c->type != CHANNEL_SEQUENTIAL; }

static struct open_file *file(int fd)
{
	if (fd < 0 || fd >= MAX_FDS || !descriptors[fd])
		return 0;
	return &files[descriptors[fd] - 1];
}

int zrt_channel(const char *path)
{
	const struct zvm_manifest *manifest = ZVM_MANIFEST;
	for (int i = 0; i < manifest->channel_count; i++)
		if (!strcmp(manifest->channels[i].name, path))
			return i;
	return -1;
}

zrt_long zrt_open(const char *path, int flags)
{
	int number = zrt_channel(path);
	if (number < 0)
		return -ENOENT;
	const struct zvm_channel *c = channel(number);
	int mode = flags & O_ACCMODE;
	if (mode != O_WRONLY && !readable(c))
		return -EACCES;
	if (mode != O_RDONLY && !writable(c))
		return -EACCES;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	for (int i = 0; i < MAX_FDS; i++) {
		if (files[i].references)
			continue;
		for (int fd = 0; fd < MAX_FDS; fd++) {
			if (descriptors[fd])
				continue;
			files[i] = (struct open_file){ 1, number, flags, 0 };
			descriptors[fd] = i + 1;
			return fd;
		}
	}
	return -EMFILE;
}

zrt_long zrt_close(int fd)
{
	struct open_file *f = file(fd);
	if (!f)
		return -EBADF;
	descriptors[fd] = 0;
	f->references--;
	return 0;
}

/* The trap moves at most INT_MAX bytes a call. */
static uint32_t clamp(uint32_t size) { return size > 1u << 30 ? 1u << 30 : size; }

zrt_long zrt_pread(int fd, void *buffer, uint32_t size, int64_t offset)
{
	struct open_file *f = file(fd);
	if (!f || (f->flags & O_ACCMODE) == O_WRONLY)
		return -EBADF;
	return zvm_trap(TRAP_READ, f->channel, (uint32_t)buffer, clamp(size), offset);
}

zrt_long zrt_pwrite(int fd, const void *buffer, uint32_t size, int64_t offset)
{
	struct open_file *f = file(fd);
	if (!f || (f->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	return zvm_trap(TRAP_WRITE, f->channel, (uint32_t)buffer, clamp(size), offset);
}

zrt_long zrt_read(int fd, void *buffer, uint32_t size)
{
	struct open_file *f = file(fd);
	zrt_long moved = zrt_pread(fd, buffer, size, f ? f->position : 0);
	if (moved > 0)
		f->position += moved;
	return moved;
}

zrt_long zrt_write(int fd, const void *buffer, uint32_t size)
{
	struct open_file *f = file(fd);
	zrt_long moved = zrt_pwrite(fd, buffer, size, f ? f->position : 0);
	if (moved > 0)
		f->position += moved;
	return moved;
}

/* Small pieces are gathered first: a trap costs more than copying a few hundred bytes. */
enum { GATHER = 2048 };

zrt_long zrt_writev(int fd, const struct iovec *vector, int count)
{
	char gathered[GATHER];
	uint32_t filled = 0;
	zrt_long total = 0;
	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	for (int i = 0; i < count; i++) {
		const char *bytes = vector[i].iov_base;
		uint32_t size = vector[i].iov_len;
		if (i + 1 < count && filled + size <= GATHER) {
			memcpy(gathered + filled, bytes, size);
			filled += size;
			continue;
		}
		if (i + 1 == count && filled && filled + size <= GATHER) {
			memcpy(gathered + filled, bytes, size);
			filled += size;
			size = 0;
		}
		if (filled) {
			zrt_long moved = zrt_write(fd, gathered, filled);
			if (moved < 0)
				return total ? total : moved;
			total += moved;
			if ((uint32_t)moved < filled)
				return total;
			filled = 0;
		}
		if (size) {
			zrt_long moved = zrt_write(fd, bytes, size);
			if (moved < 0)
				return total ? total : moved;
			total += moved;
			if ((uint32_t)moved < size)
				return total;
		}
	}
	return total;
}

zrt_long zrt_readv(int fd, const struct iovec *vector, int count)
{
	zrt_long total = 0;
	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	for (int i = 0; i < count; i++) {
		if (!vector[i].iov_len)
			continue;
		zrt_long moved = zrt_read(fd, vector[i].iov_base, vector[i].iov_len);
		if (moved < 0)
			return total ? total : moved;
		total += moved;
		if ((uint32_t)moved < vector[i].iov_len)
			break;
	}
	return total;
}

zrt_long zrt_lseek(int fd, int64_t offset, int whence)
{
	struct open_file *f = file(fd);
	if (!f)
		return -EBADF;
	const struct zvm_channel *c = channel(f->channel);
	if (!seekable(c))
		return -ESPIPE;
	int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? f->position : c->size;
	if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
		return -EINVAL;
	int64_t position;
	if (__builtin_add_overflow(from, offset, &position) || position < 0)
		return -EINVAL;
	return f->position = position;
}

/* dup: exactly < 0, the lowest free descriptor from at_least on. dup2: exactly that one. */
zrt_long zrt_dup(int fd, int at_least, int exactly)
{
	struct open_file *f = file(fd);
	if (!f)
		return -EBADF;
	if (exactly >= 0) {
		if (exactly >= MAX_FDS)
			return -EBADF;
		if (exactly == fd)
			return fd;
		if (descriptors[exactly])
			zrt_close(exactly);
		at_least = exactly;
	}
	if (at_least < 0 || at_least >= MAX_FDS)
		return -EINVAL;
	for (int free = at_least; free < MAX_FDS; free++) {
		if (descriptors[free])
			continue;
		descriptors[free] = descriptors[fd];
		f->references++;
		return free;
	}
	return -EMFILE;
}

zrt_long zrt_fcntl(int fd, int command, int argument)
{
	struct open_file *f = file(fd);
	if (!f)
		return -EBADF;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return zrt_dup(fd, argument, -1);
	case F_GETFD:
	case F_SETFD: /* there is no exec: close-on-exec means nothing */
		return 0;
	case F_GETFL:
		return f->flags;
	case F_SETFL:
		f->flags = (f->flags & ~O_APPEND) | (argument & O_APPEND);
		return 0;
	}
	return -EINVAL;
}

static void describe(int number, struct kstat *stat)
{
	const struct zvm_channel *c = channel(number);
	memset(stat, 0, sizeof *stat);
	stat->st_dev = 1;
	stat->st_ino = number + 1;
	stat->st_nlink = 1;
	stat->st_uid = stat->st_gid = 1000;
	stat->st_mode = seekable(c) ? S_IFBLK : S_IFCHR;
	stat->st_mode |= (readable(c) ? 0444 : 0) | (writable(c) ? 0222 : 0);
	stat->st_size = c->size;
	stat->st_blksize = 65536;
}

zrt_long zrt_fstat(int fd, struct kstat *stat)
{
	struct open_file *f = file(fd);
	if (!f)
		return -EBADF;
	describe(f->channel, stat);
	return 0;
}

zrt_long zrt_stat(const char *path, struct kstat *stat)
{
	int number = zrt_channel(path);
	if (number < 0)
		return -ENOENT;
	describe(number, stat);
	return 0;
}
