/* Small pieces for the file system's own records: powers of two up to half a page from free lists,
 * larger ones as mappings of their own. A piece comes as zeros; 0 means that the heap is full. */
#include <string.h>
#include <sys/mman.h>
#include "zrt.h"

enum { SMALLEST_SHIFT = 4, CLASSES = 8, LARGEST = 1 << (SMALLEST_SHIFT + CLASSES - 1), CHUNK = 16384 };

struct piece {
	struct piece *next;
};

static struct piece *free_pieces[CLASSES];
static char *chunk, *chunk_end;

static uint32_t class_of(uint32_t size)
{
	uint32_t class = 0;
	while (size > 1u << (class + SMALLEST_SHIFT))
		class++;
	return class;
}

static void *map(uint32_t size)
{
	zrt_long address = zrt_mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON);
	return address < 0 ? 0 : (void *)(uint32_t)address;
}

void *zrt_take(uint32_t size)
{
	if (size > LARGEST)
		return map(size);
	uint32_t class = class_of(size), bytes = 1u << (class + SMALLEST_SHIFT);
	struct piece *piece = free_pieces[class];
	if (piece) {
		free_pieces[class] = piece->next;
		return memset(piece, 0, bytes);
	}
	if ((uint32_t)(chunk_end - chunk) < bytes) {
		/* What is left of the old chunk is lost: less than half a page. */
		char *fresh = map(CHUNK);
		if (!fresh)
			return 0;
		chunk = fresh;
		chunk_end = fresh + CHUNK;
	}
	char *result = chunk;
	chunk += bytes;
	return result;
}

void zrt_give(void *address, uint32_t size)
{
	if (!address)
		return;
	if (size > LARGEST) {
		zrt_munmap((uint32_t)address, size);
		return;
	}
	uint32_t class = class_of(size);
	struct piece *piece = address;
	piece->next = free_pieces[class];
	free_pieces[class] = piece;
}
