/* The border between a guest and its sandbox: the one trap and the user manifest
 * (CONTRACT.md, "The trap"). Everything else in this folder is ordinary guest code. */
#ifndef ZRT_TRAP_H
#define ZRT_TRAP_H
#include <stdint.h>

enum {
	TRAP_READ = 0x64616552,
	TRAP_WRITE = 0x74697257,
	TRAP_JAIL = 0x6c69614a,
	TRAP_UNJAIL = 0x6c6a6e55,
	TRAP_EXIT = 0x74697845,
	TRAP_FORK = 0x6b726f46,
};

enum { LIMIT_GETS, LIMIT_GET_BYTES, LIMIT_PUTS, LIMIT_PUT_BYTES };

/* Channel types: which direction may seek. */
enum { CHANNEL_SEQUENTIAL, CHANNEL_APPEND, CHANNEL_RANDOM_WRITE, CHANNEL_RANDOM };

struct zvm_channel {
	int64_t limits[4];
	int64_t size;
	uint32_t type;
	const char *name;
};

struct zvm_manifest {
	char *heap;
	uint32_t heap_size;
	uint32_t stack_size;
	int32_t channel_count;
	const struct zvm_channel *channels;
};

#define ZVM_MANIFEST (*(const struct zvm_manifest *const *)0xFEFFFFFC)

/* Bytes moved, 0, or a negative errno. */
static inline int zvm_trap(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	uint64_t arguments[6] = { function, 0, a, b, c, d };
	int (*trap)(uint64_t *) = (int (*)(uint64_t *))0x10000;
	return trap(arguments);
}
#endif
