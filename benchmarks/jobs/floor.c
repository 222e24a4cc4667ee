/* The floor for benchmarks/jobs: what a native program needs, all cores, nothing between it and the
 * data. `floor status FILE…`: status codes and bytes; `floor count FILE…`: decompressed bytes alone.
 * Plain files are mapped and split; zstd files are split between frames where there are several;
 * gzip files go one to a thread. */
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

enum { CODES = 1000, BLOCK = 1 << 18, THREADS = 2, SHARD = 8 << 20 };

struct piece { const unsigned char *at; size_t size; int kind; };	/* kind 0 plain, 1 zstd, 2 gzip */

struct totals { uint64_t requests[CODES], bytes[CODES], all; };

static struct piece *pieces;
static size_t count, next_piece;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int counting;

static void add(const unsigned char *at, size_t size, int kind)
{
	pieces = realloc(pieces, (count + 1) * sizeof *pieces);
	pieces[count++] = (struct piece){ at, size, kind };
}

/* Lines of [at, end), which ends with a line end; a line cut at the end is left: answers its start. */
static const char *scan(struct totals *t, const char *at, const char *end)
{
	while (at < end) {
		const char *stop = memchr(at, '\n', end - at);
		if (!stop)
			break;
		const char *q = memchr(at, '"', stop - at);
		q = q ? memchr(q + 1, '"', stop - q - 1) : 0;
		if (q && q + 2 < stop) {
			unsigned status = 0;
			uint64_t size = 0;
			for (q += 2; q < stop && *q >= '0' && *q <= '9'; q++)
				status = status * 10 + (unsigned)(*q - '0');
			for (q++; q < stop && *q >= '0' && *q <= '9'; q++)
				size = size * 10 + (unsigned)(*q - '0');
			if (status < CODES)
				t->requests[status]++, t->bytes[status] += size;
		}
		at = stop + 1;
	}
	return at;
}

struct stream { char buffer[1 << 20]; size_t kept; };

/* Decoded bytes lie behind what was kept. A piece of a split file may start and end inside a line:
 * such lines are rare, and the floor of a benchmark need not count them. */
static void decoded(struct totals *t, struct stream *s, size_t size)
{
	t->all += size;
	if (counting)
		return;
	size_t have = s->kept + size;
	const char *rest = scan(t, s->buffer, s->buffer + have);
	s->kept = (size_t)(s->buffer + have - rest);
	memmove(s->buffer, rest, s->kept);
}

static void *work(void *argument)
{
	struct totals *t = argument;
	struct stream *s = malloc(sizeof *s);
	struct inflate_state *inflate = malloc(sizeof *inflate);
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	for (;;) {
		pthread_mutex_lock(&lock);
		size_t index = next_piece++;
		pthread_mutex_unlock(&lock);
		if (index >= count)
			break;
		struct piece p = pieces[index];
		s->kept = 0;
		if (p.kind == 0) {
			t->all += p.size;
			if (!counting)
				scan(t, (const char *)p.at, (const char *)p.at + p.size);
		} else if (p.kind == 1) {
			ZSTD_inBuffer in = { p.at, p.size, 0 };
			while (in.pos < in.size) {
				ZSTD_outBuffer out = { s->buffer + s->kept, BLOCK, 0 };
				if (ZSTD_isError(ZSTD_decompressStream(zstd, &out, &in)))
					exit(1);
				decoded(t, s, out.pos);
			}
		} else {
			isal_inflate_init(inflate);
			inflate->crc_flag = ISAL_GZIP;
			inflate->next_in = (unsigned char *)p.at;
			inflate->avail_in = (uint32_t)p.size;
			while (inflate->block_state != ISAL_BLOCK_FINISH) {
				inflate->next_out = (unsigned char *)s->buffer + s->kept;
				inflate->avail_out = BLOCK;
				if (isal_inflate(inflate))
					exit(1);
				decoded(t, s, BLOCK - inflate->avail_out);
			}
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	counting = !strcmp(argv[1], "count");
	for (int i = 2; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);
		struct stat status;
		if (fd < 0 || fstat(fd, &status))
			return 1;
		size_t size = (size_t)status.st_size;
		const unsigned char *at = mmap(0, size, PROT_READ, MAP_SHARED, fd, 0);
		if (at[0] == 0x1f) {
			add(at, size, 2);
		} else if (at[0] == 0x28) {
			for (size_t start = 0; start < size;) {
				size_t end = start;
				while (end < size && end - start < SHARD / 8)
					end += ZSTD_findFrameCompressedSize(at + end, size - end);
				add(at + start, end - start, 1);
				start = end;
			}
		} else {
			for (size_t start = 0; start < size;) {
				size_t end = start + SHARD < size ? start + SHARD : size;
				const unsigned char *stop = memchr(at + end - 1, '\n', size - end + 1);
				end = stop ? (size_t)(stop - at) + 1 : size;
				add(at + start, end - start, 0);
				start = end;
			}
		}
	}
	static struct totals totals[THREADS];
	pthread_t threads[THREADS];
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], 0, work, &totals[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], 0);
	if (counting)
		return 0;
	for (int code = 0; code < CODES; code++) {
		uint64_t requests = 0, bytes = 0;
		for (int i = 0; i < THREADS; i++)
			requests += totals[i].requests[code], bytes += totals[i].bytes[code];
		if (requests)
			printf("%d\t%llu\t%llu\n", code, (unsigned long long)requests,
				(unsigned long long)bytes);
	}
	return 0;
}
