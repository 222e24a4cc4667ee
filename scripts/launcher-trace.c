/* Stands in for zvm-launcher while scripts/order-launcher looks what it runs: becomes zvm-launcher.real, with
 * a child that steps it, and each sandbox it forks, instruction by instruction. Writes each address of
 * the program once for each fork, in the order of use, to the file `trace.PID` beside it, the fork's number
 * before it. After so many forks, or steps, it only lets them run on, to
 * their end. */
#define _GNU_SOURCE
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* It is linked at a fixed place. */
/* scripts/launcher.ld */
enum { PROGRAM_START = 0x2d8000, PROGRAM_END = 0x2000000 };
enum { TRACED_FORKS = 8, TRACED_STEPS = 300000 };
static int last[PROGRAM_END]; /* The fork in which an address was used last, plus 1. */

static void trace(pid_t launcher, const char *folder, int ready)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/trace.%d", folder, launcher);
	FILE *out = fopen(path, "w");
	if (!out || ptrace(PTRACE_SEIZE, launcher, 0,
			   PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE))
		return;
	ptrace(PTRACE_INTERRUPT, launcher, 0, 0);
	close(ready);
	int status, forks = 0, steps = 0, has_begun = 0, is_over = 0;
	pid_t process;
	while ((process = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status))
			continue;
		int event = status >> 16, signal = WSTOPSIG(status);
		if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_CLONE) {
			forks++;
			fflush(out);
		}
		struct user_regs_struct registers;
		if (ptrace(PTRACE_GETREGS, process, 0, &registers))
			continue;
		/* It forgets the pages of its own start: what comes then matters. */
		has_begun |= registers.orig_rax == SYS_madvise && registers.rdi == PROGRAM_START;
		steps += has_begun;
		is_over |= forks > TRACED_FORKS || steps > TRACED_STEPS;
		if (!is_over && has_begun && registers.rip < PROGRAM_END &&
		    last[registers.rip] <= forks) {
			last[registers.rip] = forks + 1;
			fprintf(out, "%d %llx\n", forks, registers.rip);
		}
		if (event || (signal & 0x7f) == SIGTRAP || signal == SIGSTOP)
			signal = 0;
		ptrace(is_over ? PTRACE_CONT : has_begun ? PTRACE_SINGLESTEP : PTRACE_SYSCALL, process, 0, signal);
	}
	fclose(out);
}

int main(int count, char **arguments)
{
	(void)count;
	char path[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, sizeof path - 6);
	int ready[2];
	if (size < 0 || pipe(ready))
		return 1;
	path[size] = 0;
	pid_t launcher = getpid();
	if (!fork()) {
		/* Not in the launcher's process group, which the engine kills. */
		setsid();
		close(3);
		close(ready[0]);
		*strrchr(path, '/') = 0;
		trace(launcher, path, ready[1]);
		_exit(0);
	}
	close(ready[1]);
	char byte;
	if (read(ready[0], &byte, 1) < 0)
		return 1;
	close(ready[0]);
	strcat(path, ".real");
	char *environment[] = { 0 };
	execve(path, arguments, environment);
	return 1;
}
