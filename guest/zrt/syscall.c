/* Where the C library's system calls end: one function, Linux's numbers (x32), Linux's answers.
 * What a guest does not have is -ENOSYS. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include "kstat.h"
#include "node.h"
#include "nvram.h"
#include "trap.h"

/* x32 marks its numbers with bit 30. */
#define NUMBER(call) ((call) & 0x3fffffff)
#define PTR(x) ((void *)(uint32_t)(x))

int zrt_verbosity;

/* Linux's clocks, and those of a process or thread (negative); all of them are the one there is. */
static int is_clock(int clock) { return clock < 12; }

/* What a process has used: counted from its start, so that clock() has room for it. */
static int is_usage(int clock)
{
	return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

static zrt_long time_to(struct zrt_timespec *time, int64_t unit, int clock)
{
	long rest;
	if (time) {
		zrt_clock_look();
		time->seconds = zrt_seconds(is_usage(clock) ? zrt_clock_elapsed() : zrt_clock_nanoseconds(), &rest);
		time->nanoseconds = rest / unit;
	}
	return 0;
}

static zrt_long resolution(struct zrt_timespec *time)
{
	if (time)
		*time = (struct zrt_timespec){ 0, 1000 };
	return 0;
}

/* No clock moves by itself: a sleeper finds its time gone by at once, or as much as until the alarm rings. */
static zrt_long slept(const struct zrt_timespec *wanted, struct zrt_timespec *left, int absolute)
{
	int64_t length;
	if (!zrt_length(wanted, &length))
		return -EINVAL;
	int64_t before = zrt_clock_nanoseconds();
	int interrupted = zrt_clock_wait(absolute ? length - before : length);
	if (left && !absolute) {
		int64_t past = interrupted ? zrt_clock_nanoseconds() - before : length;
		long rest;
		int64_t seconds = zrt_seconds(past < length ? length - past : 0, &rest);
		*left = (struct zrt_timespec){ seconds, rest };
	}
	return interrupted ? -EINTR : 0;
}

static zrt_long names_to(uint32_t *first, uint32_t *second, uint32_t *third, uint32_t identity)
{
	*first = *second = *third = identity;
	return 0;
}

static zrt_long one_processor(uint8_t *set, uint32_t size)
{
	if (size < 8)
		return -EINVAL;
	memset(set, 0, size);
	set[0] = 1;
	return 8;
}

/* utimes and futimesat: microseconds. */
static zrt_long utimes(int fd, const char *path, const struct zrt_timespec *given)
{
	struct zrt_timespec times[2];
	if (!given)
		return zrt_utimens(fd, path, 0, 0);
	for (int i = 0; i < 2; i++) {
		int32_t microseconds = given[i].nanoseconds;
		if (microseconds < 0 || microseconds > 999999)
			return -EINVAL;
		times[i] = (struct zrt_timespec){ given[i].seconds, microseconds * 1000 };
	}
	return zrt_utimens(fd, path, times, 0);
}

/* poll's limit is in milliseconds, and none if it is below 0. */
static zrt_long poll_for(struct pollfd *fds, uint32_t count, int milliseconds)
{
	struct zrt_timespec limit = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
	return zrt_poll(fds, count, milliseconds < 0 ? 0 : &limit);
}

/* select's is in microseconds. */
static zrt_long select_for(int count, void *read, void *write, void *except, const struct zrt_timespec *given)
{
	struct zrt_timespec limit;
	if (given)
		limit = (struct zrt_timespec){ given->seconds, given->nanoseconds * 1000 };
	return zrt_select(count, read, write, except, given ? &limit : 0);
}

static zrt_long remap(uint32_t address, uint32_t old, uint32_t new, int flags)
{
	return zrt_is_shared(address) ? -EINVAL : zrt_mremap(address, old, new, flags);
}

/* Names: calls that take paths. */
static zrt_long name_call(uint32_t n, zrt_long a, zrt_long b, zrt_long c, zrt_long d, zrt_long e)
{
	switch (n) {
	case NUMBER(SYS_open): return zrt_open(AT_FDCWD, PTR(a), b, c);
	case NUMBER(SYS_openat): return zrt_open(a, PTR(b), c, d);
	case NUMBER(SYS_creat): return zrt_open(AT_FDCWD, PTR(a), O_CREAT | O_WRONLY | O_TRUNC, b);
	case NUMBER(SYS_stat): return zrt_stat(AT_FDCWD, PTR(a), PTR(b), 0);
	case NUMBER(SYS_lstat): return zrt_stat(AT_FDCWD, PTR(a), PTR(b), AT_SYMLINK_NOFOLLOW);
	case NUMBER(SYS_newfstatat): return zrt_stat(a, PTR(b), PTR(c), d);
	case NUMBER(SYS_access): return zrt_access(AT_FDCWD, PTR(a), b, 0);
	case NUMBER(SYS_faccessat): return zrt_access(a, PTR(b), c, 0);
#ifdef SYS_faccessat2
	case NUMBER(SYS_faccessat2): return zrt_access(a, PTR(b), c, d);
#endif
	case NUMBER(SYS_mkdir): return zrt_mkdir(AT_FDCWD, PTR(a), b);
	case NUMBER(SYS_mkdirat): return zrt_mkdir(a, PTR(b), c);
	case NUMBER(SYS_mknod): return zrt_mknod(AT_FDCWD, PTR(a), b);
	case NUMBER(SYS_mknodat): return zrt_mknod(a, PTR(b), c);
	case NUMBER(SYS_rmdir): return zrt_unlink(AT_FDCWD, PTR(a), AT_REMOVEDIR);
	case NUMBER(SYS_unlink): return zrt_unlink(AT_FDCWD, PTR(a), 0);
	case NUMBER(SYS_unlinkat): return zrt_unlink(a, PTR(b), c);
	case NUMBER(SYS_rename): return zrt_rename(AT_FDCWD, PTR(a), AT_FDCWD, PTR(b), 0);
	case NUMBER(SYS_renameat): return zrt_rename(a, PTR(b), c, PTR(d), 0);
	case NUMBER(SYS_renameat2): return zrt_rename(a, PTR(b), c, PTR(d), e);
	case NUMBER(SYS_link): return zrt_link(AT_FDCWD, PTR(a), AT_FDCWD, PTR(b), 0);
	case NUMBER(SYS_linkat): return zrt_link(a, PTR(b), c, PTR(d), e);
	case NUMBER(SYS_symlink): return zrt_symlink(PTR(a), AT_FDCWD, PTR(b));
	case NUMBER(SYS_symlinkat): return zrt_symlink(PTR(a), b, PTR(c));
	case NUMBER(SYS_readlink): return zrt_readlink(AT_FDCWD, PTR(a), PTR(b), c);
	case NUMBER(SYS_readlinkat): return zrt_readlink(a, PTR(b), PTR(c), d);
	case NUMBER(SYS_chmod): return zrt_chmod(AT_FDCWD, PTR(a), b);
	case NUMBER(SYS_fchmod): return zrt_chmod(a, 0, b);
	case NUMBER(SYS_fchmodat): return zrt_chmod(a, PTR(b), c);
	case NUMBER(SYS_chown): return zrt_chown(AT_FDCWD, PTR(a), b, c, 0);
	case NUMBER(SYS_lchown): return zrt_chown(AT_FDCWD, PTR(a), b, c, AT_SYMLINK_NOFOLLOW);
	case NUMBER(SYS_fchown): return zrt_chown(a, 0, b, c, 0);
	case NUMBER(SYS_fchownat): return zrt_chown(a, PTR(b), c, d, e);
	case NUMBER(SYS_utimensat): return zrt_utimens(a, PTR(b), PTR(c), d);
	case NUMBER(SYS_utimes): return utimes(AT_FDCWD, PTR(a), PTR(b));
	case NUMBER(SYS_truncate): return zrt_truncate(-1, PTR(a), b);
	case NUMBER(SYS_ftruncate): return zrt_truncate(a, 0, b);
	case NUMBER(SYS_chdir): return zrt_chdir(-1, PTR(a));
	case NUMBER(SYS_fchdir): return zrt_chdir(a, 0);
	case NUMBER(SYS_getcwd): return zrt_getcwd(PTR(a), b);
	case NUMBER(SYS_statfs): return zrt_statfs(PTR(a), PTR(b));
	case NUMBER(SYS_fstatfs): return zrt_fstatfs(a, PTR(b));
	}
	return -ENOSYS;
}

static zrt_long call(uint32_t n, zrt_long a, zrt_long b, zrt_long c, zrt_long d, zrt_long e,
	zrt_long f)
{
	switch (n) {
	case NUMBER(SYS_read): return zrt_read(a, PTR(b), c);
	case NUMBER(SYS_write): return zrt_write(a, PTR(b), c);
	case NUMBER(SYS_readv): return zrt_readv(a, PTR(b), c, -1);
	case NUMBER(SYS_writev): return zrt_writev(a, PTR(b), c, -1);
	case NUMBER(SYS_preadv): return d < 0 ? -EINVAL : zrt_readv(a, PTR(b), c, d);
	case NUMBER(SYS_pwritev): return d < 0 ? -EINVAL : zrt_writev(a, PTR(b), c, d);
	case NUMBER(SYS_pread64): return zrt_pread(a, PTR(b), c, d);
	case NUMBER(SYS_pwrite64): return zrt_pwrite(a, PTR(b), c, d);
	case NUMBER(SYS_close): return zrt_close(a);
	case NUMBER(SYS_lseek): return zrt_lseek(a, b, c);
	case NUMBER(SYS_fstat): return zrt_fstat(a, PTR(b));
	case NUMBER(SYS_dup): return zrt_dup(a);
	case NUMBER(SYS_dup2): return zrt_dup2(a, b);
	case NUMBER(SYS_dup3): return zrt_dup3(a, b, c);
	case NUMBER(SYS_fcntl): return zrt_fcntl(a, b, c);
	case NUMBER(SYS_ioctl): return zrt_ioctl(a, b, PTR(c));
	case NUMBER(SYS_pipe): return zrt_pipe(PTR(a), 0);
	case NUMBER(SYS_pipe2): return zrt_pipe(PTR(a), b);
	case NUMBER(SYS_getdents64): return zrt_getdents(a, PTR(b), c);
	case NUMBER(SYS_poll): return poll_for(PTR(a), b, c);
	case NUMBER(SYS_ppoll): return zrt_poll(PTR(a), b, PTR(c));
	case NUMBER(SYS_select): return select_for(a, PTR(b), PTR(c), PTR(d), PTR(e));
	case NUMBER(SYS_pselect6): return zrt_select(a, PTR(b), PTR(c), PTR(d), PTR(e));
	case NUMBER(SYS_fsync):
	case NUMBER(SYS_fdatasync):
	case NUMBER(SYS_syncfs):
	case NUMBER(SYS_flock): return zrt_fcntl(a, F_GETFL, 0) < 0 ? -EBADF : 0;
	case NUMBER(SYS_fadvise64): return zrt_advise(a, c, d);
	case NUMBER(SYS_fallocate): return zrt_allocate(a, b, c, d);
	case NUMBER(SYS_sync): return 0;
	case NUMBER(SYS_umask): return zrt_set_umask(a);

	case NUMBER(SYS_brk): return zrt_brk(a);
	case NUMBER(SYS_mmap): return zrt_map(a, b, c, d, e, f);
	case NUMBER(SYS_munmap): return zrt_unmap(a, b);
	case NUMBER(SYS_mremap): return remap(a, b, c, d);
	case NUMBER(SYS_madvise): return zrt_is_shared(a) ? 0 : zrt_madvise(a, b, c);
	case NUMBER(SYS_mprotect):
	case NUMBER(SYS_mlock):
	case NUMBER(SYS_munlock):
	case NUMBER(SYS_mlockall):
	case NUMBER(SYS_munlockall): return 0;
	case NUMBER(SYS_msync): return zrt_sync(a);

	case NUMBER(SYS_clock_gettime): return is_clock(a) ? time_to(PTR(b), 1, a) : -EINVAL;
	case NUMBER(SYS_gettimeofday): return time_to(PTR(a), 1000, CLOCK_REALTIME);
	case NUMBER(SYS_clock_getres): return is_clock(a) ? resolution(PTR(b)) : -EINVAL;
	case NUMBER(SYS_clock_settime): return a ? -EINVAL : -EPERM; /* only CLOCK_REALTIME could be */
	case NUMBER(SYS_settimeofday): return -EPERM;
	case NUMBER(SYS_nanosleep): return slept(PTR(a), PTR(b), 0);
	case NUMBER(SYS_clock_nanosleep): return is_clock(a) ? slept(PTR(c), PTR(d), b & 1) : -EINVAL;
	case NUMBER(SYS_times): return zrt_times(PTR(a));
	case NUMBER(SYS_getrusage): return zrt_usage(PTR(b), 18 * 8);
	case NUMBER(SYS_getrandom): zrt_random(PTR(a), b); return b;
	case NUMBER(SYS_setitimer): return zrt_alarm(a, PTR(b), PTR(c));
	case NUMBER(SYS_getitimer): return zrt_alarm(a, 0, PTR(b));

	case NUMBER(SYS_getpid):
	case NUMBER(SYS_gettid):
	case NUMBER(SYS_set_tid_address):
	case NUMBER(SYS_getpgrp):
	case NUMBER(SYS_getpgid):
	case NUMBER(SYS_getsid): return ZRT_PROCESS;
	case NUMBER(SYS_getppid): return 1;
	case NUMBER(SYS_setpgid): return 0;
	case NUMBER(SYS_setsid): return -EPERM; /* it is a leader already */
	case NUMBER(SYS_getuid):
	case NUMBER(SYS_geteuid): return zrt_user;
	case NUMBER(SYS_getgid):
	case NUMBER(SYS_getegid): return zrt_group;
	case NUMBER(SYS_getresuid): return names_to(PTR(a), PTR(b), PTR(c), zrt_user);
	case NUMBER(SYS_getresgid): return names_to(PTR(a), PTR(b), PTR(c), zrt_group);
	case NUMBER(SYS_setuid): return zrt_become(&zrt_user, a);
	case NUMBER(SYS_setgid): return zrt_become(&zrt_group, a);
	case NUMBER(SYS_getgroups):
		if (a)
			*(uint32_t *)PTR(b) = zrt_group;
		return 1;
	case NUMBER(SYS_fork): return zrt_fork();
	case NUMBER(SYS_wait4):
	case NUMBER(SYS_waitid): return -ECHILD; /* a copy is nobody's child */
	case NUMBER(SYS_uname): return zrt_uname(PTR(a));
	case NUMBER(SYS_sysinfo): return zrt_sysinfo(PTR(a));
	case NUMBER(SYS_prlimit64): return zrt_limit(b, PTR(c), PTR(d));
	case NUMBER(SYS_getrlimit): return zrt_limit(a, 0, PTR(b));
	case NUMBER(SYS_setrlimit): return zrt_limit(a, PTR(b), 0);
	case NUMBER(SYS_getpriority): return zrt_priority(a, b);
	case NUMBER(SYS_setpriority): return zrt_set_priority(a, b, c);
	case NUMBER(SYS_sched_getaffinity): return one_processor(PTR(c), b);
	case NUMBER(SYS_sched_yield): return 0;
	case NUMBER(SYS_futex): return 0; /* one thread: nobody to wake, nobody to wait for */

	case NUMBER(SYS_rt_sigprocmask): return zrt_sigprocmask(a, PTR(b), PTR(c));
	case NUMBER(SYS_rt_sigaction): return zrt_sigaction(a, PTR(b), PTR(c));
	case NUMBER(SYS_rt_sigpending): return zrt_sigpending(PTR(a));
	case NUMBER(SYS_pause): return zrt_sigsuspend(0);
	case NUMBER(SYS_rt_sigsuspend): return zrt_sigsuspend(PTR(a));
	case NUMBER(SYS_rt_sigtimedwait): return zrt_sigtimedwait(PTR(a), PTR(b), PTR(c));
	case NUMBER(SYS_rt_sigqueueinfo): return zrt_kill(a, b);
	case NUMBER(SYS_sigaltstack): return zrt_sigaltstack(PTR(a), PTR(b));
	case NUMBER(SYS_kill):
	case NUMBER(SYS_tkill): return zrt_kill(a, b);
	case NUMBER(SYS_tgkill): return zrt_kill(b, c);
	/* There are no sockets, so what is open is none. */
	case NUMBER(SYS_accept):
	case NUMBER(SYS_accept4):
	case NUMBER(SYS_bind):
	case NUMBER(SYS_connect):
	case NUMBER(SYS_getpeername):
	case NUMBER(SYS_getsockname):
	case NUMBER(SYS_getsockopt):
	case NUMBER(SYS_listen):
	case NUMBER(SYS_recvfrom):
	case NUMBER(SYS_recvmsg):
	case NUMBER(SYS_sendmsg):
	case NUMBER(SYS_sendto):
	case NUMBER(SYS_setsockopt):
	case NUMBER(SYS_shutdown): return zrt_file(a) ? -ENOTSOCK : -EBADF;
	case NUMBER(SYS_exit):
	case NUMBER(SYS_exit_group): zrt_leave(a);
	}
	return name_call(n, a, b, c, d, e);
}

/* [debug]: 1 tells of calls that there are not, 2 of every call that fails, 3 of every call. */
static void trace(uint32_t n, zrt_long result)
{
	if (zrt_verbosity < 3 && (result >= 0 || (zrt_verbosity < 2 && result != -ENOSYS)))
		return;
	zrt_say_text("zrt: system call ");
	zrt_say_number(n);
	zrt_say_text(" = ");
	zrt_say_number(result);
	zrt_say_text("\n");
}

zrt_long __zvm_sys(zrt_long n, zrt_long a, zrt_long b, zrt_long c, zrt_long d, zrt_long e,
	zrt_long f)
{
	zrt_long result = call(NUMBER(n), a, b, c, d, e, f);
	if (zrt_alarm_due)
		zrt_alarm_look();
	if (zrt_verbosity)
		trace(NUMBER(n), result);
	return result;
}
