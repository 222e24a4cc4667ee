/* See cheap.h. */
#define _GNU_SOURCE
#include "cheap.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	UNIT = 16,
	FINE = 64, /* Kinds of blocks up to 1 KiB: each multiple of 16. */
	KINDS = FINE + 4 * 25, /* Then four a doubling, up to 32 GiB. */
	LARGE = FINE + 4 * 2, /* From here on: more than a page. */
	GROWTH = 1 << 20,
	PAGE = 4096,
};

/* Before what is handed out. */
struct header {
	uint32_t kind;
	uint32_t skipped; /* So many bytes of the block lie before this header. */
	uint64_t unused;
};

struct free_block {
	struct free_block *next;
};

/* Small blocks lie together, and so do large ones, which are few. */
struct piece {
	char *next, *end;
};

/* All that changes, mostly. */
static struct {
	struct piece pieces[2];
	struct free_block *freed[LARGE];
} heap;
static struct free_block *large_freed[KINDS - LARGE] __attribute__((section(".bss.large")));

static struct free_block **freed(uint32_t kind)
{
	return kind < LARGE ? &heap.freed[kind] : &large_freed[kind - LARGE];
}

/* What is handed out from cheap_gather on lies here, behind the books. */
static char near_blocks[64 << 10] __attribute__((aligned(UNIT), section(".bss.near")));

/* The smallest kind that has `size` bytes; KINDS: none has. */
static uint32_t kind_for(size_t size)
{
	if (size <= FINE * UNIT)
		return size ? (size - 1) / UNIT : 0;
	unsigned top = 63 - __builtin_clzl(size - 1);
	size_t quarter = (size_t)1 << (top - 2);
	size_t kind = FINE + 4 * (top - 10) + ((size - 1) / quarter - 4);
	return kind < KINDS ? kind : KINDS;
}

static size_t size_of(uint32_t kind)
{
	if (kind < FINE)
		return (size_t)(kind + 1) * UNIT;
	unsigned top = (kind - FINE) / 4 + 10;
	return ((size_t)(kind - FINE) % 4 + 5) << (top - 2);
}

static int grow(struct piece *piece, size_t size)
{
	size_t wanted = (size + GROWTH - 1) & ~(size_t)(GROWTH - 1);
	if (wanted < size || wanted > INTPTR_MAX)
		return 0;
	char *start = sbrk(wanted);
	if (start == (char *)-1)
		return 0;
	if (start != piece->end)
		piece->next = (char *)(((uintptr_t)start + UNIT - 1) & ~(uintptr_t)(UNIT - 1));
	piece->end = start + wanted;
	return 1;
}

/* `is_new`: it holds zeros. */
static void *allocate(size_t size, int *is_new)
{
	uint32_t kind = kind_for(size);
	if (kind == KINDS)
		goto none;
	struct free_block *block = *freed(kind);
	*is_new = !block;
	if (block) {
		*freed(kind) = block->next;
		return block;
	}
	size_t needed = sizeof(struct header) + size_of(kind);
	/* Twice where the new piece does not follow the old one. */
	struct piece *piece = &heap.pieces[kind >= LARGE];
	for (int i = 0; (size_t)(piece->end - piece->next) < needed; i++)
		if (i == 2 || !grow(piece, needed + UNIT))
			goto none;
	struct header *header = (struct header *)piece->next;
	piece->next += needed;
	header->kind = kind;
	header->skipped = 0;
	return header + 1;
none:
	errno = ENOMEM;
	return 0;
}

void *malloc(size_t size)
{
	int is_new;
	return allocate(size, &is_new);
}

void free(void *place)
{
	if (!place)
		return;
	struct header *header = (struct header *)place - 1;
	struct free_block *block = (struct free_block *)((char *)place - header->skipped);
	header = (struct header *)block - 1;
	block->next = *freed(header->kind);
	*freed(header->kind) = block;
}

void *calloc(size_t count, size_t size)
{
	size_t total;
	int is_new = 0;
	void *place = 0;
	if (__builtin_mul_overflow(count, size, &total))
		errno = ENOMEM;
	else
		place = allocate(total, &is_new);
	return place && !is_new ? memset(place, 0, total) : place;
}

size_t malloc_usable_size(void *place)
{
	if (!place)
		return 0;
	const struct header *header = (struct header *)place - 1;
	return size_of(header->kind) - header->skipped;
}

void *realloc(void *old, size_t size)
{
	if (!old)
		return malloc(size);
	size_t kept = malloc_usable_size(old);
	if (size <= kept)
		return old;
	void *place = malloc(size);
	if (place) {
		memcpy(place, old, kept);
		free(old);
	}
	return place;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	if (alignment <= UNIT)
		return malloc(size);
	if (alignment > 1 << 30 || alignment & (alignment - 1) || size > SIZE_MAX / 2) {
		errno = alignment > 1 << 30 || size > SIZE_MAX / 2 ? ENOMEM : EINVAL;
		return 0;
	}
	char *block = malloc(size + alignment);
	if (!block)
		return 0;
	uint32_t skipped = -(uintptr_t)block & (alignment - 1);
	if (skipped) {
		struct header *header = (struct header *)(block + skipped) - 1;
		header->kind = ((struct header *)block - 1)->kind;
		header->skipped = skipped;
	}
	return block + skipped;
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }
void *valloc(size_t size) { return aligned_alloc(PAGE, size); }
void *pvalloc(size_t size)
{
	/* What does not fit stays too much. */
	return aligned_alloc(PAGE, size > SIZE_MAX / 2 ? size : (size + PAGE - 1) & ~(size_t)(PAGE - 1));
}

int posix_memalign(void **place, size_t alignment, size_t size)
{
	if (alignment % sizeof(void *) || !alignment || alignment & (alignment - 1))
		return EINVAL;
	void *result = aligned_alloc(alignment, size);
	if (!result)
		return ENOMEM;
	*place = result;
	return 0;
}

void cheap_drop(void)
{
	for (uint32_t kind = FINE; kind < KINDS; kind++)
		for (struct free_block *block = *freed(kind); block; block = block->next) {
			uintptr_t start = ((uintptr_t)(block + 1) + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
			uintptr_t end = ((uintptr_t)block + size_of(kind)) & ~(uintptr_t)(PAGE - 1);
			if (start < end)
				madvise((void *)start, end - start, MADV_DONTNEED);
		}
}

void cheap_gather(void)
{
	memset(heap.freed, 0, sizeof heap.freed);
	memset(large_freed, 0, sizeof large_freed);
	struct piece *large = &heap.pieces[1];
	uintptr_t next = ((uintptr_t)large->next + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
	large->next = next < (uintptr_t)large->end ? (char *)next : large->end;
	/* Once: then they are in use. */
	static int is_near_given;
	if (!is_near_given)
		heap.pieces[0] = (struct piece){ near_blocks, near_blocks + sizeof near_blocks };
	is_near_given = 1;
}
