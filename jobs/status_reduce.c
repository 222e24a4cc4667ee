/* Adds the lines of status_map up, by status. */
#include <zmr.h>

static void reduce(zmr_text status, zmr_values *values)
{
	uint64_t requests = 0, bytes = 0, number;
	for (zmr_text value; zmr_next(values, &value);) {
		if (!zmr_take_number(&value, &number))
			zmr_fail("status %.*s: no number of requests", (int)status.size, status.at);
		requests += number;
		if (!zmr_take_number(&value, &number))
			zmr_fail("status %.*s: no number of bytes", (int)status.size, status.at);
		bytes += number;
	}
	printf("%.*s\t%llu\t%llu\n", (int)status.size, status.at, (unsigned long long)requests,
		(unsigned long long)bytes);
}

int main(void)
{
	zmr_reduce(reduce);
	return zmr_finish();
}
