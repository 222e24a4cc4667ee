/* Counts the entries of a Debian changelog by year and by maintainer: every entry ends in a line
 * ` -- NAME <ADDRESS>  DAY, DD MON YEAR TIME ZONE`. Out: `year YYYY TAB n` and `by NAME TAB n`. */
#include "counts.h"
#include <ctype.h>

static int is_year(const char *text)
{
	return isdigit((unsigned char)text[0]) && isdigit((unsigned char)text[1]) &&
	       isdigit((unsigned char)text[2]) && isdigit((unsigned char)text[3]);
}

int main(void)
{
	static char line[65536], key[65536 + 8];
	while (fgets(line, sizeof line, stdin)) {
		if (strncmp(line, " -- ", 4))
			continue;
		char *open = strstr(line, " <"), *close = open ? strstr(open, ">  ") : 0;
		if (!close)
			continue;
		/* The fourth word of the date is the year. */
		char *year = close + 3;
		for (int word = 0; word < 3 && year; word++) {
			year += strspn(year, " ");
			year = strchr(year, ' ');
		}
		if (!year)
			continue;
		year += strspn(year, " ");
		if (!is_year(year) || year[4] != ' ')
			continue;
		count_add(key, sprintf(key, "year %.4s", year), 1);
		*open = 0;
		count_add(key, sprintf(key, "by %s", line + 4), 1);
	}
	counts_sort(counts_by_key);
	counts_print(counts_used);
	return ferror(stdin) != 0;
}
