/* libzmr: mappers and reducers in C.
 *
 * A map program reads records on standard input and emits pairs of a key and a value; a reduce
 * program gets, for one key after the other, all values of that key and emits pairs again. Between
 * them pairs are lines `key TAB value`, so that awk, Lua and sort can take part.
 *
 *	#include <zmr.h>
 *
 *	static void map(zmr_text line)
 *	{
 *		zmr_text word;
 *		while (zmr_take_word(&line, &word))
 *			zmr_emit_number(zmr_lower(word), 1);
 *	}
 *
 *	int main(int argc, char **argv)
 *	{
 *		return zmr_main(argc, argv,
 *			(zmr_job){ .map = map, .combine = zmr_sum, .reduce = zmr_sum });
 *	}
 *
 * In a job file: `map: {program: wordcount.c, args: [map]}` and
 * `reduce: {program: wordcount.c, args: [reduce]}`. zvm cc finds header and library by itself. The
 * library also builds natively (`gcc -O2 prog.c guest/zmr/[a-z]*.c -Iguest/zmr`), for debugging.
 *
 * Errors (a record too long, a line without TAB, no memory, a failed read or write) end the program
 * with status 1 and one line on standard error that names the record. */
#ifndef ZMR_H
#define ZMR_H
#include <emmintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -- Texts ---------------------------------------------------------------------------------- */

/* A piece of memory; no zero byte ends it. What a reader hands out is yours to read and change
 * until its next record; what zmr_next hands out, until the next zmr_next. */
typedef struct zmr_text {
	char *at;
	uint32_t size;
} zmr_text;

/* The text of a C string. */
static inline zmr_text zmr_string(const char *string)
{
	zmr_text text = { (char *)string, (uint32_t)strlen(string) };
	return text;
}

static inline int zmr_equal(zmr_text a, zmr_text b)
{
	return a.size == b.size && !memcmp(a.at, b.at, a.size);
}

/* Less than, equal to or greater than 0, in the order of bytes; a shorter text comes first. */
static inline int zmr_compare(zmr_text a, zmr_text b)
{
	int order = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size);
	return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

/* Where `wanted` stands first from `at` on; it must be there. Sixteen bytes at a time, aligned, so
 * that no load leaves the memory that the text is in. */
static inline char *zmr_find(char *at, char wanted)
{
	const __m128i pattern = _mm_set1_epi8(wanted);
	char *block = (char *)((uintptr_t)at & ~(uintptr_t)15);
	unsigned found = (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)block), pattern));
	found &= ~0u << ((uintptr_t)at & 15);
	while (!found) {
		block += 16;
		found = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)block), pattern));
	}
	return block + __builtin_ctz(found);
}

/* Where `one` or `other` stands first from `at` on; one of them must be there. */
static inline char *zmr_find_either(char *at, char one, char other)
{
	const __m128i first = _mm_set1_epi8(one), second = _mm_set1_epi8(other);
	char *block = (char *)((uintptr_t)at & ~(uintptr_t)15);
	__m128i bytes = _mm_load_si128((const __m128i *)block);
	unsigned found = (unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_cmpeq_epi8(bytes, first), _mm_cmpeq_epi8(bytes, second)));
	found &= ~0u << ((uintptr_t)at & 15);
	while (!found) {
		block += 16;
		bytes = _mm_load_si128((const __m128i *)block);
		found = (unsigned)_mm_movemask_epi8(
			_mm_or_si128(_mm_cmpeq_epi8(bytes, first), _mm_cmpeq_epi8(bytes, second)));
	}
	return block + __builtin_ctz(found);
}

/* The same as zmr_find up to `end`; answers `end` when it is not there. */
static inline char *zmr_find_before(char *at, char *end, char wanted)
{
	const __m128i pattern = _mm_set1_epi8(wanted);
	char *block = (char *)((uintptr_t)at & ~(uintptr_t)15);
	if (at >= end)
		return end;
	unsigned found = (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)block), pattern));
	found &= ~0u << ((uintptr_t)at & 15);
	while (!found) {
		block += 16;
		if (block >= end)
			return end;
		found = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(_mm_load_si128((const __m128i *)block), pattern));
	}
	block += __builtin_ctz(found);
	return block < end ? block : end;
}

/* Where `wanted` stands first in [at, end); `end` when it is not there. */
char *zmr_search(char *at, char *end, zmr_text wanted);

