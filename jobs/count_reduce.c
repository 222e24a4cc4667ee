/* Adds up `key TAB count` lines; prints them in byte order of the keys. */
#include "counts.h"

int main(void)
{
	if (counts_read(stdin))
		return 1;
	counts_sort(counts_by_key);
	counts_print(counts_used);
	return 0;
}
