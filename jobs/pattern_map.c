/* Lines that contain the text given as the argument. Out: `TEXT TAB lines`. */
#include <zmr.h>

int main(int argc, char **argv)
{
	if (argc != 2)
		zmr_fail("usage: pattern_map TEXT");
	zmr_text wanted = zmr_string(argv[1]);
	uint64_t lines = 0;
	/* Whole lines at a time: most of them need no look at where they end. */
	for (zmr_text block; zmr_block(&zmr_input, &block);) {
		char *at = block.at, *end = at + block.size;
		while ((at = zmr_search(at, end, wanted)) < end) {
			lines++;
			at = zmr_find(at, '\n') + 1;
		}
	}
	zmr_emit_number(wanted, lines);
	return zmr_finish();
}
