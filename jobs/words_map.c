/* Counts words: runs of letters, made lower case. Out: `word TAB count`. */
#include "counts.h"
#include <ctype.h>

int main(void)
{
	char word[256];
	unsigned length = 0;
	int c;
	do {
		c = getchar_unlocked();
		if (c != EOF && c < 128 && isalpha(c)) {
			if (length < sizeof word)
				word[length++] = tolower(c);
		} else if (length) {
			count_add(word, length, 1);
			length = 0;
		}
	} while (c != EOF);
	counts_sort(counts_by_key);
	counts_print(counts_used);
	return ferror(stdin) != 0;
}
