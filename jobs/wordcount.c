/* Word count as one program: the first argument says which part to run (wordcount.yaml). */
#include <zmr.h>

static void map(zmr_text line)
{
	zmr_text word;
	while (zmr_take_word(&line, &word))
		zmr_emit_number(zmr_lower(word), 1);
}

int main(int argc, char **argv)
{
	return zmr_main(argc, argv,
		(zmr_job){ .map = map, .combine = zmr_sum, .reduce = zmr_sum });
}
