/* Prints 0 for each pointer whose upper half is empty when a callee widens it: to a local, into it,
 * to alloca's and the frame, and into the heap. */
#include <alloca.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noipa)) static long long wide(const char *p) { return (uintptr_t)p; }

__attribute__((noipa)) static int upper(const char *p) { return wide(p) >> 32; }

__attribute__((noipa)) static int dynamic(int n)
{
	char *p = alloca(n);
	memset(p, 1, n);
	return upper(p) + upper(__builtin_frame_address(0));
}

int main(void)
{
	char local[300];
	memset(local, 7, sizeof local);
	printf("%d %d %d %d\n", upper(local), upper(local + 8), dynamic(99), upper(malloc(40)));
	return 0;
}
