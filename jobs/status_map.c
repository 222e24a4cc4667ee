/* Requests and bytes for each status code of an access log in the combined format.
 * Out: `status TAB requests TAB bytes`, in order of status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 1000 };

static unsigned long long requests[CODES], bytes[CODES];

int main(void)
{
	static char line[65536];
	while (fgets(line, sizeof line, stdin)) {
		/* The request is the first quoted text; status and size stand behind it. */
		char *quote = strchr(line, '"');
		quote = quote ? strchr(quote + 1, '"') : 0;
		if (!quote)
			continue;
		char *end;
		unsigned long status = strtoul(quote + 1, &end, 10);
		if (end == quote + 1 || status >= CODES)
			continue;
		requests[status]++;
		bytes[status] += strtoull(end, 0, 10); /* `-` counts as 0 */
	}
	if (ferror(stdin)) {
		perror("stdin");
		return 1;
	}
	for (int status = 0; status < CODES; status++)
		if (requests[status])
			printf("%d\t%llu\t%llu\n", status, requests[status], bytes[status]);
	return 0;
}
