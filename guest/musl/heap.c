/* malloc and its kin, for one thread and 32-bit addresses.
 *
 * Memory comes from mmap in chunks and is kept as runs of pages; neighbours that are free become one.
 * Pieces of up to SMALL bytes are cut from spans, runs that hold pieces of one size; a larger piece
 * is a run of its own, one of more than HUGE pages a mapping of its own.
 *
 * Invariants: `owners` has an entry for each page of the session's heap. Of a run all of whose pages
 * are ours, the first and the last entry name its record, and in a span all of them do. The entries
 * of pages that are not ours are 0. Nothing here depends on addresses' values, so what a program is
 * given is the same in every session. */
#define _GNU_SOURCE
#include <errno.h>
#include <features.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "dynlink.h"

enum {
	PAGE_SHIFT = 12, PAGE = 1 << PAGE_SHIFT,
	ALIGNMENT = 16,			/* of every piece */
	SMALL = 8192,			/* bytes of the largest piece in a span */
	CLASSES = 32,			/* sizes of pieces in spans */
	FREE = CLASSES, LARGE, MAPPED,	/* kinds of runs beside spans */
	HUGE = 2048,			/* pages of the largest run that is not a mapping of its own */
	FIRST_CHUNK = 16, LAST_CHUNK = 1024,	/* pages that are asked for at a time */
	KEPT = 1024,			/* pages of a free run that may go back */
	EXACT = 32, BINS = EXACT + 16,	/* free runs: by page count, then by its logarithm */
	RECORDS = 4 * PAGE,		/* bytes of records at a time */
};

struct run {
	void *pieces;			/* of a span: free pieces, the last freed first */
	uint16_t used;			/* of a span: pieces given out */
	uint8_t kind;			/* a span's class, or FREE, LARGE, MAPPED */
	uint8_t full;			/* of a span: not in its class's list */
	uint8_t clean;			/* all its bytes are 0 */
	uint32_t fresh, end;		/* of a span: addresses of pieces that were never given out */
	uint32_t first, count;		/* pages */
	struct run *next, *previous;	/* of its class, or of its bin */
};

/* As the sandbox has it (trap.h). */
struct manifest {
	char *heap;
	uint32_t heap_size;
};
#define MANIFEST (*(const struct manifest *const *)0xFEFFFFFC)

static char *base;
static uint32_t page_count;
static struct run **owners;
static struct run nothing;		/* a span without pieces, so that no list is empty */
static struct run *spans[CLASSES] = { [0 ... CLASSES - 1] = &nothing };
static struct run *bins[BINS];
static uint64_t filled_bins;
static struct run *spare_records;
static uint32_t mapped_pages, free_pages;

static inline unsigned class_of(size_t size)
{
	if (size <= 128)
		return size ? (size - 1) / 16 : 0;
	/* Four classes between powers of two. */
	unsigned shift = 31 - __builtin_clz(size - 1) - 2;
	return 8 + (shift - 5) * 4 + ((size - 1) >> shift) - 4;
}

static inline uint32_t class_size(unsigned class)
{
	return class < 8 ? (class + 1) * 16 : (class % 4 + 5) << (class / 4 + 3);
}

static char *address_of(uint32_t page) { return base + ((size_t)page << PAGE_SHIFT); }

static uint32_t pages_of(size_t size) { return (size + PAGE - 1) >> PAGE_SHIFT; }

static int too_large(size_t size)
{
	if (size < PTRDIFF_MAX - PAGE)
		return 0;
	errno = ENOMEM;
	return 1;
}

