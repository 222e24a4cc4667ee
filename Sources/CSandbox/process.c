/* The engine's children: launchers, and sandboxes, which launchers fork for it. */
#define _GNU_SOURCE
#include "csandbox.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int csb_children_are_kept(void)
{
	struct sigaction action;
	if (sigaction(SIGCHLD, 0, &action))
		return 0;
	return action.sa_handler != SIG_IGN && !(action.sa_flags & SA_NOCLDWAIT);
}

static int32_t ended(idtype_t kind, int32_t number, int options)
{
	siginfo_t info;
	info.si_pid = 0;
	while (waitid(kind, number, &info, WEXITED | WNOWAIT | options))
		if (errno != EINTR)
			return -errno;
	return info.si_pid;
}

int csb_await_end(int32_t process, int waits)
{
	int32_t result = ended(P_PID, process, waits ? 0 : WNOHANG);
	return result > 0 ? 1 : result;
}

int32_t csb_ended_in(int32_t group) { return ended(P_PGID, group, WNOHANG); }

static uint64_t nanoseconds(struct timeval time)
{
	return time.tv_sec * 1000000000ull + time.tv_usec * 1000ull;
}

int32_t csb_reap(int32_t process, int waits, struct csb_end *end)
{
	struct rusage usage;
	int32_t result;
	memset(end, 0, sizeof *end);
	do
		result = wait4(process, &end->status, waits ? 0 : WNOHANG, &usage);
	while (result < 0 && errno == EINTR);
	if (result <= 0)
		return result ? -errno : 0;
	end->user_nanoseconds = nanoseconds(usage.ru_utime);
	end->system_nanoseconds = nanoseconds(usage.ru_stime);
	end->peak_bytes = (uint64_t)usage.ru_maxrss << 10;
	return result;
}

int32_t csb_noted(const struct csb_fork_note *note, uint64_t identifier)
{
	int32_t process = 0;
	if (__atomic_load_n(&note->identifier, __ATOMIC_ACQUIRE) == identifier)
		process = __atomic_load_n(&note->process, __ATOMIC_ACQUIRE);
	/* It may have become another one's meanwhile. */
	return __atomic_load_n(&note->identifier, __ATOMIC_ACQUIRE) == identifier ? process : 0;
}

int csb_processors(int32_t process, uint64_t *words, size_t size)
{
	int result = syscall(SYS_sched_getaffinity, process, size, words);
	return result < 0 ? -errno : result;
}

int csb_processor(void) { return sched_getcpu(); }

int csb_let_run(int32_t process, const uint64_t *words, size_t size)
{
	return syscall(SYS_sched_setaffinity, process, size, words) ? -errno : 0;
}

int csb_process_file(int32_t process)
{
	int fd = syscall(SYS_pidfd_open, process, 0);
	return fd < 0 ? -errno : fd;
}

void csb_copy_session(const struct csb_shared *shared, struct csb_shared *copy)
{
	memcpy(copy, shared, sizeof *copy);
}

void csb_copy_channel(const struct csb_shared *shared, uint32_t index, struct csb_channel *copy)
{
	memcpy(copy, csb_channel_at((struct csb_shared *)shared, index), sizeof *copy);
}
