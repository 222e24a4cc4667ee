/* Time and randomness that are the same in every run: the clock starts at the nvram's [time] and
 * every look at it moves it on by one microsecond, a sleep by its length; random numbers come from a fixed seed. */
#include "zrt.h"

static int64_t start, nanoseconds;
static uint64_t state = 0x9e3779b97f4a7c15;

void zrt_clock_start(int64_t seconds) { start = nanoseconds = seconds * 1000000000; }

int64_t zrt_clock_nanoseconds(void) { return nanoseconds += 1000; }

/* A sleep takes its time on this clock and none elsewhere. */
void zrt_clock_advance(int64_t by)
{
	if (by > 0 && __builtin_add_overflow(nanoseconds, by, &nanoseconds))
		nanoseconds = INT64_MAX / 2;
}

int64_t zrt_clock_elapsed(void) { return zrt_clock_nanoseconds() - start; }

int64_t zrt_seconds(int64_t time, long *rest)
{
	int64_t seconds = time / 1000000000, past = time % 1000000000;
	if (past < 0) {
		seconds--;
		past += 1000000000;
	}
	if (rest)
		*rest = past;
	return seconds;
}

void zrt_random(void *buffer, uint32_t size)
{
	/* xorshift64* (Vigna 2016): enough for hash seeds, and said to be no secret. */
	unsigned char *bytes = buffer;
	for (uint32_t i = 0; i < size; i++) {
		state ^= state >> 12;
		state ^= state << 25;
		state ^= state >> 27;
		bytes[i] = state * 0x2545f4914f6cdd1d >> 56;
	}
}
