/* A hash table from text to a count, and its contents in order; shared by the jobs that count. */
#ifndef COUNTS_H
#define COUNTS_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct count {
	char *key;
	uint32_t length;
	uint64_t value;
};

static struct count *counts;
static uint32_t counts_used, counts_capacity;

static uint64_t counts_hash(const char *key, uint32_t length)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	for (uint32_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
	return hash ^ hash >> 29;
}

static void *counts_memory(void *memory)
{
	if (!memory) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

static struct count *counts_slot(const char *key, uint32_t length)
{
	uint32_t at = counts_hash(key, length) & (counts_capacity - 1);
	while (counts[at].key && (counts[at].length != length || memcmp(counts[at].key, key, length)))
		at = (at + 1) & (counts_capacity - 1);
	return &counts[at];
}

static void count_add(const char *key, uint32_t length, uint64_t value)
{
	if (counts_used * 2 >= counts_capacity) {
		struct count *old = counts;
		uint32_t old_capacity = counts_capacity;
		counts_capacity = old_capacity ? old_capacity * 2 : 4096;
		counts = counts_memory(calloc(counts_capacity, sizeof *counts));
		for (uint32_t i = 0; i < old_capacity; i++)
			if (old[i].key)
				*counts_slot(old[i].key, old[i].length) = old[i];
		free(old);
	}
	struct count *slot = counts_slot(key, length);
	if (!slot->key) {
		slot->key = counts_memory(malloc(length + 1));
		memcpy(slot->key, key, length);
		slot->key[length] = 0;
		slot->length = length;
		counts_used++;
	}
	slot->value += value;
}

__attribute__((unused)) static int counts_by_key(const void *left, const void *right)
{
	return strcmp(((const struct count *)left)->key, ((const struct count *)right)->key);
}

__attribute__((unused)) static int counts_by_value(const void *left, const void *right)
{
	const struct count *a = left, *b = right;
	if (a->value != b->value)
		return a->value < b->value ? 1 : -1;
	return strcmp(a->key, b->key);
}

/* Moves the entries to the front, in order; their number is counts_used. */
static void counts_sort(int (*order)(const void *, const void *))
{
	uint32_t to = 0;
	for (uint32_t i = 0; i < counts_capacity; i++)
		if (counts[i].key)
			counts[to++] = counts[i];
	qsort(counts, to, sizeof *counts, order);
}

/* Adds up lines of `key TAB count`; answers 0, or 1 for a line that is none. */
__attribute__((unused)) static int counts_read(FILE *in)
{
	static char line[1 << 20];
	while (fgets(line, sizeof line, in)) {
		char *tab = strrchr(line, '\t'), *end;
		if (!tab)
			return 1;
		uint64_t value = strtoull(tab + 1, &end, 10);
		if (end == tab + 1 || *end != '\n')
			return 1;
		count_add(line, tab - line, value);
	}
	return ferror(in) != 0;
}

static void counts_print(uint32_t limit)
{
	for (uint32_t i = 0; i < counts_used && i < limit; i++)
		printf("%s\t%llu\n", counts[i].key, (unsigned long long)counts[i].value);
}
#endif
