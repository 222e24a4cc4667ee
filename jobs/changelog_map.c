/* Counts the entries of a Debian changelog by year and by maintainer: every entry ends in a line
 * ` -- NAME <ADDRESS>  DAY, DD MON YEAR TIME ZONE`. Out: `by NAME TAB n` and `year YYYY TAB n`. */
#include <zmr.h>

static zmr_counts *counts;

static void count(const char *prefix, zmr_text text)
{
	static char key[1 << 16];
	uint32_t size = (uint32_t)strlen(prefix);
	if (text.size > sizeof key - size)
		text.size = sizeof key - size;
	memcpy(key, prefix, size);
	memcpy(key + size, text.at, text.size);
	zmr_count(counts, (zmr_text){ key, size + text.size }, 1);
}

/* The next word, with the blanks before it; empty at the end. */
static zmr_text next_word(zmr_text *text)
{
	while (text->size && *text->at == ' ')
		text->at++, text->size--;
	return zmr_take_until(text, " ");
}

int main(void)
{
	counts = zmr_counts_new();
	for (zmr_text line; zmr_line(&line);) {
		if (line.size < 4 || memcmp(line.at, " -- ", 4))
			continue;
		char *end = line.at + line.size;
		char *open = zmr_search(line.at, end, zmr_string(" <"));
		char *close = zmr_search(open, end, zmr_string(">  "));
		if (close == end)
			continue;
		/* The fourth word of the date is the year, and something follows it. */
		zmr_text date = { close + 3, (uint32_t)(end - close - 3) }, year = { 0 };
		for (int word = 0; word < 4; word++)
			year = next_word(&date);
		uint64_t number;
		zmr_text digits = year;
		if (year.size != 4 || !date.size || !zmr_take_number(&digits, &number) ||
		    digits.size)
			continue;
		count("year ", year);
		count("by ", (zmr_text){ line.at + 4, (uint32_t)(open - line.at - 4) });
	}
	zmr_counts_emit(counts);
	return zmr_finish();
}