/* Memory of so many pages, all zeros; 0 when there is none. */
static char *map(uint32_t count)
{
	int before = errno;
	void *address = __mmap(0, (size_t)count << PAGE_SHIFT, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	errno = before;
	return address == MAP_FAILED ? 0 : address;
}

static int start(void)
{
	if (owners)
		return 1;
	base = MANIFEST->heap;
	page_count = MANIFEST->heap_size >> PAGE_SHIFT;
	owners = (void *)map(pages_of((size_t)page_count * sizeof *owners));
	return owners != 0;
}

static struct run *new_record(void)
{
	struct run *record = spare_records;
	if (!record) {
		char *memory = map(RECORDS / PAGE);
		if (!memory)
			return 0;
		for (uint32_t i = RECORDS / sizeof *record; i--;) {
			record = (struct run *)memory + i;
			record->next = spare_records;
			spare_records = record;
		}
	}
	spare_records = record->next;
	return record;
}

static void drop_record(struct run *run)
{
	run->next = spare_records;
	spare_records = run;
}

static void claim(struct run *run)
{
	owners[run->first] = owners[run->first + run->count - 1] = run;
}

static unsigned bin_of(uint32_t count)
{
	return count < EXACT ? count : EXACT + 26u - __builtin_clz(count);
}

static void unlink_free(struct run *run)
{
	unsigned bin = bin_of(run->count);
	if (run->previous)
		run->previous->next = run->next;
	else if (!(bins[bin] = run->next))
		filled_bins &= ~(1ull << bin);
	if (run->next)
		run->next->previous = run->previous;
	free_pages -= run->count;
}

static void link_free(struct run *run)
{
	unsigned bin = bin_of(run->count);
	run->kind = FREE;
	run->previous = 0;
	if ((run->next = bins[bin]))
		run->next->previous = run;
	bins[bin] = run;
	filled_bins |= 1ull << bin;
	free_pages += run->count;
	claim(run);
}

/* Gives a run that is in no list back to the system. */
static void unmap(struct run *run)
{
	__munmap(address_of(run->first), (size_t)run->count << PAGE_SHIFT);
	memset(owners + run->first, 0, run->count * sizeof *owners);
	mapped_pages -= run->count;
	drop_record(run);
}

/* Makes a run that is in no list free, together with free neighbours. */
static void release(struct run *run)
{
	struct run *before = run->first ? owners[run->first - 1] : 0;
	uint32_t end = run->first + run->count;
	struct run *after = end < page_count ? owners[end] : 0;
	if (before && before->kind == FREE) {
		unlink_free(before);
		run->first = before->first;
		run->count += before->count;
		run->clean &= before->clean;
		drop_record(before);
	}
	if (after && after->kind == FREE) {
		unlink_free(after);
		run->count += after->count;
		run->clean &= after->clean;
		drop_record(after);
	}
	if (run->count >= KEPT && free_pages + run->count > mapped_pages / 4)
		unmap(run);
	else
		link_free(run);
}

/* Leaves the first pages to a run and frees the others; without a record for them it keeps them. */
static void shorten(struct run *run, uint32_t count)
{
	if (count == run->count)
		return;
	struct run *rest = new_record();
	if (!rest)
		return;
	*rest = (struct run){ .first = run->first + count, .count = run->count - count, .clean = run->clean };
	run->count = count;
	claim(run);
	claim(rest);
	release(rest);
}

/* Everything that is free goes back: somebody else may be able to use it. */
static void return_free(void)
{
	for (unsigned class = 0; class < CLASSES; class++) {
		struct run *next;
		for (struct run *span = spans[class]; span && span != &nothing; span = next) {
			next = span->next;
			if (span->used)
				continue;
			if (span->previous)
				span->previous->next = next;
			else
				spans[class] = next ? next : &nothing;
			if (next)
				next->previous = span->previous;
			span->clean = 0;
			release(span);
		}
	}
	for (unsigned bin = 0; bin < BINS; bin++)
		while (bins[bin]) {
			struct run *run = bins[bin];
			unlink_free(run);
			unmap(run);
		}
}

/* A run fresh from the system. */
static struct run *map_run(uint32_t count, uint32_t wished)
{
	struct run *run = new_record();
	if (!run) {
		return_free();
		if (!(run = new_record()))
			return 0;
	}
	char *memory = wished > count ? map(wished) : 0;
	if (memory)
		count = wished;
	else if (!(memory = map(count))) {
		return_free();
		memory = map(count);
	}
	if (!memory) {
		drop_record(run);
		return 0;
	}
	*run = (struct run){ .first = (uint32_t)(memory - base) >> PAGE_SHIFT, .count = count, .clean = 1 };
	mapped_pages += count;
	claim(run);
	return run;
}

/* The first free run that is found to have so many pages: exact fits and small ones first. */
static struct run *find_free(uint32_t count)
{
	unsigned bin = bin_of(count);
	if (bin >= EXACT && bin < BINS) {
		/* Runs of this bin may be too short; it is not worth to look at all of them. */
		unsigned looks = 16;
		for (struct run *run = bins[bin]; run && looks--; run = run->next)
			if (run->count >= count)
				return run;
		bin++;
	}
	uint64_t larger = bin < BINS ? filled_bins >> bin << bin : 0;
	return larger ? bins[__builtin_ctzll(larger)] : 0;
}

/* A run of at least so many pages (more only where memory for records is out), in no list. */
static struct run *take_run(uint32_t count)
{
	if (!start())
		return 0;
	struct run *run = find_free(count);
	if (run) {
		unlink_free(run);
	} else {
		uint32_t chunk = mapped_pages / 8;
		chunk = chunk < FIRST_CHUNK ? FIRST_CHUNK : chunk > LAST_CHUNK ? LAST_CHUNK : chunk;
		if (!(run = map_run(count, chunk)))
			return 0;
	}
	run->kind = LARGE;
	shorten(run, count);
	return run;
}

static void *large(uint32_t count)
{
	struct run *run = 0;
	if (count <= HUGE)
		run = take_run(count);
	else if (start() && (run = map_run(count, 0)))
		run->kind = MAPPED;
	if (!run) {
		errno = ENOMEM;
		return 0;
	}
	return address_of(run->first);
}

/* Cuts some never used pieces of a span: those of about a page. */
static void *cut(struct run *span, uint32_t size)
{
	uint32_t piece = span->fresh, stop = piece + PAGE;
	void **link = &span->pieces;
	span->used++;
	span->fresh += size;
	for (; span->fresh < span->end && span->fresh + size <= stop; span->fresh += size) {
		*link = (void *)span->fresh;
		link = (void **)span->fresh;
	}
	*link = 0;
	return (void *)piece;
}

/* A small piece when the first span of its class has no free one at hand. */
__attribute__((noinline)) static void *small(unsigned class)
{
	uint32_t size = class_size(class);
	for (;;) {
		struct run *span = spans[class];
		if (span->pieces) {
			void **piece = span->pieces;
			span->pieces = *piece;
			span->used++;
			return piece;
		}
		if (span->fresh < span->end)
			return cut(span, size);
		if (span == &nothing)
			break;
		span->full = 1;
		spans[class] = span->next ? span->next : &nothing;
		if (span->next)
			span->next->previous = 0;
	}
	uint32_t count = size <= 1024 ? 4 : 8;
	struct run *span = take_run(count);
	if (!span) {
		errno = ENOMEM;
		return 0;
	}
	for (uint32_t i = 0; i < span->count; i++)
		owners[span->first + i] = span;
	span->kind = class;
	span->used = span->full = 0;
	span->pieces = 0;
	span->fresh = (uint32_t)address_of(span->first);
	span->end = span->fresh + count * PAGE / size * size;
	span->next = span->previous = 0;
	spans[class] = span;
	return cut(span, size);
}

void *__libc_malloc(size_t size)
{
	if (size <= SMALL) {
		unsigned class = class_of(size);
		struct run *span = spans[class];
		void **piece = span->pieces;
		if (!piece)
			return small(class);
		span->pieces = *piece;
		span->used++;
		return piece;
	}
	return too_large(size) ? 0 : large(pages_of(size));
}
weak_alias(__libc_malloc, malloc);

/* Who owns a piece; ends the program where nobody does. */
static inline struct run *owner(const void *piece)
{
	uint32_t page = (uint32_t)((const char *)piece - base) >> PAGE_SHIFT;
	struct run *run = page < page_count ? owners[page] : 0;
	if (!run)
		__builtin_trap();
	return run;
}

static void check_large(const struct run *run, const void *piece)
{
	if (run->kind == FREE || piece != address_of(run->first))
		__builtin_trap();
}

/* A piece came back to a span that was full, or that is now empty. */
__attribute__((noinline)) static void settle(struct run *span)
{
	unsigned class = span->kind;
	struct run *first = spans[class];
	if (span->full) {
		span->full = 0;
		span->previous = 0;
		span->next = first == &nothing ? 0 : first;
		if (span->next)
			span->next->previous = span;
		spans[class] = span;
	}
	/* One span of each class stays. */
	if (span->used || (!span->next && !span->previous))
		return;
	if (span->previous)
		span->previous->next = span->next;
	else
		spans[class] = span->next;
	if (span->next)
		span->next->previous = span->previous;
	span->clean = 0;
	release(span);
}

void __libc_free(void *piece)
{
	if (!piece)
		return;
	struct run *run = owner(piece);
	if (run->kind < CLASSES) {
		/* Freed twice in a row, or more often than given out. */
		if (piece == run->pieces || !run->used)
			__builtin_trap();
		*(void **)piece = run->pieces;
		run->pieces = piece;
		run->used--;
		if (!run->used || run->full)
			settle(run);
		return;
	}
	check_large(run, piece);
	run->clean = 0;
	if (run->kind == MAPPED)
		unmap(run);
	else
		release(run);
}
weak_alias(__libc_free, free);

static size_t capacity(const struct run *run)
{
	return run->kind < CLASSES ? class_size(run->kind) : (size_t)run->count << PAGE_SHIFT;
}

/* Makes a large run longer where it stands. */
static int extend(struct run *run, uint32_t count)
{
	uint32_t end = run->first + run->count;
	struct run *after = end < page_count ? owners[end] : 0;
	if (!after || after->kind != FREE || run->count + after->count < count)
		return 0;
	unlink_free(after);
	run->count += after->count;
	drop_record(after);
	claim(run);
	shorten(run, count);
	return 1;
}

/* Whether a piece has that size in place, or now has. */
static int resize(struct run *run, size_t size)
{
	if (run->kind < CLASSES && size <= SMALL)
		return class_of(size) == run->kind ||
			(size < class_size(run->kind) && size > class_size(run->kind) / 2);
	uint32_t count = pages_of(size);
	if (run->kind < CLASSES || size <= SMALL)
		return 0;
	run->clean = 0;
	if (count > run->count)
		return run->kind == LARGE && count <= HUGE && extend(run, count);
	/* A quarter is worth the effort. */
	if (run->count - count > run->count / 4) {
		if (run->kind == MAPPED && count <= HUGE)
			return 0;
		shorten(run, count);
	}
	return 1;
}

void *__libc_realloc(void *piece, size_t size)
{
	if (!piece)
		return __libc_malloc(size);
	if (too_large(size))
		return 0;
	struct run *run = owner(piece);
	if (run->kind >= CLASSES)
		check_large(run, piece);
	if (resize(run, size))
		return piece;
	size_t before = capacity(run), spare = size > before && size > SMALL ? size / 8 : 0;
	void *moved = spare && size + spare < PTRDIFF_MAX - PAGE ? __libc_malloc(size + spare) : 0;
	if (!moved && !(moved = __libc_malloc(size)))
		return size <= before ? piece : 0;
	memcpy(moved, piece, size < before ? size : before);
	__libc_free(piece);
	return moved;
}
weak_alias(__libc_realloc, realloc);

/* Whether calloc need not clear: the piece was just given out and is zeros. */
int __malloc_allzerop(void *piece)
{
	uint32_t page = (uint32_t)((char *)piece - base) >> PAGE_SHIFT;
	struct run *run = page < page_count ? owners[page] : 0;
	return run && run->kind >= CLASSES && run->clean;
}

/* A large piece whose first page is a multiple of so many pages. */
static void *aligned_large(uint32_t count, uint32_t multiple)
{
	uint32_t more = count + multiple - 1;
	char *memory = large(more);
	if (!memory)
		return 0;
	struct run *run = owner(memory);
	uint32_t skipped = -((uint32_t)memory >> PAGE_SHIFT) & (multiple - 1);
	if (skipped) {
		struct run *rest = new_record();
		if (!rest) {
			__libc_free(memory);
			errno = ENOMEM;
			return 0;
		}
		*rest = (struct run){ .first = run->first + skipped, .count = run->count - skipped,
			.kind = run->kind, .clean = run->clean };
		run->count = skipped;
		claim(run);
		claim(rest);
		release(run);
		run = rest;
	}
	shorten(run, count);
	return address_of(run->first);
}

static void *aligned(size_t alignment, size_t size)
{
	if (alignment & (alignment - 1)) {
		errno = EINVAL;
		return 0;
	}
	if (alignment <= ALIGNMENT)
		return __libc_malloc(size);
	if (too_large(size) || too_large(alignment) || too_large(size + alignment))
		return 0;
	/* Spans begin with a page, so pieces of a multiple of the alignment are aligned. */
	if (alignment <= PAGE && size <= SMALL)
		for (unsigned class = class_of(size); class < CLASSES; class++)
			if (class_size(class) % alignment == 0)
				return __libc_malloc(class_size(class));
	return aligned_large(pages_of(size ? size : 1), alignment > PAGE ? alignment >> PAGE_SHIFT : 1);
}
weak_alias(aligned, aligned_alloc);

static size_t usable(void *piece) { return piece ? capacity(owner(piece)) : 0; }
weak_alias(usable, malloc_usable_size);
