/* Pairs by key: what a combiner gets in a map program, and a reducer in a reduce program. */
#include "internal.h"

struct pair {
	uint32_t key_size, value_size;
	char bytes[];	/* the key, then the value */
};

/* The first eight bytes of the key decide most comparisons without a look at the pair. */
struct reference {
	uint64_t prefix;
	struct pair *pair;
};

struct buffer {
	struct zmr_arena arena;
	struct reference *references;
	uint32_t used, capacity;
};

struct zmr_values {
	const struct reference *at, *end;	/* in memory, or: */
	struct stream *stream;			/* as they come */
};

/* Grouped input on its way through: the pair that was read last. */
struct stream {
	char *key;
	uint32_t key_size, key_capacity;
	int waiting;	/* its pair was not handed out yet */
	int ended;
	zmr_text next_key, next_value;
};

static zmr_text key_of(const struct pair *pair)
{
	return (zmr_text){ (char *)pair->bytes, pair->key_size };
}

static zmr_text value_of(const struct pair *pair)
{
	return (zmr_text){ (char *)pair->bytes + pair->key_size, pair->value_size };
}

/* 0 when there is no memory left. */
static int add(struct buffer *buffer, zmr_text key, zmr_text value)
{
	if (buffer->used == buffer->capacity) {
		uint32_t larger = buffer->capacity ? buffer->capacity * 2 : 4096;
		struct reference *references =
			realloc(buffer->references, larger * sizeof *references);
		if (!references)
			return 0;
		buffer->references = references;
		buffer->capacity = larger;
	}
	struct pair *pair =
		zmr_arena_take(&buffer->arena, sizeof *pair + (size_t)key.size + value.size);
	if (!pair)
		return 0;
	*pair = (struct pair){ key.size, value.size };
	memcpy(pair->bytes, key.at, key.size);
	memcpy(pair->bytes + key.size, value.at, value.size);
	uint64_t prefix = 0;
	memcpy(&prefix, key.at, key.size < 8 ? key.size : 8);
	buffer->references[buffer->used++] =
		(struct reference){ __builtin_bswap64(prefix), pair };
	return 1;
}

static int order(const struct reference *a, const struct reference *b)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return zmr_compare(key_of(a->pair), key_of(b->pair));
}

/* Merges [from, middle) and [middle, to); equal keys keep their order. */
static void merge(const struct reference *source, struct reference *target, uint32_t from,
	uint32_t middle, uint32_t to)
{
	uint32_t left = from, right = middle;
	for (uint32_t at = from; at < to; at++)
		if (left < middle && (right == to || order(&source[left], &source[right]) <= 0))
			target[at] = source[left++];
		else
			target[at] = source[right++];
}

/* End of the run of keys in order that begins at `from`. */
static uint32_t run_end(const struct reference *references, uint32_t from, uint32_t count)
{
	uint32_t at = from + 1;
	while (at < count && order(&references[at - 1], &references[at]) <= 0)
		at++;
	return at < count ? at : count;
}

/* A natural merge sort: what comes as a few sorted runs takes a few passes. */
static void sort(struct buffer *buffer)
{
	uint32_t count = buffer->used, runs;
	struct reference *other = zmr_memory((count + 1) * sizeof *other);
	do {
		runs = 0;
		for (uint32_t from = 0; from < count;) {
			uint32_t middle = run_end(buffer->references, from, count);
			uint32_t to = middle < count ? run_end(buffer->references, middle, count) : middle;
			merge(buffer->references, other, from, middle, to);
			from = to;
			runs++;
		}
		struct reference *merged = other;
		other = buffer->references;
		buffer->references = merged;
	} while (runs > 1);
	buffer->capacity = count + 1;
	free(other);
}

static void each_group(struct buffer *buffer, zmr_reducer *reduce)
{
	sort(buffer);
	for (uint32_t at = 0; at < buffer->used;) {
		uint32_t end = at + 1;
		while (end < buffer->used &&
		       order(&buffer->references[at], &buffer->references[end]) == 0)
			end++;
		zmr_values values = { &buffer->references[at], &buffer->references[end], 0 };
		reduce(key_of(buffer->references[at].pair), &values);
		at = end;
	}
	zmr_arena_free(&buffer->arena);
	buffer->used = 0;
}

/* -- The combiner --------------------------------------------------------------------------- */

/* Pairs kept before the combiner sees them. */
enum { COMBINE_BYTES = 48 << 20 };

static zmr_reducer *combiner;
static struct buffer kept;
static zmr_counts *sums;	/* instead of `kept` when the combiner only adds */

void zmr_combine_start(zmr_reducer *combine)
{
	combiner = combine;
	if (combine == zmr_sum)
		sums = zmr_counts_new();
}

void zmr_combine_flush(void)
{
	zmr_reducer *combine = combiner;
	zmr_counts *counts = sums;
	combiner = 0; /* what it emits is written */
	sums = 0;
	if (counts) {
		zmr_counts_emit(counts);
		zmr_counts_free(counts);
	} else if (combine) {
		each_group(&kept, combine);
	}
}

