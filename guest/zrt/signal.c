/* Signals: nobody sends any but the program itself, to itself (raise, abort, kill of its own
 * number, alarm). A handler runs at once, as a call; a blocked signal waits until it is let through. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include "nvram.h"

enum { SIGNALS = 64 };

static struct {
	void (*handler)(int);
	unsigned long flags;
	uint64_t mask;
} actions[SIGNALS + 1];
static uint64_t blocked, pending;

static uint64_t bit(int signal) { return (uint64_t)1 << (signal - 1); }

static int ignored_by_default(int signal)
{
	return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
}

/* Answers whether a handler has run. */
static int deliver(int signal)
{
	void (*handler)(int) = actions[signal].handler;
	if (handler == SIG_IGN || (handler == SIG_DFL && ignored_by_default(signal)))
		return 0;
	if (handler == SIG_DFL)
		zrt_leave(128 + signal);
	uint64_t before = blocked;
	blocked |= actions[signal].mask;
	if (!(actions[signal].flags & SA_NODEFER))
		blocked |= bit(signal);
	if (actions[signal].flags & SA_RESETHAND)
		actions[signal].handler = SIG_DFL;
	if (actions[signal].flags & SA_SIGINFO) {
		siginfo_t information = { .si_signo = signal, .si_code = SI_TKILL };
		static ucontext_t context;
		information.si_pid = ZRT_PROCESS;
		information.si_uid = zrt_user;
		((void (*)(int, siginfo_t *, void *))(void *)handler)(signal, &information, &context);
	} else {
		handler(signal);
	}
	blocked = before;
	return 1;
}

static int deliver_pending(void)
{
	int handled = 0;
	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (!(pending & ~blocked & bit(signal)))
			continue;
		pending &= ~bit(signal);
		handled |= deliver(signal);
	}
	return handled;
}

int zrt_signal(int signal)
{
	if (!(blocked & bit(signal)))
		return deliver(signal);
	pending |= bit(signal);
	return 0;
}

zrt_long zrt_kill(int process, int signal)
{
	if (signal < 0 || signal > SIGNALS)
		return -EINVAL;
	if (process == 1)
		return signal ? -EPERM : 0; /* whoever started us */
	if (process != ZRT_PROCESS && process != 0 && process != -1 && process != -ZRT_PROCESS)
		return -ESRCH;
	if (!signal)
		return 0;
	if (signal == SIGKILL || signal == SIGSTOP)
		zrt_leave(128 + signal);
	zrt_signal(signal);
	return 0;
}

void zrt_raise_pipe(void) { zrt_kill(ZRT_PROCESS, SIGPIPE); }

zrt_long zrt_sigaction(int signal, const struct zrt_sigaction *new, struct zrt_sigaction *old)
{
	if (signal < 1 || signal > SIGNALS)
		return -EINVAL;
	if (old)
		*old = (struct zrt_sigaction){ .handler = (uint32_t)actions[signal].handler,
			.flags = actions[signal].flags,
			.mask = { actions[signal].mask, actions[signal].mask >> 32 } };
	if (!new)
		return 0;
	if (signal == SIGKILL || signal == SIGSTOP)
		return -EINVAL;
	actions[signal].handler = (void (*)(int))new->handler;
	actions[signal].flags = new->flags;
	actions[signal].mask = new->mask[0] | (uint64_t)new->mask[1] << 32;
	if (new->handler == (uint32_t)SIG_IGN)
		pending &= ~bit(signal);
	return 0;
}

zrt_long zrt_sigprocmask(int how, const uint64_t *set, uint64_t *old)
{
	uint64_t before = blocked;
	if (set) {
		switch (how) {
		case SIG_BLOCK: blocked |= *set; break;
		case SIG_UNBLOCK: blocked &= ~*set; break;
		case SIG_SETMASK: blocked = *set; break;
		default: return -EINVAL;
		}
		blocked &= ~(bit(SIGKILL) | bit(SIGSTOP));
	}
	if (old)
		*old = before;
	deliver_pending();
	return 0;
}

zrt_long zrt_sigpending(uint64_t *set)
{
	*set = pending & blocked;
	return 0;
}

/* Waits for a signal that nobody can send any more, unless one is pending or the alarm is set. */
zrt_long zrt_sigsuspend(const uint64_t *mask)
{
	uint64_t before = blocked;
	if (mask)
		blocked = *mask;
	int handled = deliver_pending() || zrt_alarm_await();
	blocked = before;
	return handled ? -EINTR : -EDEADLK;
}

/* The number of a pending signal of the set, which it takes; 0: there is none. */
static int take(const uint64_t *set, void *information)
{
	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (!(pending & *set & bit(signal)))
			continue;
		pending &= ~bit(signal);
		if (information) {
			siginfo_t *out = information;
			*out = (siginfo_t){ .si_signo = signal, .si_code = SI_USER };
			out->si_pid = ZRT_PROCESS;
			out->si_uid = zrt_user;
		}
		return signal;
	}
	return 0;
}

zrt_long zrt_sigtimedwait(const uint64_t *set, void *information, const struct zrt_timespec *limit)
{
	int64_t length;
	if (limit && !zrt_length(limit, &length))
		return -EINVAL;
	int signal = take(set, information);
	if (signal)
		return signal;
	/* Nobody can send one while we wait; only the alarm can ring. */
	int handled = limit ? zrt_clock_wait(length) : zrt_alarm_await();
	signal = take(set, information);
	return signal ? signal : handled ? -EINTR : limit ? -EAGAIN : -EDEADLK;
}

/* Kept to be shown: handlers run on the stack there is. */
zrt_long zrt_sigaltstack(const struct sigaltstack *new, struct sigaltstack *old)
{
	static stack_t alternate = { .ss_flags = SS_DISABLE };
	if (new && new->ss_flags & ~SS_DISABLE)
		return -EINVAL;
	if (new && !(new->ss_flags & SS_DISABLE) && new->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	stack_t before = alternate;
	if (new)
		alternate = *new;
	if (old)
		*old = before;
	return 0;
}
