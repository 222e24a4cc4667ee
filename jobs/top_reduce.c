/* Adds up `key TAB count` lines; prints the largest, 20 or as many as the argument says. */
#include <stdlib.h>
#include <zmr.h>

static zmr_top *top;

static void reduce(zmr_text key, zmr_values *values) { zmr_top_add(top, key, zmr_total(values)); }

int main(int argc, char **argv)
{
	top = zmr_top_new(argc > 1 ? strtoul(argv[1], 0, 10) : 20);
	zmr_reduce(reduce);
	zmr_top_emit(top);
	return zmr_finish();
}
