/* The alarm (ITIMER_REAL), on the program's own clock. Nothing interrupts a program: it rings where the
 * program calls the system, and cuts sleeps short. While it is set every call looks at the clock, so that
 * a program that waits for it with calls comes to its end. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include "zrt.h"

enum { SECOND = 1000000000, LAST_SECOND = INT32_MAX };

/* When it rings, 0: it is not set; and how long after that again, 0: no more. */
int64_t zrt_alarm_due;
static int64_t interval;

static int64_t nanoseconds(const struct zrt_timespec *time)
{
	int64_t seconds = time->seconds > LAST_SECOND ? LAST_SECOND : time->seconds;
	return seconds * SECOND + time->nanoseconds * 1000;
}

static void tell(struct zrt_timespec *out, int64_t time)
{
	long rest;
	out->seconds = zrt_seconds(time, &rest);
	out->nanoseconds = rest / 1000;
}

/* What setitimer has: the interval, then the time until it rings, both with microseconds. The timers of the
 * time that a program uses never ring: it would have to be interrupted. */
zrt_long zrt_alarm(int which, const struct zrt_timespec *new, struct zrt_timespec *old)
{
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	for (int i = 0; new && i < 2; i++)
		if (new[i].seconds < 0 || new[i].nanoseconds < 0 || new[i].nanoseconds > 999999)
			return -EINVAL;
	if (old)
		memset(old, 0, 2 * sizeof *old);
	if (which != ITIMER_REAL)
		return 0;
	zrt_clock_look();
	int64_t now = zrt_clock_nanoseconds();
	if (old && zrt_alarm_due) {
		tell(&old[0], interval);
		tell(&old[1], zrt_alarm_due > now ? zrt_alarm_due - now : 1000);
	}
	if (new) {
		int64_t until = nanoseconds(&new[1]);
		interval = nanoseconds(&new[0]);
		zrt_alarm_due = until ? now + until : 0;
	}
	return 0;
}

/* Answers whether a handler has run. */
static int ring(int64_t now)
{
	if (!interval) {
		zrt_alarm_due = 0;
	} else {
		zrt_alarm_due += interval;
		if (zrt_alarm_due <= now) /* one ring for all that were missed */
			zrt_alarm_due = now + interval - (now - zrt_alarm_due) % interval;
	}
	return zrt_signal(SIGALRM);
}

void zrt_alarm_look(void)
{
	zrt_clock_look();
	int64_t now = zrt_clock_nanoseconds();
	if (now >= zrt_alarm_due)
		ring(now);
}

int zrt_alarm_await(void)
{
	if (!zrt_alarm_due)
		return 0;
	int64_t due = zrt_alarm_due;
	zrt_clock_advance(due - zrt_clock_nanoseconds());
	return ring(due);
}

int zrt_clock_wait(int64_t by)
{
	int64_t end;
	if (!zrt_alarm_due) {
		zrt_clock_advance(by);
		return 0;
	}
	if (__builtin_add_overflow(zrt_clock_nanoseconds(), by, &end))
		end = INT64_MAX / 2;
	while (zrt_alarm_due && zrt_alarm_due <= end)
		if (zrt_alarm_await())
			return 1;
	zrt_clock_advance(end - zrt_clock_nanoseconds());
	return 0;
}