int zmr_combine_take(zmr_text key, zmr_text value)
{
	if (!combiner)
		return 0;
	if (sums) {
		zmr_count(sums, key, zmr_number(value));
		return 1;
	}
	for (int retried = 0; kept.arena.total > COMBINE_BYTES || !add(&kept, key, value); retried++) {
		if (retried)
			zmr_fail("out of memory; the job file's memory: gives more");
		zmr_reducer *combine = combiner;
		zmr_combine_flush();
		combiner = combine;
	}
	return 1;
}

int zmr_combine_take_number(zmr_text key, uint64_t value)
{
	if (!sums)
		return 0;
	zmr_count(sums, key, value);
	return 1;
}

/* -- The reducer ---------------------------------------------------------------------------- */

static int stream_next(struct stream *stream, zmr_text *value)
{
	if (!stream->waiting) {
		if (stream->ended)
			return 0;
		if (!zmr_pair(&zmr_input, &stream->next_key, &stream->next_value)) {
			stream->ended = 1;
			return 0;
		}
		stream->waiting = 1;
	}
	int order = zmr_compare(stream->next_key, (zmr_text){ stream->key, stream->key_size });
	if (order < 0)
		zmr_fail("the input is not in order of keys: '%.*s' comes late",
			(int)(stream->next_key.size < 80 ? stream->next_key.size : 80),
			stream->next_key.at);
	if (order > 0)
		return 0;
	*value = stream->next_value;
	stream->waiting = 0;
	return 1;
}

int zmr_next(zmr_values *values, zmr_text *value)
{
	if (values->stream)
		return stream_next(values->stream, value);
	if (values->at == values->end)
		return 0;
	*value = value_of(values->at++->pair);
	return 1;
}

/* Sorted input: one group after the other, with one pair in memory. */
static void reduce_stream(zmr_reducer *reduce)
{
	struct stream stream = { 0 };
	zmr_values values = { 0, 0, &stream };
	while (zmr_pair(&zmr_input, &stream.next_key, &stream.next_value)) {
		do {
			zmr_text key = stream.next_key;
			if (key.size >= stream.key_capacity) {
				free(stream.key);
				stream.key_capacity = key.size + 256;
				stream.key = zmr_memory(stream.key_capacity);
			}
			memcpy(stream.key, key.at, key.size);
			stream.key_size = key.size;
			stream.waiting = 1;
			reduce((zmr_text){ stream.key, stream.key_size }, &values);
			for (zmr_text rest; stream_next(&stream, &rest);)
				;
		} while (stream.waiting);
	}
	free(stream.key);
}

static void reduce_sums(void)
{
	zmr_counts *counts = zmr_counts_new();
	for (zmr_text key, value; zmr_pair(&zmr_input, &key, &value);)
		zmr_count(counts, key, zmr_number(value));
	zmr_counts_emit(counts);
	zmr_counts_free(counts);
}

void zmr_reduce(zmr_reducer *reduce)
{
	const char *shuffle = getenv("ZVM_SHUFFLE");
	if (shuffle && !strcmp(shuffle, "sort")) {
		reduce_stream(reduce);
		return;
	}
	if (reduce == zmr_sum) {
		reduce_sums();
		return;
	}
	struct buffer buffer = { 0 };
	for (zmr_text key, value; zmr_pair(&zmr_input, &key, &value);)
		if (!add(&buffer, key, value))
			zmr_fail("out of memory: %u pairs; with shuffle: sort they need none",
				buffer.used);
	each_group(&buffer, reduce);
	free(buffer.references);
}

uint64_t zmr_total(zmr_values *values)
{
	uint64_t total = 0;
	for (zmr_text value; zmr_next(values, &value);)
		total += zmr_number(value);
	return total;
}

void zmr_sum(zmr_text key, zmr_values *values) { zmr_emit_number(key, zmr_total(values)); }

/* -- The program ---------------------------------------------------------------------------- */

int zmr_main(int argc, char **argv, zmr_job job)
{
	const char *part = argc > 1 ? argv[1] : "";
	int maps = !strcmp(part, "map"), reduces = !strcmp(part, "reduce");
	if (!maps && !reduces) {
		maps = job.map && !job.reduce;
		reduces = job.reduce && !job.map;
	}
	if (maps && job.map) {
		zmr_text record;
		if (job.combine)
			zmr_combine_start(job.combine);
		while (zmr_read(&zmr_input, &record))
			job.map(record);
		if (job.map_end)
			job.map_end();
	} else if (reduces && job.reduce) {
		zmr_reduce(job.reduce);
		if (job.reduce_end)
			job.reduce_end();
	} else {
		zmr_fail("%s: the first argument says which part to run: map or reduce%s",
			argc ? argv[0] : "?",
			maps ? " (there is no map)" : reduces ? " (there is no reduce)" : "");
	}
	return zmr_finish();
}
