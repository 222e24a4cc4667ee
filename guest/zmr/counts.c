/* A hash table of sums, and the largest few of many. */
#include "internal.h"

struct entry {
	char *key;
	uint32_t size, hash;
	uint64_t value;
};

struct zmr_counts {
	struct entry *entries;	/* open addressing; key 0 is free */
	uint32_t capacity, used;
	struct zmr_arena keys;
};

/* Eight bytes a step (multiply and fold, after wyhash's idea); the seed is fixed, as everything in
 * a guest. Whoever crafts keys that collide slows only that shard, until its time limit. */
static uint32_t hash_of(zmr_text key)
{
	const char *at = key.at;
	uint32_t left = key.size;
	uint64_t hash = 0x9e3779b97f4a7c15u ^ key.size, word;
	for (; left >= 8; left -= 8, at += 8) {
		memcpy(&word, at, 8);
		hash = (hash ^ word) * 0xbf58476d1ce4e5b9u;
		hash ^= hash >> 32;
	}
	word = 0;
	if (left >= 4) {
		uint32_t low, high;
		memcpy(&low, at, 4);
		memcpy(&high, at + left - 4, 4);
		word = (uint64_t)high << 32 | low;
	} else if (left) {
		word = (unsigned char)at[0] | (unsigned char)at[left / 2] << 8 |
		       (uint64_t)(unsigned char)at[left - 1] << 16;
	}
	hash = (hash ^ word) * 0x94d049bb133111ebu;
	return (uint32_t)(hash >> 32);
}

zmr_counts *zmr_counts_new(void)
{
	zmr_counts *counts = zmr_memory(sizeof *counts);
	*counts = (zmr_counts){ 0 };
	return counts;
}

void zmr_counts_free(zmr_counts *counts)
{
	zmr_arena_free(&counts->keys);
	free(counts->entries);
	free(counts);
}

static struct entry *slot(const zmr_counts *counts, zmr_text key, uint32_t hash)
{
	for (uint32_t at = hash & (counts->capacity - 1);; at = (at + 1) & (counts->capacity - 1)) {
		struct entry *entry = &counts->entries[at];
		if (!entry->key || (entry->hash == hash && entry->size == key.size &&
					   !memcmp(entry->key, key.at, key.size)))
			return entry;
	}
}

static void grow(zmr_counts *counts)
{
	struct entry *old = counts->entries;
	uint32_t old_capacity = counts->capacity;
	counts->capacity = old_capacity ? old_capacity * 2 : 1024;
	counts->entries = calloc(counts->capacity, sizeof *old);
	if (!counts->entries)
		zmr_fail("out of memory: %u keys; the job file's memory: gives more", counts->used);
	for (uint32_t i = 0; i < old_capacity; i++)
		if (old[i].key)
			*slot(counts, (zmr_text){ old[i].key, old[i].size }, old[i].hash) = old[i];
	free(old);
}

uint64_t zmr_count(zmr_counts *counts, zmr_text key, uint64_t value)
{
	if (counts->used >= counts->capacity / 4 * 3)
		grow(counts);
	uint32_t hash = hash_of(key);
	struct entry *entry = slot(counts, key, hash);
	if (!entry->key) {
		char *copy = zmr_arena_take(&counts->keys, key.size + 1);
		if (!copy)
			zmr_fail("out of memory: %u keys; the job file's memory: gives more",
				counts->used);
		memcpy(copy, key.at, key.size);
		*entry = (struct entry){ copy, key.size, hash, 0 };
		counts->used++;
	}
	return entry->value += value;
}

uint32_t zmr_counts_size(const zmr_counts *counts) { return counts->used; }

uint64_t zmr_counts_get(const zmr_counts *counts, zmr_text key)
{
	return counts->capacity ? slot(counts, key, hash_of(key))->value : 0;
}

static int by_key(const void *left, const void *right)
{
	const struct entry *a = *(struct entry *const *)left, *b = *(struct entry *const *)right;
	return zmr_compare((zmr_text){ a->key, a->size }, (zmr_text){ b->key, b->size });
}

void zmr_counts_each(zmr_counts *counts, void (*visit)(zmr_text key, uint64_t value))
{
	struct entry **order = zmr_memory((counts->used + 1) * sizeof *order);
	uint32_t count = 0;
	for (uint32_t i = 0; i < counts->capacity; i++)
		if (counts->entries[i].key)
			order[count++] = &counts->entries[i];
	qsort(order, count, sizeof *order, by_key);
	for (uint32_t i = 0; i < count; i++)
		visit((zmr_text){ order[i]->key, order[i]->size }, order[i]->value);
	free(order);
}

void zmr_counts_emit(zmr_counts *counts) { zmr_counts_each(counts, zmr_emit_number); }

struct zmr_top {
	uint32_t limit, used, capacity;
	struct entry *heap;	/* the smallest first */
};

zmr_top *zmr_top_new(uint32_t limit)
{
	zmr_top *top = zmr_memory(sizeof *top);
	*top = (zmr_top){ .limit = limit };
	return top;
}

/* Whether a comes after b in the result. */
static int after(const struct entry *a, const struct entry *b)
{
	if (a->value != b->value)
		return a->value < b->value;
	return zmr_compare((zmr_text){ a->key, a->size }, (zmr_text){ b->key, b->size }) > 0;
}

/* Lets the entry at `at` sink to where it belongs. */
static void sink(struct entry *heap, uint32_t used, uint32_t at)
{
	struct entry moving = heap[at];
	for (;;) {
		uint32_t child = 2 * at + 1;
		if (child >= used)
			break;
		if (child + 1 < used && after(&heap[child + 1], &heap[child]))
			child++;
		if (!after(&heap[child], &moving))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moving;
}

void zmr_top_add(zmr_top *top, zmr_text key, uint64_t value)
{
	struct entry entry = { key.at, key.size, 0, value };
	if (!top->limit || (top->used == top->limit && !after(&top->heap[0], &entry)))
		return;
	entry.key = zmr_memory(key.size + 1);
	memcpy(entry.key, key.at, key.size);
	if (top->used == top->limit) {
		free(top->heap[0].key);
		top->heap[0] = entry;
		sink(top->heap, top->used, 0);
		return;
	}
	if (top->used == top->capacity) {
		top->capacity = top->capacity ? top->capacity * 2 : 64;
		top->heap = realloc(top->heap, top->capacity * sizeof *top->heap);
		if (!top->heap)
			zmr_fail("out of memory: %u keys", top->used);
	}
	top->heap[top->used++] = entry;
	if (top->used == top->limit)
		for (uint32_t at = top->used / 2; at-- > 0;)
			sink(top->heap, top->used, at);
}

static int in_order(const void *left, const void *right)
{
	return after(left, right) ? 1 : -1;
}

void zmr_top_emit(zmr_top *top)
{
	qsort(top->heap, top->used, sizeof *top->heap, in_order);
	for (uint32_t i = 0; i < top->used; i++) {
		zmr_emit_number((zmr_text){ top->heap[i].key, top->heap[i].size }, top->heap[i].value);
		free(top->heap[i].key);
	}
	top->used = 0;
}
