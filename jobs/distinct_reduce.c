/* The number of different keys of `key TAB value` lines. */
#include <zmr.h>

int main(void)
{
	zmr_counts *keys = zmr_counts_new();
	for (zmr_text key, value; zmr_pair(&zmr_input, &key, &value);)
		zmr_count(keys, key, 1);
	printf("%u\n", (unsigned)zmr_counts_size(keys));
	return zmr_finish();
}
