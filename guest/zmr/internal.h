/* What the files of libzmr share, and programs do not see. */
#ifndef ZMR_INTERNAL_H
#define ZMR_INTERNAL_H
#include "zmr.h"
#include <stdlib.h>

/* Memory, or the end of the program. */
void *zmr_memory(size_t size);

/* Memory that is given back all at once. */
struct zmr_arena {
	struct zmr_arena_block *blocks;
	char *at, *end;
	size_t total;	/* bytes taken from the heap */
};
/* 0 when the heap is spent. Eight-byte aligned. */
void *zmr_arena_take(struct zmr_arena *arena, size_t size);
void zmr_arena_free(struct zmr_arena *arena);

/* Pairs on their way out of a map program, when it has a combiner. */
void zmr_combine_start(zmr_reducer *combine);
void zmr_combine_flush(void);
/* 1 when the pair was kept for the combiner, 0 when it must be written. */
int zmr_combine_take(zmr_text key, zmr_text value);
int zmr_combine_take_number(zmr_text key, uint64_t value);

/* Digits of a number, without a zero byte; answers how many. */
enum { ZMR_DIGITS = 20 };
uint32_t zmr_digits(char digits[ZMR_DIGITS], uint64_t value);
#endif
