/* The few functions that the C library's x32 port has in assembly or with inline system calls. */
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <features.h>

long long __zvm_sys(long long, long long, long long, long long, long long, long long, long long);

unsigned long __zvm_tp;

int __set_thread_area(void *thread)
{
	__zvm_tp = (unsigned long)thread;
	return 1; /* positive: threads cannot be made */
}

off_t __lseek(int fd, off_t offset, int whence)
{
	long long result = __zvm_sys(SYS_lseek, fd, offset, whence, 0, 0, 0);
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}
weak_alias(__lseek, lseek);

/* Cancellation points: without threads nothing is ever cancelled. */
long __syscall_cp_c(long long n, long long a, long long b, long long c, long long d, long long e,
	long long f)
{
	return __zvm_sys(n, a, b, c, d, e, f);
}

int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
	(void)function, (void)stack, (void)flags, (void)argument;
	return -EAGAIN;
}

/* Ends a thread and its stack: there is none to end. */
void __unmapself(void *base, size_t size)
{
	(void)base, (void)size;
	__builtin_trap();
}

pid_t vfork(void)
{
	errno = ENOSYS;
	return -1;
}
