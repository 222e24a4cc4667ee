/* The heap: every piece keeps what was written to it, is aligned, and lies in no other; what is too
 * large is ENOMEM; what was freed can be had again in other sizes. Prints a digest of everything that
 * pieces held, which the same program prints natively. Argument: how many steps. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 3000 };

static struct {
	unsigned char *at;
	size_t size;
	unsigned seed;
} slots[SLOTS];

static uint64_t state = 88172645463325252ull, digest;

static uint32_t random32(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

static void fail(const char *what, size_t size)
{
	printf("%s (%u)\n", what, (unsigned)size);
	exit(1);
}

static unsigned char pattern(unsigned seed, size_t i) { return (seed + i * 31 + (i >> 8)) & 0xff; }

static void fill(int slot, size_t from)
{
	for (size_t i = from; i < slots[slot].size; i++)
		slots[slot].at[i] = pattern(slots[slot].seed, i);
}

static void check(int slot, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (slots[slot].at[i] != pattern(slots[slot].seed, i))
			fail("a piece lost what was in it", slots[slot].size);
		digest = digest * 1099511628211ull + slots[slot].at[i];
	}
}

/* Mostly small, sometimes large, seldom huge. */
static size_t random_size(void)
{
	uint32_t kind = random32() % 1000;
	if (kind < 600)
		return random32() % 200;
	if (kind < 900)
		return random32() % 5000;
	if (kind < 990)
		return random32() % 70000;
	if (kind < 999)
		return random32() % 1000000;
	return random32() % 12000000;
}

static void take(int slot, size_t size)
{
	size_t alignment = 16;
	unsigned char *at;
	switch (random32() % 8) {
	case 0:
		at = calloc(1, size);
		for (size_t i = 0; at && i < size; i++)
			if (at[i])
				fail("calloc gives what is not zero", size);
		break;
	case 1:
		alignment = 16u << random32() % 14;
		at = aligned_alloc(alignment, size);
		break;
	case 2: {
		void *result = 0;
		alignment = 16u << random32() % 10;
		if (posix_memalign(&result, alignment, size))
			fail("posix_memalign", size);
		at = result;
		break;
	}
	default: at = malloc(size);
	}
	if (!at)
		fail("there is no more memory", size);
	if ((uintptr_t)at % alignment)
		fail("not aligned", size);
	if (malloc_usable_size(at) < size)
		fail("malloc_usable_size is too small", size);
	slots[slot].at = at;
	slots[slot].size = size;
	slots[slot].seed = random32();
	fill(slot, 0);
}

static void steps(long count)
{
	while (count--) {
		int slot = random32() % SLOTS;
		if (!slots[slot].at) {
			take(slot, random_size());
		} else if (random32() % 3) {
			check(slot, slots[slot].size);
			free(slots[slot].at);
			slots[slot].at = 0;
		} else {
			size_t before = slots[slot].size, size = random32() % 4 ? random_size() : before + random32() % 64;
			unsigned char *at = realloc(slots[slot].at, size ? size : 1);
			if (!at || (uintptr_t)at % 16)
				fail("realloc", size);
			slots[slot].at = at;
			slots[slot].size = size;
			check(slot, size < before ? size : before);
			fill(slot, size < before ? size : before);
		}
	}
	for (int slot = 0; slot < SLOTS; slot++)
		if (slots[slot].at) {
			check(slot, slots[slot].size);
			free(slots[slot].at);
			slots[slot].at = 0;
		}
}

static void *volatile result;

static void refused(const char *what, void *given)
{
	result = given;
	if (result || errno != ENOMEM)
		fail(what, 0);
	errno = 0;
}

static void hostile(void)
{
	volatile size_t most = SIZE_MAX, half = SIZE_MAX / 2 + 1;
	char *volatile kept = malloc(100);
	strcpy(kept, "kept");
	errno = 0;
	refused("malloc of everything", malloc(most));
	refused("malloc of half", malloc(half));
	refused("malloc of nearly half", malloc(half - 4096));
	refused("calloc that wraps", calloc(half, 2));
	refused("calloc that wraps to little", calloc(half / 2 + 4, 4));
	refused("realloc to everything", realloc(kept, most));
	refused("realloc to half", realloc(kept, half));
	refused("aligned_alloc of everything", aligned_alloc(64, most - 63));
	refused("aligned_alloc to half of memory", aligned_alloc(half, half - 1));
	if (strcmp(kept, "kept"))
		fail("a realloc that failed spoilt the piece", 0);
	free(kept);
	free(0);
	void *a = malloc(0), *b = malloc(0);
	if (!a || !b || a == b)
		fail("pieces of no bytes are not distinct", 0);
	free(a);
	free(b);
}

#ifdef __zvm__
/* Memory that one size has used up can be had again in another. */
static void exhaust(void)
{
	struct chain {
		struct chain *next;
	};
	size_t sizes[] = { 48, 32, 1000, 7000, 100000, 16 }, total[6];
	for (int i = 0; i < 6; i++) {
		struct chain *all = 0, *piece;
		total[i] = 0;
		while ((piece = malloc(sizes[i]))) {
			piece->next = all;
			all = piece;
			total[i] += sizes[i];
		}
		if (errno != ENOMEM)
			fail("no memory is not ENOMEM", sizes[i]);
		while ((piece = all)) {
			all = piece->next;
			free(piece);
		}
		if (total[i] < total[0] / 10 * 8)
			fail("memory is lost to other sizes", sizes[i]);
	}
	void *most = malloc(total[0] / 10 * 8);
	if (!most)
		fail("memory is not to be had in one piece", total[0]);
	free(most);
}
#endif

int main(int argc, char **argv)
{
	hostile();
	steps(argc > 1 ? atol(argv[1]) : 100000);
#ifdef __zvm__
	exhaust();
#endif
	steps(1000);
	/* A buffer that grows by little at a time. */
	char *text = 0;
	for (size_t i = 0; i < 20000; i++) {
		if (!(text = realloc(text, i * 100 + 100)))
			fail("realloc", i);
		memset(text + i * 100, i & 0xff, 100);
	}
	for (size_t i = 0; i < 2000000; i++)
		if (text[i] != (char)(i / 100 & 0xff))
			fail("realloc lost something", i);
	free(text);
	printf("%016llx\n", (unsigned long long)digest);
}
