/* Adds up `key TAB count` lines; prints the largest, 20 or as many as the argument says. */
#include "counts.h"

int main(int argc, char **argv)
{
	if (counts_read(stdin))
		return 1;
	counts_sort(counts_by_value);
	counts_print(argc > 1 ? strtoul(argv[1], 0, 10) : 20);
	return 0;
}
