/* The heap: brk grows from its bottom, anonymous mappings are taken from its top, in pages of
 * 4 KiB kept in a bitmap. The sandbox gives the heap as zeros; a page that was used before is
 * cleared when it is handed out again. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "trap.h"
#include "zrt.h"

static char *heap;
static uint32_t page_count;	/* pages that brk and mmap share */
static uint8_t *used;		/* a bit a page: taken by mmap */
static uint32_t break_bytes;	/* brk, relative to heap */
static uint32_t break_peak;	/* highest brk so far: below it pages may be dirty */
static uint32_t untouched;	/* pages from here up to page_count may be dirty through mmap */
static uint32_t search_from;	/* all pages from here up are taken */

static int taken(uint32_t page) { return used[page / 8] >> (page % 8) & 1; }

static void mark(uint32_t first, uint32_t count, int value)
{
	for (uint32_t page = first; page < first + count; page++) {
		if (value)
			used[page / 8] |= 1 << (page % 8);
		else
			used[page / 8] &= ~(1 << (page % 8));
	}
	if (!value && first + count > search_from)
		search_from = first + count;
}

static uint32_t break_pages(void) { return (break_bytes + ZRT_PAGE - 1) / ZRT_PAGE; }

void zrt_memory_start(void)
{
	const struct zvm_manifest *manifest = ZVM_MANIFEST;
	uint32_t bitmap = manifest->heap_size / ZRT_PAGE / 8 + 1;
	uint32_t skipped = (bitmap + ZRT_PAGE - 1) / ZRT_PAGE;
	used = (uint8_t *)manifest->heap;
	if (manifest->heap_size / ZRT_PAGE <= skipped + 16)
		zrt_exit(ENOMEM);
	heap = manifest->heap + skipped * ZRT_PAGE;
	page_count = manifest->heap_size / ZRT_PAGE - skipped;
	untouched = search_from = page_count;
}

zrt_long zrt_brk(uint32_t end)
{
	uint32_t wanted = end - (uint32_t)heap;
	if (end < (uint32_t)heap || wanted > page_count * ZRT_PAGE)
		return (uint32_t)heap + break_bytes;
	for (uint32_t page = break_pages(); page * ZRT_PAGE < wanted; page++)
		if (taken(page))
			return (uint32_t)heap + break_bytes;
	if (wanted > break_bytes) {
		uint32_t dirty = untouched * ZRT_PAGE;
		uint32_t clear = wanted < break_peak ? wanted : break_peak;
		if (wanted > dirty)
			clear = wanted;
		if (clear > break_bytes)
			memset(heap + break_bytes, 0, clear - break_bytes);
		if (wanted > break_peak)
			break_peak = wanted;
	}
	break_bytes = wanted;
	return (uint32_t)heap + break_bytes;
}

/* Highest run of free pages above the break, or page_count when there is none. */
static uint32_t find(uint32_t count)
{
	uint32_t bottom = break_pages(), run = 0;
	for (uint32_t page = search_from; page > bottom; page--) {
		/* Whole bytes of taken pages are skipped at once. */
		if (page % 8 == 0 && used[page / 8 - 1] == 0xff && page >= bottom + 8) {
			run = 0;
			page -= 7;
			continue;
		}
		run = taken(page - 1) ? 0 : run + 1;
		if (run == count) {
			if (page - 1 + count == search_from)
				search_from = page - 1;
			return page - 1;
		}
	}
	return page_count;
}

/* Pages of [address, address + size), or 0 when that is not inside the heap. */
static int range(uint32_t address, uint32_t size, uint32_t *first, uint32_t *count)
{
	uint32_t offset = address - (uint32_t)heap;
	if (address % ZRT_PAGE || address < (uint32_t)heap || !size ||
	    offset >= page_count * ZRT_PAGE || size > page_count * ZRT_PAGE - offset)
		return 0;
	*first = offset / ZRT_PAGE;
	*count = (size + ZRT_PAGE - 1) / ZRT_PAGE;
	return 1;
}

/* MAP_FIXED: over pages that were mapped before, which become zeros again. */
static zrt_long map_over(uint32_t address, uint32_t size)
{
	uint32_t first, count;
	if (!range(address, size, &first, &count))
		return -EINVAL;
	for (uint32_t page = first; page < first + count; page++)
		if (!taken(page))
			return -ENOMEM;
	memset((void *)address, 0, count * ZRT_PAGE);
	return address;
}

/* Anonymous memory; mappings of files are made of it (mapping.c). */
zrt_long zrt_mmap(uint32_t hint, uint32_t size, int protection, int flags)
{
	if (!size)
		return -EINVAL;
	if (protection & PROT_EXEC)
		return -EACCES;
	if (flags & MAP_FIXED)
		return map_over(hint, size);
	if (size > page_count * ZRT_PAGE)
		return -ENOMEM;
	uint32_t count = (size + ZRT_PAGE - 1) / ZRT_PAGE;
	uint32_t first = find(count);
	if (first == page_count)
		return -ENOMEM;
	mark(first, count, 1);
	char *address = heap + first * ZRT_PAGE;
	/* Dirty: what mmap gave out before (from `untouched` up) and what brk left below its peak. */
	uint32_t clean_from = (break_peak + ZRT_PAGE - 1) / ZRT_PAGE;
	uint32_t end = first + count;
	if (end > untouched) {
		uint32_t from = first > untouched ? first : untouched;
		memset(heap + from * ZRT_PAGE, 0, (end - from) * ZRT_PAGE);
	}
	if (first < clean_from) {
		uint32_t to = end < clean_from ? end : clean_from;
		memset(address, 0, (to - first) * ZRT_PAGE);
	}
	if (first < untouched)
		untouched = first;
	return (uint32_t)address;
}

zrt_long zrt_munmap(uint32_t address, uint32_t size)
{
	uint32_t first, count;
	if (!range(address, size, &first, &count))
		return -EINVAL;
	mark(first, count, 0);
	return 0;
}

zrt_long zrt_mremap(uint32_t address, uint32_t old_size, uint32_t new_size, int flags)
{
	uint32_t first, count;
	if (!range(address, old_size, &first, &count) || !new_size || (flags & ~MREMAP_MAYMOVE))
		return -EINVAL;
	if (new_size > page_count * ZRT_PAGE)
		return -ENOMEM;
	uint32_t wanted = (new_size + ZRT_PAGE - 1) / ZRT_PAGE;
	if (wanted <= count) {
		mark(first + wanted, count - wanted, 0);
		return address;
	}
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	zrt_long moved = zrt_mmap(0, new_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON);
	if (moved < 0)
		return moved;
	memcpy((void *)(uint32_t)moved, (void *)address, count * ZRT_PAGE);
	mark(first, count, 0);
	return moved;
}

zrt_long zrt_madvise(uint32_t address, uint32_t size, int advice)
{
	uint32_t first, count;
	if (!size)
		return 0;
	if (!range(address, size, &first, &count))
		return -EINVAL;
	if (advice == MADV_DONTNEED)
		memset((void *)address, 0, count * ZRT_PAGE);
	return 0;
}

/* Pages of the heap, and how many of them nobody has taken. */
void zrt_memory_totals(uint64_t *total, uint64_t *free)
{
	*total = page_count;
	*free = 0;
	for (uint32_t page = break_pages(); page < page_count; page++)
		*free += !taken(page);
}
