/* Requests and bytes for each status code of an access log in the combined format.
 * Out: `status TAB requests TAB bytes`, in order of status. */
#include <zmr.h>

enum { CODES = 1000 };

static uint64_t requests[CODES], bytes[CODES];

int main(void)
{
	for (zmr_text line; zmr_line(&line);) {
		uint64_t status, size;
		/* The request is the first quoted text; status and size stand behind it. */
		if (!zmr_skip(&line, '"') || !zmr_skip(&line, '"') ||
		    !zmr_take_number(&line, &status) || status >= CODES)
			continue;
		requests[status]++;
		if (zmr_take_number(&line, &size)) /* `-` counts as 0 */
			bytes[status] += size;
	}
	for (int status = 0; status < CODES; status++)
		if (requests[status])
			printf("%d\t%llu\t%llu\n", status, (unsigned long long)requests[status],
				(unsigned long long)bytes[status]);
	return zmr_finish();
}
