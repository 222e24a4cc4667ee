/* readv, writev and their like. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/uio.h>
#include "zrt.h"

/* Small pieces are gathered first: a trap costs more than copying a few hundred bytes. */
enum { GATHER = 2048 };

/* At a place of its own (offset ≥ 0) or where the descriptor stands. */
static zrt_long put(int fd, const void *buffer, uint32_t size, int64_t offset)
{
	return offset < 0 ? zrt_write(fd, buffer, size) : zrt_pwrite(fd, buffer, size, offset);
}

static zrt_long get(int fd, void *buffer, uint32_t size, int64_t offset)
{
	return offset < 0 ? zrt_read(fd, buffer, size) : zrt_pread(fd, buffer, size, offset);
}

static zrt_long check(const struct iovec *vector, int count)
{
	uint64_t total = 0;
	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	for (int i = 0; i < count; i++)
		total += vector[i].iov_len;
	return total > INT32_MAX ? -EINVAL : (zrt_long)total;
}

zrt_long zrt_writev(int fd, const struct iovec *vector, int count, int64_t offset)
{
	char gathered[GATHER];
	uint32_t filled = 0;
	zrt_long total = 0, wanted = check(vector, count);
	if (wanted <= 0)
		return wanted < 0 ? wanted : put(fd, "", 0, offset);
	for (int i = 0; i < count; i++) {
		const char *bytes = vector[i].iov_base;
		uint32_t size = vector[i].iov_len;
		int fits = filled + size <= GATHER;
		if (fits) {
			memcpy(gathered + filled, bytes, size);
			filled += size;
			if (i + 1 < count)
				continue;
			size = 0;
		}
		for (int part = 0; part < 2; part++) {
			const char *from = part ? bytes : gathered;
			uint32_t length = part ? size : filled;
			if (!length)
				continue;
			zrt_long moved = put(fd, from, length, offset < 0 ? offset : offset + total);
			if (moved < 0)
				return total ? total : moved;
			total += moved;
			if ((uint32_t)moved < length)
				return total;
		}
		filled = 0;
	}
	return total;
}

zrt_long zrt_readv(int fd, const struct iovec *vector, int count, int64_t offset)
{
	zrt_long total = 0, wanted = check(vector, count);
	if (wanted <= 0)
		return wanted;
	for (int i = 0; i < count; i++) {
		if (!vector[i].iov_len)
			continue;
		zrt_long moved = get(fd, vector[i].iov_base, vector[i].iov_len,
			offset < 0 ? offset : offset + total);
		if (moved < 0)
			return total ? total : moved;
		total += moved;
		if ((uint32_t)moved < vector[i].iov_len)
			break;
	}
	return total;
}