/* Drops all up to and with the next `wanted`. 0 when there is none: then nothing is dropped. */
static inline int zmr_skip(zmr_text *text, char wanted)
{
	char *end = text->at + text->size, *found = zmr_find_before(text->at, end, wanted);
	if (found == end)
		return 0;
	text->at = found + 1;
	text->size = (uint32_t)(end - text->at);
	return 1;
}

/* Takes the next field: all up to the next `delimiter`, which is dropped, or to the end. 0 when
 * nothing is left; so `a,,` has the fields `a` and ``. */
static inline int zmr_take_field(zmr_text *text, char delimiter, zmr_text *field)
{
	if (!text->size)
		return 0;
	char *end = text->at + text->size, *found = zmr_find_before(text->at, end, delimiter);
	field->at = text->at;
	field->size = (uint32_t)(found - text->at);
	text->at = found < end ? found + 1 : end;
	text->size = (uint32_t)(end - text->at);
	return 1;
}

/* Takes an unsigned decimal number, with blanks and tabs before it. 0 when none stands there or it
 * needs more than 64 bits: then nothing is taken. */
static inline int zmr_take_number(zmr_text *text, uint64_t *number)
{
	char *at = text->at, *end = at + text->size;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	char *digits = at;
	uint64_t value = 0;
	unsigned digit;
	while (at < end && (digit = (unsigned char)*at - '0') < 10) {
		/* Nineteen digits always fit. */
		if (at - digits >= 19 && (__builtin_mul_overflow(value, 10, &value) ||
						 __builtin_add_overflow(value, digit, &value)))
			return 0;
		else if (at - digits < 19)
			value = value * 10 + digit;
		at++;
	}
	if (at == digits)
		return 0;
	*number = value;
	text->at = at;
	text->size = (uint32_t)(end - at);
	return 1;
}

/* Takes what stands before the first of these bytes (or to the end); it may be empty. */
zmr_text zmr_take_until(zmr_text *text, const char *any);

/* Takes the next run of letters a-z and A-Z. 0 when there is none. */
int zmr_take_word(zmr_text *text, zmr_text *word);

/* Makes A-Z lower case, in place. */
zmr_text zmr_lower(zmr_text text);

/* The whole text as a number; anything else ends the program. */
uint64_t zmr_number(zmr_text text);

/* Seconds since 1970 of a time such as `01/Nov/2026:00:15:24 +0000` (access logs). 0 when it is
 * none: then *seconds is not set. */
int zmr_log_time(zmr_text text, int64_t *seconds);

/* -- Records in ----------------------------------------------------------------------------- */

/* How records follow each other. */
enum zmr_kind { ZMR_DELIMITED, ZMR_FIXED, ZMR_FRAMED };
typedef struct zmr_format {
	enum zmr_kind kind;
	uint32_t value;
} zmr_format;

/* Lines; the last may lack its line feed. Records have no line feed. */
#define ZMR_LINES ((zmr_format){ ZMR_DELIMITED, '\n' })
/* Records that end in this byte. */
#define ZMR_ENDING(byte) ((zmr_format){ ZMR_DELIMITED, (unsigned char)(byte) })
/* Records of so many bytes. */
#define ZMR_SIZE(bytes) ((zmr_format){ ZMR_FIXED, (bytes) })
/* Four bytes, little endian, say how many bytes follow. */
#define ZMR_LENGTH_PREFIXED ((zmr_format){ ZMR_FRAMED, 0 })

/* Reads big blocks straight from a descriptor. Longest record: 256 MiB. */
typedef struct zmr_reader {
	char *at;	/* the next record */
	char *end;	/* behind the last whole record in memory */
	char *filled;	/* behind what was read */
	char *memory;
	uint32_t capacity;
	zmr_format format;
	int descriptor;
	int ended;
	uint64_t before;	/* bytes that were in memory before `memory` */
	const char *name;
} zmr_reader;

/* Standard input: lines, unless zmr_input_format says otherwise before the first read. */
extern zmr_reader zmr_input;
void zmr_input_format(zmr_format format);

/* A reader for another channel or file, such as a side input. Ends the program when it cannot be
 * opened. */
zmr_reader *zmr_open(const char *path, zmr_format format);
void zmr_close(zmr_reader *reader);

/* For the inline functions: brings more whole records into memory; 0 at the end. */
int zmr_fill(zmr_reader *reader);
int zmr_read_sized(zmr_reader *reader, zmr_text *record);

