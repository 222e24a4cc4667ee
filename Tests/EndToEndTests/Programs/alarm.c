/* The alarm, and what it does to sleeps and waits. Prints the same natively and in a sandbox; natively it
 * takes three seconds. It rings again and again where a wait may begin only after the first time. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t rings;
static sigjmp_buf place;

static void count(int signal) { rings += signal == SIGALRM; }
static void jump(int signal) { siglongjmp(place, signal); }

static void set(int which, long first_ms, long again_ms)
{
	struct itimerval timer = { { again_ms / 1000, again_ms % 1000 * 1000 }, { first_ms / 1000, first_ms % 1000 * 1000 } };
	if (setitimer(which, &timer, 0))
		printf("setitimer: %s\n", strerror(errno));
}

static void told(const char *what, int result)
{
	int error = errno;
	set(ITIMER_REAL, 0, 0);
	printf("%s: %d %s, %s\n", what, result, result < 0 ? strerror(error) : "-", rings ? "rings" : "no ring");
	rings = 0;
}

int main(void)
{
	struct itimerval timer;
	sigset_t alarm_only, none, old;
	sigemptyset(&none);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	setvbuf(stdout, 0, _IONBF, 0);
	sigprocmask(SIG_SETMASK, &none, 0); /* whoever starts us may have blocked some */

	signal(SIGALRM, count);
	printf("%u ", alarm(10));
	printf("%u ", alarm(7));
	printf("%u\n", alarm(0));
	getitimer(ITIMER_REAL, &timer);
	printf("off: %d %d\n", (int)timer.it_value.tv_sec, (int)timer.it_value.tv_usec);

	set(ITIMER_REAL, 100, 100);
	struct timespec sleep_for = { 1000, 999999999 }, left;
	told("nanosleep", nanosleep(&sleep_for, &left));
	printf("left %d\n", left.tv_sec == 1000 || left.tv_sec == 999);
	set(ITIMER_REAL, 1000, 1000);
	unsigned rest = sleep(50);
	told("sleep", rest > 40 && rest < 50);
	set(ITIMER_REAL, 100, 100);
	told("poll", poll(0, 0, 100000));
	set(ITIMER_REAL, 100, 100);
	told("poll without limit", poll(0, 0, -1));
	set(ITIMER_REAL, 100, 100);
	struct timeval limit = { 100, 0 };
	told("select", select(0, 0, 0, 0, &limit));
	set(ITIMER_REAL, 100, 100);
	told("pause", pause());

	/* Blocked it waits, ignored it is gone, and neither cuts anything short. */
	sigprocmask(SIG_BLOCK, &alarm_only, &old);
	set(ITIMER_REAL, 50, 0);
	told("blocked", usleep(200000));
	told("sigsuspend", sigsuspend(&none));
	set(ITIMER_REAL, 50, 0);
	told("sigwait", sigtimedwait(&alarm_only, 0, &sleep_for));
	sleep_for = (struct timespec){ 0, 50000000 };
	told("nothing to wait for", sigtimedwait(&alarm_only, 0, &sleep_for));
	sigprocmask(SIG_SETMASK, &old, 0);

	/* So long that it cannot be told in nanoseconds, and no time at all. (musl's sigtimedwait goes on after a ring.) */
	sigset_t other;
	sigemptyset(&other);
	sigaddset(&other, SIGUSR1);
	struct timespec endless = { (time_t)1 << 60, 999999999 }, wrong = { 0, 1000000000 }, past = { -1, 0 };
	set(ITIMER_REAL, 100, 100);
	told("endless nanosleep", nanosleep(&endless, 0));
	set(ITIMER_REAL, 100, 100);
	told("endless ppoll", ppoll(0, 0, &endless, 0));
	set(ITIMER_REAL, 100, 100);
	told("endless pselect", pselect(0, 0, 0, 0, &endless, 0));
	told("wrong nanosleep", nanosleep(&wrong, 0));
	told("wrong ppoll", ppoll(0, 0, &wrong, 0));
	told("wrong pselect", pselect(0, 0, 0, 0, &wrong, 0));
	told("wrong sigtimedwait", sigtimedwait(&other, 0, &wrong));
	told("past ppoll", ppoll(0, 0, &past, 0));
	told("past sigtimedwait", sigtimedwait(&other, 0, &past));
	signal(SIGALRM, SIG_IGN);
	set(ITIMER_REAL, 50, 0);
	told("ignored", usleep(200000));

	/* Again and again, and calls that do not sleep. */
	signal(SIGALRM, count);
	set(ITIMER_REAL, 50, 50);
	for (int i = 0; i < 3; i++)
		pause();
	getitimer(ITIMER_REAL, &timer);
	printf("again after %d\n", (int)timer.it_interval.tv_usec);
	told("three", rings >= 3);
	set(ITIMER_REAL, 100, 0);
	while (!rings)
		getppid();
	told("loop", 0);
	if (!sigsetjmp(place, 1)) {
		signal(SIGALRM, jump);
		set(ITIMER_REAL, 50, 0);
		for (;;)
			pause();
	}
	sigprocmask(SIG_SETMASK, 0, &old);
	printf("out of it, %sblocked\n", sigismember(&old, SIGALRM) ? "" : "not ");

	timer = (struct itimerval){ { 0, 0 }, { 0, 1000000 } };
	told("wrong time", setitimer(ITIMER_REAL, &timer, 0));
	told("wrong timer", setitimer(9, &timer, 0));
	signal(SIGALRM, SIG_DFL);
	set(ITIMER_REAL, 50, 0);
	pause();
	return 0;
}
