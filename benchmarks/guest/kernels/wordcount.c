/* Word count: splits one MiB of text at blanks and counts the words in a chained hash table. */
#include "kernel.h"

enum { SIZE = 1 << 20, BUCKETS = 1 << 14 };

struct entry {
	struct entry *next;
	uint32_t hash, count;
	size_t length;
	char word[];
};

static char text[SIZE];
static struct entry *buckets[BUCKETS];

void kernel_start(void)
{
	uint32_t seed = 7;
	for (int i = 0; i < SIZE; i++) {
		uint32_t r = random_next(&seed) >> 8;
		text[i] = r % 6 == 0 ? (r % 60 == 0 ? '\n' : ' ') : 'a' + (r >> 8) % 5;
	}
}

static struct entry *lookup(const char *word, size_t length, uint32_t hash)
{
	struct entry **link = &buckets[hash % BUCKETS];
	for (struct entry *e = *link; e; e = e->next)
		if (e->hash == hash && e->length == length && memcmp(e->word, word, length) == 0)
			return e;
	struct entry *e = allocate(sizeof *e + length);
	e->next = *link, e->hash = hash, e->count = 0, e->length = length;
	memcpy(e->word, word, length);
	return *link = e;
}

uint32_t kernel_run(unsigned repetition)
{
	const char *p = text, *end = text + SIZE;
	(void)repetition;
	while (p < end) {
		while (p < end && (*p == ' ' || *p == '\n'))
			p++;
		const char *start = p;
		uint32_t hash = 2166136261u;
		for (; p < end && *p != ' ' && *p != '\n'; p++)
			hash = (hash ^ (unsigned char)*p) * 16777619u;
		if (p > start)
			lookup(start, p - start, hash)->count++;
	}
	uint32_t distinct = 0, most = 0;
	for (int i = 0; i < BUCKETS; i++)
		for (struct entry *e = buckets[i], *next; e; e = next) {
			next = e->next;
			distinct++;
			if (e->count > most)
				most = e->count;
			free(e);
		}
	memset(buckets, 0, sizeof buckets);
	return distinct * 31 + most;
}
