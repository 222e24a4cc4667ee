/* Requests for each path of an access log, without its query. Out: `path TAB requests`. */
#include <zmr.h>

int main(void)
{
	zmr_counts *paths = zmr_counts_new();
	/* "METHOD PATH PROTOCOL" */
	for (zmr_text line; zmr_line(&line);)
		if (zmr_skip(&line, '"') && zmr_skip(&line, ' '))
			zmr_count(paths, zmr_take_until(&line, " ?\""), 1);
	zmr_counts_emit(paths);
	return zmr_finish();
}
