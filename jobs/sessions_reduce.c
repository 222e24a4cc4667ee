/* Visits of each address: requests with less than so many seconds between them (1800, or what the
 * argument says) are one visit. Out: `address TAB visits TAB requests`. */
#include <stdlib.h>
#include <zmr.h>

static uint64_t pause_seconds = 1800;

static int by_time(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return a < b ? -1 : a > b;
}

static void reduce(zmr_text address, zmr_values *values)
{
	static uint64_t *times;
	static size_t capacity;
	size_t count = 0, visits = 0;
	for (zmr_text value; zmr_next(values, &value);) {
		if (count == capacity) {
			capacity = capacity ? capacity * 2 : 1024;
			times = realloc(times, capacity * sizeof *times);
			if (!times)
				zmr_fail("out of memory");
		}
		times[count++] = zmr_number(value);
	}
	qsort(times, count, sizeof *times, by_time);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || times[i] - times[i - 1] >= pause_seconds)
			visits++;
	printf("%.*s\t%zu\t%zu\n", (int)address.size, address.at, visits, count);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		pause_seconds = strtoul(argv[1], 0, 10);
	zmr_reduce(reduce);
	return zmr_finish();
}
