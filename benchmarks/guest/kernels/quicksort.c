/* Quicksort of 2^19 integers, with insertion sort for what is short. */
#include "kernel.h"

enum { COUNT = 1 << 19 };
static uint32_t values[COUNT];

void kernel_start(void) {}

static void sort(uint32_t *first, uint32_t *last)
{
	while (last - first > 12) {
		uint32_t pivot = first[(last - first) / 2];
		uint32_t *i = first, *j = last;
		while (i <= j) {
			while (*i < pivot)
				i++;
			while (*j > pivot)
				j--;
			if (i <= j) {
				uint32_t t = *i;
				*i++ = *j, *j-- = t;
			}
		}
		/* The shorter part by recursion, the longer one here. */
		if (j - first < last - i) {
			sort(first, j);
			first = i;
		} else {
			sort(i, last);
			last = j;
		}
	}
	for (uint32_t *i = first + 1; i <= last; i++) {
		uint32_t value = *i, *j = i;
		for (; j > first && j[-1] > value; j--)
			*j = j[-1];
		*j = value;
	}
}

uint32_t kernel_run(unsigned repetition)
{
	uint32_t seed = repetition + 5;
	for (int i = 0; i < COUNT; i++)
		values[i] = random_next(&seed);
	sort(values, values + COUNT - 1);
	uint32_t sum = 0;
	for (int i = 0; i < COUNT; i++)
		sum = sum * 3 + values[i];
	return sum;
}
