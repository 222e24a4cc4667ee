/* Messages of the layer itself, on channel 2. */
#include <string.h>
#include "trap.h"
#include "zrt.h"

void zrt_say_text(const char *text)
{
	zrt_settle();
	zvm_trap(TRAP_WRITE, 2, (uint32_t)text, strlen(text), 0);
}

void zrt_say_number(int64_t number)
{
	char digits[24], *p = digits + sizeof digits;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	*--p = 0;
	do
		*--p = '0' + rest % 10;
	while (rest /= 10);
	if (number < 0)
		*--p = '-';
	zrt_say_text(p);
}

void *zrt_need(uint32_t size)
{
	void *result = zrt_take(size);
	if (!result) {
		zrt_say_text("zrt: the memory does not suffice to start\n");
		zrt_exit(12);
	}
	return result;
}
