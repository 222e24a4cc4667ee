/* Time and randomness that are the same in every run: the clock starts at the nvram's [time] and
 * every look at it moves it on by one microsecond, a sleep by its length; random numbers come from a fixed seed.
 * With a channel /dev/clock, which holds seconds and hundredths as /proc/uptime does (zvm exec), time also goes by
 * outside: programs there work until some has. */
#include "trap.h"
#include "zrt.h"

static int64_t start, nanoseconds, slept;
/* What the channel said first; -1: not asked yet. */
static int64_t outside = -1;
static uint64_t state = 0x9e3779b97f4a7c15;

int64_t zrt_clock_nanoseconds(void) { return nanoseconds += 1000; }

/* A sleep takes its time on this clock and none elsewhere. */
void zrt_clock_advance(int64_t by)
{
	if (by <= 0)
		return;
	if (__builtin_add_overflow(nanoseconds, by, &nanoseconds))
		nanoseconds = INT64_MAX / 2;
	if (__builtin_add_overflow(slept, by, &slept))
		slept = INT64_MAX / 2;
}

int zrt_length(const struct zrt_timespec *time, int64_t *length)
{
	int32_t nanoseconds = time->nanoseconds;
	if (time->seconds < 0 || nanoseconds < 0 || nanoseconds > 999999999)
		return 0;
	if (__builtin_mul_overflow(time->seconds, (int64_t)1000000000, length) ||
	    __builtin_add_overflow(*length, (int64_t)nanoseconds, length))
		*length = INT64_MAX / 2;
	return 1;
}

/* Hundredths of seconds, or -1. */
static int64_t read_outside(void)
{
	char text[32];
	int channel = zrt_channel("/dev/clock"), at = 0;
	if (channel < 0)
		return -1;
	int size = zvm_trap(TRAP_READ, channel, (uint32_t)text, sizeof text, 0);
	int64_t value = 0;
	while (at < size && at < 12 && text[at] >= '0' && text[at] <= '9')
		value = value * 10 + text[at++] - '0';
	if (!at || at + 2 >= size || text[at] != '.')
		return -1;
	for (int digit = 1; digit < 3; digit++) {
		if (text[at + digit] < '0' || text[at + digit] > '9')
			return -1;
		value = value * 10 + text[at + digit] - '0';
	}
	return value;
}

void zrt_clock_look(void)
{
	static int is_alone;
	if (is_alone)
		return;
	int64_t now = read_outside(), past;
	if (now < 0) {
		is_alone = 1;
		return;
	}
	if (outside < 0)
		outside = now;
	if (!__builtin_add_overflow(start + (now - outside) * 10000000, slept, &past) && past > nanoseconds)
		nanoseconds = past;
}

void zrt_clock_start(int64_t seconds)
{
	start = nanoseconds = seconds * 1000000000;
	slept = 0;
	outside = -1;
	zrt_clock_look();
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
