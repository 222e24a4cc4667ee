/* See cfirst.h. No function of the C library can be called here, not even memcpy, and nothing that is local to a
 * thread can be used: neither is there yet. */
#define _GNU_SOURCE
#include "cfirst.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static long call(long number, long a, long b, long c, long d)
{
	long result;
	register long fourth __asm__("r10") = d;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
			 : "rcx", "r11", "memory");
	return result;
}

long cfirst_clone(long flags, void *stack_end, void (*body)(void));

static struct cfirst_launcher started;
/* The program file's path; its name is replaced. */
static char path[4096];
static int sockets[2];
static volatile int failed;
static char stack[4096] __attribute__((aligned(16)));

/* As the kernel has it. */
struct action {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

static int is_equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* What PlainRun takes, which looks again. */
static int is_plain_run(long count, char **words)
{
	if (count < 3 || !is_equal(words[1], "run") || words[2][0] == '-')
		return 0;
	long size = 0;
	while (words[2][size])
		size++;
	if (size < 5 || !is_equal(words[2] + size - 5, ".nexe"))
		return 0;
	for (long i = 3; i < count; i++)
		if (words[i][0] == '-')
			return 0;
	return 1;
}

/* The launcher lies beside this program. */
static int find_launcher(void)
{
	static const char name[] = "zvm-launcher";
	long size = call(SYS_readlink, (long)"/proc/self/exe", (long)path, sizeof path, 0);
	while (size > 0 && path[size - 1] != '/')
		size--;
	if (size <= 0 || size + sizeof name > sizeof path)
		return 0;
	for (unsigned long i = 0; i < sizeof name; i++)
		path[size + i] = name[i];
	return 1;
}

/* The child, in the parent's memory until it becomes the launcher: what LauncherProcess.spawn asks for. */
static void become_launcher(void)
{
	static const struct action standard;
	static uint64_t none;
	static char *const words[] = { path, "one", 0 }, *const environment[] = { 0 };
	for (long number = 1; number < 65; number++)
		call(SYS_rt_sigaction, number, (long)&standard, 0, sizeof none);
	long result = call(SYS_setpgid, 0, 0, 0, 0);
	if (result >= 0)
		result = call(SYS_dup2, sockets[1], 3, 0, 0);
	call(SYS_close, 0, 0, 0, 0);
	if (result >= 0)
		result = call(SYS_open, (long)"/dev/null", O_RDWR, 0, 0);
	for (long number = 1; number < 3 && result >= 0; number++)
		result = call(SYS_dup2, 0, number, 0, 0);
	if (result >= 0)
		result = call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none);
	if (result >= 0)
		call(SYS_execve, (long)path, (long)words, (long)environment, 0);
	failed = 1;
	for (;;)
		call(SYS_exit_group, 127, 0, 0, 0);
}

/* `memory`: the number of words, and then the words. Where anything is unusual no launcher is started, and who
 * asks for one later gets the error. */
void cfirst_start(const long *memory)
{
	static const struct action standard;
	if (!is_plain_run(memory[0], (char **)(memory + 1)))
		return;
	/* Nothing of ours gets the number of a standard stream. */
	for (long number = 0; number < 3; number++)
		if (call(SYS_fcntl, number, F_GETFD, 0, 0) < 0)
			return;
	/* It is a child that is waited for, whatever a shell ignores. */
	if (!find_launcher() || call(SYS_rt_sigaction, SIGCHLD, (long)&standard, 0, 8) < 0 ||
	    call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, (long)sockets) < 0)
		return;
	long process = -EINVAL;
	/* Number 3 would be closed by exec. */
	if (sockets[1] != 3)
		process = cfirst_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof stack, become_launcher);
	call(SYS_close, sockets[1], 0, 0, 0);
	if (process > 0 && !failed) {
		started.process = (int32_t)process;
		started.socket = sockets[0];
		return;
	}
	call(SYS_close, sockets[0], 0, 0, 0);
	while (process > 0 && call(SYS_wait4, process, 0, 0, 0) == -EINTR)
		;
}

struct cfirst_launcher cfirst_take(void)
{
	struct cfirst_launcher taken = started;
	started = (struct cfirst_launcher){ 0, 0 };
	return taken;
}
