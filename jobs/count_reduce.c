/* Adds up `key TAB count` lines; prints them in byte order of the keys. */
#include <zmr.h>

int main(void)
{
	zmr_reduce(zmr_sum);
	return zmr_finish();
}
