/* When each address of an access log asked for something. Out: `address TAB seconds since 1970`. */
#include <zmr.h>

int main(void)
{
	for (zmr_text line, address; zmr_line(&line);) {
		int64_t seconds;
		if (zmr_take_field(&line, ' ', &address) && zmr_skip(&line, '[') &&
		    zmr_log_time(line, &seconds) && seconds >= 0)
			zmr_emit_number(address, (uint64_t)seconds);
	}
	return zmr_finish();
}
