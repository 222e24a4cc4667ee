/* Pairs out, memory and the end of a program. */
#include "internal.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

void zmr_fail(const char *format, ...)
{
	va_list arguments;
	fflush(stdout);
	fputs("zmr: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

void *zmr_memory(size_t size)
{
	void *memory = malloc(size);
	if (!memory)
		zmr_fail("out of memory (%zu bytes more); the job file's memory: gives more", size);
	return memory;
}

struct zmr_arena_block {
	struct zmr_arena_block *next;
	uint64_t bytes[];
};

void *zmr_arena_take(struct zmr_arena *arena, size_t size)
{
	size = (size + 7) & ~(size_t)7;
	if (size > (size_t)(arena->end - arena->at)) {
		size_t room = size > (1 << 20) ? size : 1 << 20;
		struct zmr_arena_block *block = malloc(sizeof *block + room);
		if (!block)
			return 0;
		block->next = arena->blocks;
		arena->blocks = block;
		arena->at = (char *)block->bytes;
		arena->end = arena->at + room;
		arena->total += room;
	}
	char *taken = arena->at;
	arena->at += size;
	return taken;
}

void zmr_arena_free(struct zmr_arena *arena)
{
	while (arena->blocks) {
		struct zmr_arena_block *next = arena->blocks->next;
		free(arena->blocks);
		arena->blocks = next;
	}
	*arena = (struct zmr_arena){ 0 };
}

static void refuse(const char *what, zmr_text text)
{
	zmr_fail("%s with a %s in it cannot be emitted: '%.*s'", what,
		memchr(text.at, '\n', text.size) ? "line feed" : "TAB",
		(int)(text.size < 80 ? text.size : 80), text.at);
}

/* One write a pair as a rule: stdout's own buffer takes it from there. */
static void put(zmr_text key, zmr_text value)
{
	char line[512], *at = line;
	if (key.size > sizeof line - 2 || value.size > sizeof line - 2 - key.size) {
		fwrite(key.at, 1, key.size, stdout);
		putchar('\t');
		fwrite(value.at, 1, value.size, stdout);
		putchar('\n');
	} else {
		memcpy(at, key.at, key.size);
		at += key.size;
		*at++ = '\t';
		memcpy(at, value.at, value.size);
		at += value.size;
		*at++ = '\n';
		fwrite(line, 1, (size_t)(at - line), stdout);
	}
	if (ferror(stdout))
		zmr_fail("standard output: %s", strerror(errno));
}

static void check_key(zmr_text key)
{
	char *end = key.at + key.size;
	if (zmr_find_before(key.at, end, '\t') < end || zmr_find_before(key.at, end, '\n') < end)
		refuse("a key", key);
}

void zmr_emit(zmr_text key, zmr_text value)
{
	char *end = value.at + value.size;
	check_key(key);
	if (zmr_find_before(value.at, end, '\n') < end)
		refuse("a value", value);
	if (!zmr_combine_take(key, value))
		put(key, value);
}

void zmr_emit_number(zmr_text key, uint64_t value)
{
	if (zmr_combine_take_number(key, value))
		return;
	char digits[ZMR_DIGITS];
	zmr_emit(key, (zmr_text){ digits, zmr_digits(digits, value) });
}

int zmr_finish(void)
{
	zmr_combine_flush();
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "zmr: standard output: %s\n", strerror(errno));
	return 1;
}
