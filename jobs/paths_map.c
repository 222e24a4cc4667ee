/* Requests for each path of an access log, without its query. Out: `path TAB requests`. */
#include "counts.h"

int main(void)
{
	static char line[65536];
	while (fgets(line, sizeof line, stdin)) {
		/* "METHOD PATH PROTOCOL" */
		char *path = strchr(line, '"');
		path = path ? strchr(path, ' ') : 0;
		if (path)
			count_add(path + 1, strcspn(path + 1, " ?\"\n"), 1);
	}
	counts_sort(counts_by_key);
	counts_print(counts_used);
	return ferror(stdin) != 0;
}
