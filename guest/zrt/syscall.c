/* Where the C library's system calls end: one function, Linux's numbers (x32), Linux's answers.
 * What a guest does not have is -ENOSYS. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include "kstat.h"
#include "trap.h"
#include "zrt.h"

/* x32 marks its numbers with bit 30. */
#define NUMBER(call) ((call) & 0x3fffffff)

struct kernel_timespec {
	int64_t seconds;
	int64_t nanoseconds;
};

static zrt_long time_to(struct kernel_timespec *time, int64_t unit)
{
	int64_t now = zrt_clock_nanoseconds();
	if (time) {
		time->seconds = now / 1000000000;
		time->nanoseconds = now % 1000000000 / unit;
	}
	return 0;
}

/* No clock moves by itself: a sleeper finds its time gone by at once. */
static zrt_long slept(struct kernel_timespec *left)
{
	if (left)
		*left = (struct kernel_timespec){ 0, 0 };
	return 0;
}

static zrt_long current_directory(char *buffer, uint32_t size)
{
	if (size < 2)
		return -ERANGE;
	memcpy(buffer, "/", 2);
	return 2;
}

static zrt_long system_name(struct utsname *name)
{
	memset(name, 0, sizeof *name);
	strcpy(name->sysname, "ZVM");
	strcpy(name->nodename, "sandbox");
	strcpy(name->release, "1");
	strcpy(name->version, "1");
	strcpy(name->machine, "x86_64");
	return 0;
}

#define PTR(x) ((void *)(uint32_t)(x))

zrt_long __zvm_sys(zrt_long n, zrt_long a, zrt_long b, zrt_long c, zrt_long d, zrt_long e,
	zrt_long f)
{
	(void)f;
	switch (NUMBER(n)) {
	case NUMBER(SYS_read): return zrt_read(a, PTR(b), c);
	case NUMBER(SYS_write): return zrt_write(a, PTR(b), c);
	case NUMBER(SYS_readv): return zrt_readv(a, PTR(b), c);
	case NUMBER(SYS_writev): return zrt_writev(a, PTR(b), c);
	case NUMBER(SYS_pread64): return zrt_pread(a, PTR(b), c, d);
	case NUMBER(SYS_pwrite64): return zrt_pwrite(a, PTR(b), c, d);
	case NUMBER(SYS_open): return zrt_open(PTR(a), b);
	case NUMBER(SYS_openat): return zrt_open(PTR(b), c);
	case NUMBER(SYS_close): return zrt_close(a);
	case NUMBER(SYS_lseek): return zrt_lseek(a, b, c);
	case NUMBER(SYS_dup): return zrt_dup(a, 0, -1);
	case NUMBER(SYS_dup2):
	case NUMBER(SYS_dup3): return (int)b < 0 ? -EBADF : zrt_dup(a, 0, b);
	case NUMBER(SYS_fcntl): return zrt_fcntl(a, b, c);
	case NUMBER(SYS_fstat): return zrt_fstat(a, PTR(b));
	case NUMBER(SYS_stat):
	case NUMBER(SYS_lstat): return zrt_stat(PTR(a), PTR(b));
	case NUMBER(SYS_newfstatat):
		return *(char *)PTR(b) ? zrt_stat(PTR(b), PTR(c)) : zrt_fstat(a, PTR(c));
	case NUMBER(SYS_access): return zrt_channel(PTR(a)) < 0 ? -ENOENT : 0;
	case NUMBER(SYS_ioctl): return -ENOTTY;
	case NUMBER(SYS_fsync):
	case NUMBER(SYS_fdatasync): return 0;
	case NUMBER(SYS_getcwd): return current_directory(PTR(a), b);

	case NUMBER(SYS_brk): return zrt_brk(a);
	case NUMBER(SYS_mmap): return zrt_mmap(a, b, c, d, e);
	case NUMBER(SYS_munmap): return zrt_munmap(a, b);
	case NUMBER(SYS_mremap): return zrt_mremap(a, b, c, d);
	case NUMBER(SYS_madvise): return zrt_madvise(a, b, c);
	case NUMBER(SYS_mprotect): return 0;

	case NUMBER(SYS_clock_gettime): return time_to(PTR(b), 1);
	case NUMBER(SYS_gettimeofday): return time_to(PTR(a), 1000);
	case NUMBER(SYS_clock_getres):
		if (PTR(b))
			*(struct kernel_timespec *)PTR(b) = (struct kernel_timespec){ 0, 1000 };
		return 0;
	case NUMBER(SYS_nanosleep): return slept(PTR(b));
	case NUMBER(SYS_clock_nanosleep): return slept(PTR(d));
	case NUMBER(SYS_getrandom): zrt_random(PTR(a), b); return b;

	case NUMBER(SYS_getpid): return 2;
	case NUMBER(SYS_getppid): return 1;
	case NUMBER(SYS_gettid):
	case NUMBER(SYS_set_tid_address): return 2;
	case NUMBER(SYS_getuid):
	case NUMBER(SYS_geteuid):
	case NUMBER(SYS_getgid):
	case NUMBER(SYS_getegid): return 1000;
	case NUMBER(SYS_uname): return system_name(PTR(a));
	case NUMBER(SYS_sched_yield): return 0;
	case NUMBER(SYS_futex): return 0; /* one thread: nobody to wake, nobody to wait for */
	case NUMBER(SYS_rt_sigprocmask):
		if (PTR(c))
			memset(PTR(c), 0, 8);
		return 0;
	case NUMBER(SYS_rt_sigaction):
		return 0; /* accepted, never delivered: nothing sends signals here */
	case NUMBER(SYS_tkill):
	case NUMBER(SYS_tgkill):
	case NUMBER(SYS_kill):
		zrt_exit(128 + (NUMBER(n) == NUMBER(SYS_tgkill) ? c : b)); /* raise, abort */
	case NUMBER(SYS_exit):
	case NUMBER(SYS_exit_group): zrt_exit(a);
	}
	return -ENOSYS;
}
