/* Addresses that an access log names, each once. Out: `address TAB 1`, in byte order. */
#include <zmr.h>

static void emit(zmr_text address, uint64_t requests)
{
	(void)requests;
	zmr_emit_number(address, 1);
}

int main(void)
{
	zmr_counts *addresses = zmr_counts_new();
	for (zmr_text line, address; zmr_line(&line);)
		if (zmr_take_field(&line, ' ', &address))
			zmr_count(addresses, address, 1);
	zmr_counts_each(addresses, emit);
	return zmr_finish();
}