/* The next record. 0 at the end. */
static inline int zmr_read(zmr_reader *reader, zmr_text *record)
{
	if (__builtin_expect(reader->format.kind != ZMR_DELIMITED, 0))
		return zmr_read_sized(reader, record);
	if (__builtin_expect(reader->at >= reader->end, 0) && !zmr_fill(reader))
		return 0;
	/* What is in memory ends in a delimiter: the search needs no bound. */
	char *found = zmr_find(reader->at, (char)reader->format.value);
	record->at = reader->at;
	record->size = (uint32_t)(found - reader->at);
	reader->at = found + 1;
	return 1;
}

/* The next record of standard input. 0 at the end. */
static inline int zmr_line(zmr_text *line) { return zmr_read(&zmr_input, line); }

/* All whole records in memory at once, each with its delimiter, for programs that scan by
 * themselves. 0 at the end. Delimited formats only. */
int zmr_block(zmr_reader *reader, zmr_text *records);

/* The next `key TAB value` line of a reader: the key is what stands before the first TAB. A line
 * without TAB is a key with an empty value. 0 at the end. */
int zmr_pair(zmr_reader *reader, zmr_text *key, zmr_text *value);

/* -- Pairs out ------------------------------------------------------------------------------ */

/* Emits a pair. A key with TAB or line feed, or a value with line feed, ends the program. Output
 * goes through stdout: printf may be used as well. */
void zmr_emit(zmr_text key, zmr_text value);
void zmr_emit_number(zmr_text key, uint64_t value);

/* Flushes; answers the exit status: 0, or 1 with a message when something could not be written. */
int zmr_finish(void);

/* Writes `zmr: …` to standard error and ends the program with status 1. */
__attribute__((noreturn, format(printf, 1, 2))) void zmr_fail(const char *format, ...);

/* -- Map, combine, reduce ------------------------------------------------------------------- */

/* The values of one key, in the order in which they came. */
typedef struct zmr_values zmr_values;

/* The next value. 0 when there is none. */
int zmr_next(zmr_values *values, zmr_text *value);

/* Sees one key with all its values, and emits what it wants. */
typedef void zmr_reducer(zmr_text key, zmr_values *values);

/* The reducer that adds numbers up. As a combiner it works without keeping the values. */
void zmr_sum(zmr_text key, zmr_values *values);

/* What is left of the values, added up. */
uint64_t zmr_total(zmr_values *values);

typedef struct zmr_job {
	void (*map)(zmr_text record);	/* sees each record of standard input */
	void (*map_end)(void);		/* after the last record */
	zmr_reducer *combine;		/* shrinks what one map program emits, before it is written */
	zmr_reducer *reduce;
	void (*reduce_end)(void);	/* after the last key */
} zmr_job;

/* Runs the part that the first argument names, `map` or `reduce`; the one that is there when there
 * is but one. Answers the exit status. */
int zmr_main(int argc, char **argv, zmr_job job);

/* Groups standard input: calls `reduce` for each key, in the order of bytes. Pairs that come in
 * that order (shuffle: sort; the environment's ZVM_SHUFFLE is `sort`) are not kept in memory;
 * others are sorted there first: sorted runs, as combiners write them, are merged. */
void zmr_reduce(zmr_reducer *reduce);

/* -- Counters and the largest --------------------------------------------------------------- */

/* A hash table from texts to sums. */
typedef struct zmr_counts zmr_counts;
zmr_counts *zmr_counts_new(void);
void zmr_counts_free(zmr_counts *counts);
/* Adds; answers the new sum. */
uint64_t zmr_count(zmr_counts *counts, zmr_text key, uint64_t value);
/* Keys so far. */
uint32_t zmr_counts_size(const zmr_counts *counts);
/* The sum of a key, 0 when it is not there. */
uint64_t zmr_counts_get(const zmr_counts *counts, zmr_text key);
/* Calls `visit` for all, in the order of bytes of the keys. */
void zmr_counts_each(zmr_counts *counts, void (*visit)(zmr_text key, uint64_t value));
/* Emits all, in the order of bytes of the keys. */
void zmr_counts_emit(zmr_counts *counts);

/* The largest few of many; equal ones in the order of bytes of their keys. */
typedef struct zmr_top zmr_top;
zmr_top *zmr_top_new(uint32_t limit);
void zmr_top_add(zmr_top *top, zmr_text key, uint64_t value);
/* Emits them, the largest first, and forgets them. */
void zmr_top_emit(zmr_top *top);

#ifdef __cplusplus
}
#endif
#endif
