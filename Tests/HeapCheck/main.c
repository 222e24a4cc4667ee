/* The launcher's malloc against a record of what every byte must be: blocks are made, grown, aligned and freed
 * at random, and each is full of a pattern of its own. Ends with 1 and a word on what is wrong. */
#include "cheap.h"
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 2000, ROUNDS = 400000 };
static struct block {
	unsigned char *place;
	size_t size;
	unsigned char pattern;
} blocks[BLOCKS];

static uint32_t state = 1;

static uint32_t any(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (uint64_t)state * below >> 32;
}

static void require(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static int is_full(const struct block *block, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (block->place[i] != block->pattern)
			return 0;
	return 1;
}

static size_t any_size(void) { return any(20) ? any(600) + 1 : any(40000) + 1; }

static void make(struct block *block)
{
	size_t alignment = (size_t)16 << any(10);
	void *place;
	block->size = any_size();
	switch (any(4)) {
	case 0:
		place = calloc(1, block->size);
		for (size_t i = 0; i < block->size; i++)
			require(!((char *)place)[i], "calloc: not zero");
		break;
	case 1:
		require(!posix_memalign(&place, alignment, block->size), "posix_memalign: failed");
		require((uintptr_t)place % alignment == 0, "posix_memalign: not aligned");
		break;
	default: place = malloc(block->size);
	}
	require((uintptr_t)place % 16 == 0, "not aligned to 16");
	require(malloc_usable_size(place) >= block->size, "malloc_usable_size: less than wanted");
	block->place = place;
	/* All that may be used, not only what was asked for. */
	block->size = malloc_usable_size(place);
}

int main(void)
{
	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct block *block = &blocks[any(BLOCKS)];
		/* The second time much of what was gathered is in use. */
		if (round == ROUNDS / 2 || round == ROUNDS / 4 * 3) {
			cheap_drop();
			cheap_gather();
		}
		if (block->place) {
			require(is_full(block, block->size), "a block was written by another");
			if (any(3)) {
				free(block->place);
				block->place = 0;
				continue;
			}
			size_t size = any_size(), kept = size < block->size ? size : block->size;
			block->place = realloc(block->place, size);
			require(is_full(block, kept), "realloc: bytes lost");
			block->size = malloc_usable_size(block->place);
			require(block->size >= size, "realloc: less than wanted");
		} else {
			make(block);
		}
		block->pattern = any(256);
		memset(block->place, block->pattern, block->size);
	}
	errno = 0;
	volatile size_t much = SIZE_MAX;
	require(!malloc(much) && errno == ENOMEM, "malloc: more than there is");
	require(!malloc(much / 2), "malloc: more than there is");
	require(!calloc(much / 2, 4), "calloc: a product that overflows");
	void *place = 0;
	require(posix_memalign(&place, 24, 1) == EINVAL, "posix_memalign: an alignment that is none");
	require(posix_memalign(&place, 0, 1) == EINVAL, "posix_memalign: an alignment of nothing");
	require(posix_memalign(&place, 4, 1) == EINVAL, "posix_memalign: less than a pointer");
	require(posix_memalign(&place, (size_t)1 << 40, 1) == ENOMEM, "posix_memalign: too wide");
	require(posix_memalign(&place, 4096, much - 4095) == ENOMEM, "posix_memalign: a sum that overflows");
	require(!place, "posix_memalign: a place where there is none");
	errno = 0;
	volatile size_t odd = 96;
	require(!aligned_alloc(odd, 1) && errno == EINVAL, "aligned_alloc: an alignment that is none");
	require(!valloc(much) && !pvalloc(much) && !memalign(64, much), "more than there is");
	require(!pvalloc(much - 100), "pvalloc: a sum that overflows");
	unsigned char *kept = malloc(1000);
	memset(kept, 7, 1000);
	require(!realloc(kept, much) && !realloc(kept, much / 2), "realloc: more than there is");
	require(!reallocarray(kept, much / 2, 4), "reallocarray: a product that overflows");
	require(kept[0] == 7 && kept[999] == 7, "realloc: what could not grow is gone");
	/* The largest block of each kind, and one byte more. */
	for (size_t size = 16; size < 1 << 22; size = malloc_usable_size(malloc(size + 1))) {
		unsigned char *block = malloc(size);
		require(malloc_usable_size(block) == size, "kinds: not the block that fits");
		memset(block, 255, size);
		free(block);
		block = calloc(size / 2, 2);
		for (size_t i = 0; i < size; i++)
			require(!block[i], "calloc: what another left");
		free(block);
	}
	return 0;
}
