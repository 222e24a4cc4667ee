/* Adds the lines of status_map.c up, by status. */
#include <stdio.h>

enum { CODES = 1000 };

static unsigned long long requests[CODES], bytes[CODES];

int main(void)
{
	int status, fields;
	unsigned long long count, size;
	while ((fields = scanf("%d\t%llu\t%llu", &status, &count, &size)) == 3) {
		if (status < 0 || status >= CODES)
			return 1;
		requests[status] += count;
		bytes[status] += size;
	}
	if (fields != EOF || ferror(stdin))
		return 1;
	for (status = 0; status < CODES; status++)
		if (requests[status])
			printf("%d\t%llu\t%llu\n", status, requests[status], bytes[status]);
	return 0;
}
