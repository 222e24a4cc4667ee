/* What every kernel shares: `PROGRAM REPETITIONS` does its work that many times and prints one
 * checksum, which must not depend on the compiler or the machine. */
#ifndef KERNEL_H
#define KERNEL_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* xorshift32: good enough to shuffle with. */
static inline uint32_t random_next(uint32_t *state)
{
	uint32_t x = *state;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

static inline void *allocate(size_t size)
{
	void *memory = malloc(size);
	if (!memory) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

/* One repetition; returns what goes into the checksum. */
uint32_t kernel_run(unsigned repetition);
void kernel_start(void);

int main(int argc, char **argv)
{
	unsigned repetitions = argc > 1 ? strtoul(argv[1], 0, 10) : 1;
	uint32_t sum = 0;
	kernel_start();
	for (unsigned i = 0; i < repetitions; i++)
		sum = sum * 31 + kernel_run(i);
	printf("%08x\n", (unsigned)sum);
	return 0;
}
#endif
