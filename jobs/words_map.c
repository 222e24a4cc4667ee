/* Counts words: runs of letters, made lower case. Out: `word TAB count`. */
#include <zmr.h>

int main(void)
{
	zmr_counts *words = zmr_counts_new();
	for (zmr_text line, word; zmr_line(&line);)
		while (zmr_take_word(&line, &word))
			zmr_count(words, zmr_lower(word), 1);
	zmr_counts_emit(words);
	return zmr_finish();
}
